//! Comparisons (PostgreSQL manual, 9.2). The engine compares keys, so that a column
//! beside a literal stays what a relation can look up.

use datafusion::logical_expr::{Expr, Operator, binary_expr, cast as engine_cast};

use super::operator::binary;
use crate::error::Result;
use crate::query::catalog::Catalog;
use crate::query::function::table::operators;
use crate::query::function::{Call, Function};
use crate::query::typed::Typed;
use crate::query::types::{Coercion, carrier, cast, common_type, key, resolve_operator};
use crate::relation::Type;

/// The rows of a comparison: between values of one type, and of types that
/// PostgreSQL compares without a cast.
macro_rules! comparison {
    ($symbol:literal, $operator:expr) => {
        comparison!($symbol, |call: &Call<'_>, arguments: Vec<Expr>| {
            compared($operator, call, arguments)
        };
            BOOL BOOL, CHAR CHAR, BYTEA BYTEA, UUID UUID, OID OID, OID_VECTOR OID_VECTOR,
            INT2 INT2, INT2 INT4, INT2 INT8, INT4 INT2, INT4 INT4, INT4 INT8,
            INT8 INT2, INT8 INT4, INT8 INT8,
            FLOAT4 FLOAT4, FLOAT4 FLOAT8, FLOAT8 FLOAT4, FLOAT8 FLOAT8, NUMERIC NUMERIC,
            TEXT TEXT, TEXT NAME, NAME TEXT, NAME NAME, BPCHAR BPCHAR,
            DATE DATE, DATE TIMESTAMP, DATE TIMESTAMPTZ,
            TIMESTAMP DATE, TIMESTAMP TIMESTAMP, TIMESTAMP TIMESTAMPTZ,
            TIMESTAMPTZ DATE, TIMESTAMPTZ TIMESTAMP, TIMESTAMPTZ TIMESTAMPTZ,
            TIME TIME, TIMETZ TIMETZ, INTERVAL INTERVAL,
            JSONB JSONB, XID8 XID8, TID TID, PG_LSN PG_LSN, INET INET, MACADDR MACADDR,
            MACADDR8 MACADDR8, BIT BIT, VARBIT VARBIT, MONEY MONEY,
            ANYARRAY ANYARRAY, ANYENUM ANYENUM, RECORD RECORD
        )
    };
    ($symbol:literal, $body:expr; $($left:ident $right:ident),*) => {
        &[$(Function::expression($symbol, &[Type::$left, Type::$right], Type::BOOL, $body)),*]
    };
}

/// The rows of what is equal, but has no order.
macro_rules! equality {
    ($symbol:literal, $operator:expr) => {
        comparison!($symbol, |call: &Call<'_>, arguments: Vec<Expr>| {
            compared($operator, call, arguments)
        };
            XID XID, XID INT4, CID CID
        )
    };
}

pub(super) static TABLES: &[&[Function]] = &[
    comparison!("=", Operator::Eq),
    equality!("=", Operator::Eq),
    comparison!("<>", Operator::NotEq),
    equality!("<>", Operator::NotEq),
    comparison!("<", Operator::Lt),
    comparison!("<=", Operator::LtEq),
    comparison!(">", Operator::Gt),
    comparison!(">=", Operator::GtEq),
];

/// `left IS [NOT] DISTINCT FROM right`; `negated` is with NOT.
///
/// # Errors
/// 42883 when the two cannot be equal.
pub(in crate::query) fn is_distinct(
    left: Typed,
    right: Typed,
    negated: bool,
    catalog: &Catalog,
) -> Result<Typed> {
    let [left, right] = alike("=", left, right, catalog)?;
    let operator = match negated {
        false => Operator::IsDistinctFrom,
        true => Operator::IsNotDistinctFrom,
    };
    let expr = binary_expr(key_of(left), operator, key_of(right));
    Ok(Typed::new(expr, Type::BOOL))
}

