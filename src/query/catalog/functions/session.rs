//! Functions about the session and the server.

use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::catalog::cell::*;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

/// The character sets by their numbers (PostgreSQL's `pg_enc`).
const ENCODINGS: [&str; 42] = [
    "SQL_ASCII",
    "EUC_JP",
    "EUC_CN",
    "EUC_KR",
    "EUC_TW",
    "EUC_JIS_2004",
    "UTF8",
    "MULE_INTERNAL",
    "LATIN1",
    "LATIN2",
    "LATIN3",
    "LATIN4",
    "LATIN5",
    "LATIN6",
    "LATIN7",
    "LATIN8",
    "LATIN9",
    "LATIN10",
    "WIN1256",
    "WIN1258",
    "WIN866",
    "WIN874",
    "KOI8R",
    "WIN1251",
    "WIN1252",
    "ISO_8859_5",
    "ISO_8859_6",
    "ISO_8859_7",
    "ISO_8859_8",
    "WIN1250",
    "WIN1253",
    "WIN1254",
    "WIN1255",
    "WIN1257",
    "KOI8U",
    "SJIS",
    "BIG5",
    "GBK",
    "UHC",
    "GB18030",
    "JOHAB",
    "SHIFT_JIS_2004",
];

const NAME: Type = Type::NAME;
const TEXT: Type = Type::TEXT;

