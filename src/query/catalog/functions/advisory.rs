//! Functions that take and give back advisory locks (PostgreSQL manual, 9.27.10).

use crate::error::Result;
use crate::query::advisory::{AdvisoryKey, Mode, Scope, Want};
use crate::query::catalog::cell::*;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

const BOOL: Type = Type::BOOL;
const VOID: Type = Type::VOID;

/// A function of a lock that one number names.
macro_rules! of_number {
    ($name:literal, $returns:expr, $does:ident, $mode:ident, $scope:ident) => {
        Function::row($name, &[Type::INT8], $returns, |call, values| {
            let key = AdvisoryKey::of_number(values.int(0));
            $does(call, want(key, Mode::$mode, Scope::$scope))
        })
        .volatile()
    };
}

/// A function of a lock that two numbers name.
macro_rules! of_pair {
    ($name:literal, $returns:expr, $does:ident, $mode:ident, $scope:ident) => {
        Function::row(
            $name,
            &[Type::INT4, Type::INT4],
            $returns,
            |call, values| {
                let key = AdvisoryKey::of_pair(values.int4(0), values.int4(1));
                $does(call, want(key, Mode::$mode, Scope::$scope))
            },
        )
        .volatile()
    };
}

#[rustfmt::skip]
pub(in crate::query) static ADVISORY: &[Function] = &[
    of_number!("pg_advisory_lock", VOID, lock, Exclusive, Session),
    of_number!("pg_advisory_lock_shared", VOID, lock, Shared, Session),
    of_number!("pg_advisory_unlock", BOOL, unlock, Exclusive, Session),
    of_number!("pg_advisory_unlock_shared", BOOL, unlock, Shared, Session),
    of_number!("pg_advisory_xact_lock", VOID, lock, Exclusive, Transaction),
    of_number!("pg_advisory_xact_lock_shared", VOID, lock, Shared, Transaction),
    of_number!("pg_try_advisory_lock", BOOL, try_lock, Exclusive, Session),
    of_number!("pg_try_advisory_lock_shared", BOOL, try_lock, Shared, Session),
    of_number!("pg_try_advisory_xact_lock", BOOL, try_lock, Exclusive, Transaction),
    of_number!("pg_try_advisory_xact_lock_shared", BOOL, try_lock, Shared, Transaction),
    of_pair!("pg_advisory_lock", VOID, lock, Exclusive, Session),
    of_pair!("pg_advisory_lock_shared", VOID, lock, Shared, Session),
    of_pair!("pg_advisory_unlock", BOOL, unlock, Exclusive, Session),
    of_pair!("pg_advisory_unlock_shared", BOOL, unlock, Shared, Session),
    of_pair!("pg_advisory_xact_lock", VOID, lock, Exclusive, Transaction),
    of_pair!("pg_advisory_xact_lock_shared", VOID, lock, Shared, Transaction),
    of_pair!("pg_try_advisory_lock", BOOL, try_lock, Exclusive, Session),
    of_pair!("pg_try_advisory_lock_shared", BOOL, try_lock, Shared, Session),
    of_pair!("pg_try_advisory_xact_lock", BOOL, try_lock, Exclusive, Transaction),
    of_pair!("pg_try_advisory_xact_lock_shared", BOOL, try_lock, Shared, Transaction),
    Function::row("pg_advisory_unlock_all", &[], VOID, |call, _| {
        call.catalog.context.locker.unlock_all();
        Ok(Value::Void)
    })
    .volatile(),
    Function::row("pg_blocking_pids", &[Type::INT4], Type::INT4_ARRAY, |call, values| {
        let blocking = call.catalog.context.locker.blocking(values.int4(0));
        Ok(array(Type::INT4, blocking.into_iter().map(int4)))
    })
    .volatile(),
];

fn want(key: AdvisoryKey, mode: Mode, scope: Scope) -> Want {
    Want { key, mode, scope }
}

fn lock(call: &Call<'_>, want: Want) -> Result<Value> {
    call.catalog.lock(want)?;
    Ok(Value::Void)
}

fn try_lock(call: &Call<'_>, want: Want) -> Result<Value> {
    let check = || call.catalog.stop.check();
    let is_taken = call.catalog.context.locker.try_lock(want, check)?;
    Ok(boolean(is_taken))
}

fn unlock(call: &Call<'_>, want: Want) -> Result<Value> {
    let was_held = call.catalog.context.locker.unlock(want.key, want.mode);
    Ok(boolean(was_held))
}