/// `left [NOT] IN (list)`
///
/// # Errors
/// 42883 when they cannot be equal.
pub(in crate::query) fn in_list(
    left: Typed,
    list: Vec<Typed>,
    negated: bool,
    catalog: &Catalog,
) -> Result<Typed> {
    let types: Vec<Type> = std::iter::once(&left)
        .chain(&list)
        .map(|typed| typed.data_type.clone())
        .collect();
    let expr = match common_type("IN", &types) {
        Ok(common) => {
            let candidates = operators("=");
            let (one, other) = (&left.data_type, &common);
            let resolved = resolve_operator("=", candidates, Some(one), Some(other))?;
            let [one, other] = <[Type; 2]>::try_from(resolved.parameters)
                .expect("an operator between two has two parameters");
            let to = meeting(&one, &other);
            let left = cast(left, &one, -1, Coercion::Implicit, catalog)?;
            let left = key_of(widened(left, &to, catalog)?);
            let list = list
                .into_iter()
                .map(|item| {
                    let item = cast(item, &other, -1, Coercion::Implicit, catalog)?;
                    Ok(key_of(widened(item, &to, catalog)?))
                })
                .collect::<Result<Vec<_>>>()?;
            left.in_list(list, negated)
        }
        // Each for itself, if each can be equal.
        Err(_) => {
            let mut any: Option<Expr> = None;
            for item in list {
                let equal = binary("=", left.clone(), item, catalog)?.expr;
                any = Some(match any {
                    None => equal,
                    Some(before) => before.or(equal),
                });
            }
            let any = any.unwrap_or_else(|| datafusion::logical_expr::lit(false));
            if negated { !any } else { any }
        }
    };
    Ok(Typed::new(expr, Type::BOOL))
}

/// Two operands as the comparison takes them, and both of one type.
pub(super) fn alike(
    symbol: &str,
    left: Typed,
    right: Typed,
    catalog: &Catalog,
) -> Result<[Typed; 2]> {
    let candidates = operators(symbol);
    let (one, other) = (&left.data_type, &right.data_type);
    let resolved = resolve_operator(symbol, candidates, Some(one), Some(other))?;
    let [one, other] = <[Type; 2]>::try_from(resolved.parameters)
        .expect("an operator between two has two parameters");
    let to = meeting(&one, &other);
    let left = cast(left, &one, -1, Coercion::Implicit, catalog)?;
    let right = cast(right, &other, -1, Coercion::Implicit, catalog)?;
    Ok([widened(left, &to, catalog)?, widened(right, &to, catalog)?])
}

fn compared(operator: Operator, call: &Call<'_>, arguments: Vec<Expr>) -> Result<Expr> {
    let [one, other] = call.arguments else {
        unreachable!("a comparison has two operands");
    };
    let to = meeting(one, other);
    let keys = arguments
        .into_iter()
        .zip(call.arguments)
        .map(|(expr, of)| widened(Typed::new(expr, of.clone()), &to, call.catalog).map(key_of))
        .collect::<Result<Vec<_>>>()?;
    let [one, other] =
        <[Expr; 2]>::try_from(keys).expect("a comparison has as many operands as types");
    Ok(binary_expr(one, operator, other))
}

fn key_of(typed: Typed) -> Expr {
    key(typed.expr, &typed.data_type)
}

/// The type in which values of two types that are compared without a cast meet.
pub(super) fn meeting(one: &Type, other: &Type) -> Type {
    /// Each of these becomes those after it without loss.
    const CHAINS: &[&[Type]] = &[
        &[Type::INT2, Type::INT4, Type::INT8],
        &[Type::FLOAT4, Type::FLOAT8],
        &[Type::DATE, Type::TIMESTAMP, Type::TIMESTAMPTZ],
        &[Type::NAME, Type::TEXT],
    ];
    if one == other {
        return one.clone();
    }
    if (one, other) == (&Type::XID, &Type::INT4) {
        return Type::INT8;
    }
    let place = |chain: &[Type], of: &Type| chain.iter().position(|each| each == of);
    CHAINS
        .iter()
        .find_map(|chain| {
            let later = place(chain, one)?.max(place(chain, other)?);
            Some(chain[later].clone())
        })
        .unwrap_or_else(|| one.clone())
}

/// The same value in a wider type. Numbers are widened by the engine, which takes
/// the column of a comparison with a literal out of it.
fn widened(typed: Typed, to: &Type, catalog: &Catalog) -> Result<Typed> {
    if typed.data_type == *to {
        return Ok(typed);
    }
    match *to {
        Type::INT2 | Type::INT4 | Type::INT8 | Type::FLOAT8 => {
            let expr = match typed.expr {
                Expr::Literal(scalar, metadata) => match scalar.cast_to(&carrier(to)) {
                    Ok(wide) => Expr::Literal(wide, metadata),
                    Err(_) => engine_cast(Expr::Literal(scalar, metadata), carrier(to)),
                },
                expr => engine_cast(expr, carrier(to)),
            };
            Ok(Typed::new(expr, to.clone()))
        }
        _ => cast(typed, to, -1, Coercion::Implicit, catalog),
    }
}
