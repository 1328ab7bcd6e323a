//! Functions of no family: UUIDs, sizes, counts of NULLs, types
//! (PostgreSQL manual, 9.2, 9.14, 9.26 and 9.27).

use bigdecimal::{BigDecimal, RoundingMode, Signed};
use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::function::operator::{distance, position};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Numeric, Type, Value, type_name, type_size};

pub(super) static MISC: &[Function] = &[
    Function::row("gen_random_uuid", &[], Type::UUID, |_, _| {
        Ok(Value::Uuid(Uuid::new_v4()))
    })
    .volatile(),
    Function::row("num_nulls", &[Type::ANY], Type::INT4, |_, values| {
        Ok(count(values.iter().filter(|value| **value == Value::Null)))
    })
    .variadic()
    .lenient(),
    Function::row("num_nonnulls", &[Type::ANY], Type::INT4, |_, values| {
        Ok(count(values.iter().filter(|value| **value != Value::Null)))
    })
    .variadic()
    .lenient(),
    Function::row("pg_typeof", &[Type::UNKNOWN], Type::REGTYPE, type_of).lenient(),
    Function::row("pg_typeof", &[Type::ANY], Type::REGTYPE, type_of).lenient(),
    Function::row("pg_size_pretty", &[Type::INT8], Type::TEXT, |_, values| {
        Ok(Value::text(pretty(&BigDecimal::from(values.int(0)))))
    }),
    Function::row(
        "pg_size_pretty",
        &[Type::NUMERIC],
        Type::TEXT,
        |_, values| {
            Ok(Value::text(match values.numeric(0) {
                Numeric::Number(number) => pretty(number),
                other => format!("{other} bytes"),
            }))
        },
    ),
    Function::row("pg_column_size", &[Type::UNKNOWN], Type::INT4, column_size),
    Function::row("pg_column_size", &[Type::ANY], Type::INT4, column_size),
    Function::row("pg_lsn", &[Type::NUMERIC], Type::PG_LSN, |_, values| {
        position(values.numeric(0))
    }),
    Function::row(
        "pg_wal_lsn_diff",
        &[Type::PG_LSN, Type::PG_LSN],
        Type::NUMERIC,
        |_, values| Ok(distance(values)),
    ),
    Function::row("pg_size_bytes", &[Type::TEXT], Type::INT8, size_bytes),
];

fn type_of(call: &Call<'_>, _values: &[Value]) -> Result<Value> {
    let of = &call.arguments[0];
    Ok(Value::Reg {
        oid: of.oid(),
        name: type_name(of).into(),
    })
}

/// How many bytes PostgreSQL keeps a value in, for types of which that is plain.
fn column_size(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    /// What a value of any length begins with: its length.
    const LENGTH: usize = 4;
    let of = &call.arguments[0];
    let bytes = match (type_size(of), &values[0]) {
        (size @ 1.., _) => return Ok(Value::Int4(size.into())),
        // A text of which nothing is known yet ends with a NUL.
        (-2, Value::Text(text)) => text.len() + 1,
        (_, Value::Text(text)) => LENGTH + text.len(),
        (_, Value::Bytea(bytes)) => LENGTH + bytes.len(),
        _ => {
            return Err(Error::unsupported(
                format_args!("pg_column_size({})", type_name(of)),
                "Use octet_length() of its text.",
            ));
        }
    };
    Ok(Value::Int4(i32::try_from(bytes).unwrap_or(i32::MAX)))
}

fn count<'a>(values: impl Iterator<Item = &'a Value>) -> Value {
    Value::Int4(i32::try_from(values.count()).unwrap_or(i32::MAX))
}

/// The units, each 1024 of the one before it.
const UNITS: [&str; 6] = ["bytes", "kB", "MB", "GB", "TB", "PB"];

/// A size in the first unit in which it is below 10240, or 20480 halves.
fn pretty(bytes: &BigDecimal) -> String {
    let mut size = bytes.clone();
    let last = UNITS.len() - 1;
    for (at, unit) in UNITS.iter().enumerate() {
        // Halves are kept from the first division on, to round by them at last.
        let limit = if at == 0 { 10 * 1024 } else { 20 * 1024 - 1 };
        if at == last || size.abs() < limit {
            let shown = match at {
                0 => size,
                _ => halved(&size),
            };
            return format!("{} {unit}", shown.to_plain_string());
        }
        let bits = if at == 0 { 512 } else { 1024 };
        size = (size / BigDecimal::from(bits)).with_scale_round(0, RoundingMode::Down);
    }
    unreachable!("the last unit takes all sizes")
}

/// Half of it, rounded away from zero.
fn halved(size: &BigDecimal) -> BigDecimal {
    let one = BigDecimal::from(if size.is_negative() { -1 } else { 1 });
    ((size + one) / BigDecimal::from(2)).with_scale_round(0, RoundingMode::Down)
}

fn size_bytes(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let text = values.text(0);
    let invalid = || {
        Error::new(
            ErrorKind::InvalidValue(Fault::Parameter),
            format!("invalid size: \"{text}\""),
        )
    };
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-');
    let mut end = trimmed.find(|c| !is_number(c)).unwrap_or(trimmed.len());
    // An exponent belongs to the number if digits are behind it.
    if let Some(exponent) = trimmed[end..].strip_prefix(['e', 'E']) {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            let after = digits.trim_start_matches(|c: char| c.is_ascii_digit());
            end = trimmed.len() - after.len();
        }
    }
    let (number, unit) = trimmed.split_at(end);
    let Ok(Numeric::Number(number)) = number.parse::<Numeric>() else {
        return Err(invalid());
    };
    let unit = unit.trim_start();
    let power = match unit.to_ascii_lowercase().as_str() {
        "" | "bytes" => 0,
        "kb" => 1,
        "mb" => 2,
        "gb" => 3,
        "tb" => 4,
        "pb" => 5,
        _ => {
            return Err(invalid()
                .with_detail(format!("Invalid size unit: \"{unit}\"."))
                .with_hint(
                    "Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".",
                ));
        }
    };
    let bytes = number * BigDecimal::from(1_u64 << (10 * power));
    let bytes = bytes.with_scale_round(0, RoundingMode::HalfUp);
    bytes
        .to_plain_string()
        .parse()
        .map(Value::Int8)
        .map_err(|_| {
            Error::new(
                ErrorKind::InvalidValue(Fault::NumericRange),
                "bigint out of range",
            )
        })
}