pub(in crate::query) static SESSION: &[Function] = &[
    Function::row("current_database", &[], NAME, |call, _| Ok(database(call))),
    Function::row("current_catalog", &[], NAME, |call, _| Ok(database(call))),
    Function::row("current_user", &[], NAME, |call, _| Ok(user(call))),
    Function::row("current_role", &[], NAME, |call, _| Ok(user(call))),
    Function::row("session_user", &[], NAME, |call, _| Ok(user(call))),
    Function::row("user", &[], NAME, |call, _| Ok(user(call))),
    Function::row("current_schema", &[], NAME, |call, _| {
        Ok(maybe(existing(call)?.into_iter().next()))
    }),
    Function::row(
        "current_schemas",
        &[Type::BOOL],
        Type::NAME_ARRAY,
        |call, values| {
            let mut schemas = existing(call)?;
            if values.bool(0) {
                // Where PostgreSQL looks without being told.
                let path = call.catalog.path().into_iter().map(ToOwned::to_owned);
                schemas = path
                    .filter(|one| *one == "pg_catalog" || schemas.contains(one))
                    .collect();
            }
            Ok(array(NAME, schemas.iter().map(text)))
        },
    ),
    Function::row("version", &[], TEXT, |call, _| {
        let version = setting(call, "server_version").unwrap_or_default();
        let (number, rest) = version.split_once(' ').unwrap_or((&version, ""));
        let machine = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        Ok(text(format!(
            "PostgreSQL {number} {rest} on {machine}, 64-bit"
        )))
    }),
    Function::row(
        "current_setting",
        &[TEXT],
        TEXT,
        |call, values| match setting(call, values.text(0)) {
            Some(value) => Ok(text(value)),
            None => Err(no_setting(values.text(0))),
        },
    )
    // The query itself may set it.
    .volatile(),
    Function::row(
        "current_setting",
        &[TEXT, Type::BOOL],
        TEXT,
        |call, values| match setting(call, values.text(0)) {
            None if !values.bool(1) => Err(no_setting(values.text(0))),
            value => Ok(maybe(value)),
        },
    )
    .volatile(),
    Function::row(
        "set_config",
        &[TEXT, TEXT, Type::BOOL],
        TEXT,
        |call, values| {
            let conversation = &call.catalog.context.conversation;
            let set = conversation.set(values.text(0), values.text(1), values.bool(2));
            set.map(text)
        },
    )
    .volatile(),
    Function::row("pg_notify", &[TEXT, TEXT], Type::VOID, |call, values| {
        let said = |at| match values.is_null(at) {
            true => "",
            false => values.text(at),
        };
        let conversation = &call.catalog.context.conversation;
        conversation.notify(said(0), said(1))?;
        Ok(Value::Void)
    })
    .lenient()
    .volatile(),
    Function::set("pg_listening_channels", &[], TEXT, |call, _| {
        let channels = call.catalog.context.conversation.channels();
        Ok(channels.iter().map(text).collect())
    }),
    Function::row("pg_backend_pid", &[], Type::INT4, |call, _| {
        Ok(int4(call.catalog.context.process))
    }),
    Function::row(
        "pg_postmaster_start_time",
        &[],
        Type::TIMESTAMPTZ,
        |call, _| Ok(started(call)),
    ),
    Function::row("pg_conf_load_time", &[], Type::TIMESTAMPTZ, |call, _| {
        Ok(started(call))
    }),
    Function::row("pg_is_in_recovery", &[], Type::BOOL, |_, _| Ok(NO)),
    Function::row("pg_jit_available", &[], Type::BOOL, |_, _| Ok(NO)),
    Function::row("pg_client_encoding", &[], NAME, |_, _| Ok(text("UTF8"))),
    Function::row("getdatabaseencoding", &[], NAME, |_, _| Ok(text("UTF8"))),
    Function::row("pg_encoding_to_char", &[Type::INT4], NAME, |_, values| {
        let place = usize::try_from(values.int4(0)).ok();
        let name = place.and_then(|place| ENCODINGS.get(place));
        Ok(text(name.unwrap_or(&"")))
    }),
    Function::row("pg_char_to_encoding", &[TEXT], Type::INT4, |_, values| {
        let folded = |name: &str| name.replace(['-', '_'], "").to_ascii_lowercase();
        let name = match folded(values.text(0)).as_str() {
            "unicode" => "utf8".to_owned(),
            other => other.to_owned(),
        };
        let place = ENCODINGS
            .iter()
            .position(|encoding| folded(encoding) == name);
        Ok(int4(
            place
                .and_then(|place| i32::try_from(place).ok())
                .unwrap_or(-1),
        ))
    }),
    // A session has no temporary objects.
    Function::row("pg_my_temp_schema", &[], Type::OID, |_, _| Ok(oid(0))),
    Function::row(
        "pg_is_other_temp_schema",
        &[Type::OID],
        Type::BOOL,
        |_, _| Ok(NO),
    ),
    Function::row("inet_server_addr", &[], Type::INET, |call, _| {
        Ok(inet(call.catalog.context.server))
    }),
    Function::row("inet_server_port", &[], Type::INT4, |call, _| {
        Ok(port(call.catalog.context.server))
    }),
    Function::row("inet_client_addr", &[], Type::INET, |call, _| {
        Ok(inet(call.catalog.context.client))
    }),
    Function::row("inet_client_port", &[], Type::INT4, |call, _| {
        Ok(port(call.catalog.context.client))
    }),
    Function::row(
        "pg_cancel_backend",
        &[Type::INT4],
        Type::BOOL,
        |call, values| {
            let conversation = &call.catalog.context.conversation;
            Ok(boolean(conversation.cancel(values.int4(0))))
        },
    )
    .volatile(),
    Function::row(
        "pg_terminate_backend",
        &[Type::INT4],
        Type::BOOL,
        |call, values| {
            let conversation = &call.catalog.context.conversation;
            Ok(boolean(conversation.terminate(values.int4(0))))
        },
    )
    .volatile(),
    Function::row("txid_current", &[], Type::INT8, |call, _| {
        Ok(int8(call.catalog.transaction()?.cast_signed()))
    }),
    Function::row("pg_current_xact_id", &[], Type::XID8, |call, _| {
        Ok(Value::Xid8(call.catalog.transaction()?))
    }),
    Function::row("age", &[Type::XID], Type::INT4, |call, values| {
        let transaction = call.catalog.transaction_of_32_bits()?;
        let age = transaction.wrapping_sub(values.oid(0));
        Ok(int4(age.cast_signed()))
    }),
    Function::row("txid_current_if_assigned", &[], Type::INT8, |_, _| Ok(NULL)),
    Function::row("pg_current_xact_id_if_assigned", &[], Type::XID8, |_, _| {
        Ok(NULL)
    }),
];

fn database(call: &Call<'_>) -> Value {
    text(&call.catalog.context.database)
}

fn user(call: &Call<'_>) -> Value {
    text(&call.catalog.context.user)
}

fn started(call: &Call<'_>) -> Value {
    Value::TimestampTz(call.catalog.context.registry.started_at().into())
}

fn setting(call: &Call<'_>, name: &str) -> Option<String> {
    call.catalog.context.conversation.setting(name)
}

fn no_setting(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Setting),
        format!("unrecognized configuration parameter \"{name}\""),
    )
}

/// The schemas of `search_path` that there are.
fn existing(call: &Call<'_>) -> Result<Vec<String>> {
    let mut schemas = Vec::new();
    for name in call.catalog.context.search_path.iter() {
        if call.catalog.schema_oid(name)?.is_some() {
            schemas.push(name.clone());
        }
    }
    Ok(schemas)
}
