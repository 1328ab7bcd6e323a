//! The functions that PostgreSQL's information schema is made with.

use crate::query::catalog::cell::*;
use crate::query::catalog::information_schema::Measures;
use crate::query::function::{Arguments, Function};
use crate::relation::{Type, Value};

const INT4: Type = Type::INT4;
const OID: Type = Type::OID;
const RECORD: Type = Type::RECORD;

/// What the standard says of a type with its modifier.
macro_rules! measure {
    ($name:literal, $part:ident) => {
        Function::row($name, &[OID, INT4], INT4, |_, values| {
            Ok(Measures::new(values.oid(0), values.int4(1)).$part)
        })
    };
}

pub(in crate::query) static STANDARD: &[Function] = &[
    measure!("_pg_char_max_length", length),
    measure!("_pg_char_octet_length", octets),
    measure!("_pg_numeric_precision", precision),
    measure!("_pg_numeric_precision_radix", radix),
    measure!("_pg_numeric_scale", scale),
    measure!("_pg_datetime_precision", seconds),
    // Rows of pg_attribute and of pg_type: the type of a domain is that beneath it.
    Function::row("_pg_truetypid", &[RECORD, RECORD], OID, |_, values| {
        Ok(match is_domain(&values[1]) {
            true => field(&values[1], TYPE_BASE),
            false => field(&values[0], ATTRIBUTE_TYPE),
        })
    }),
    Function::row("_pg_truetypmod", &[RECORD, RECORD], INT4, |_, values| {
        Ok(match is_domain(&values[1]) {
            true => field(&values[1], TYPE_MODIFIER),
            false => field(&values[0], ATTRIBUTE_MODIFIER),
        })
    }),
    Function::row(
        "_pg_index_position",
        &[OID, Type::INT2],
        INT4,
        |call, values| {
            let table = call.catalog.table_of(values.oid(0))?;
            let position = table.and_then(|table| {
                let index = table.indexes.iter().find(|own| own.oid == values.oid(0))?;
                let mut columns = index.columns.iter();
                let place = columns.position(|own| i64::from(*own) == values.int(1))?;
                i32::try_from(place + 1).ok()
            });
            Ok(position.map_or(NULL, int4))
        },
    ),
];

/// The places of `atttypid` and `atttypmod` in `pg_attribute`.
const ATTRIBUTE_TYPE: usize = 2;
const ATTRIBUTE_MODIFIER: usize = 8;
/// The places of `typtype`, `typbasetype` and `typtypmod` in `pg_type`.
const TYPE_KIND: usize = 6;
const TYPE_BASE: usize = 25;
const TYPE_MODIFIER: usize = 26;

fn is_domain(of: &Value) -> bool {
    field(of, TYPE_KIND) == Value::Char(b'd')
}

fn field(row: &Value, place: usize) -> Value {
    match row {
        Value::Record(fields) => fields.get(place).map_or(NULL, |(_, value)| value.clone()),
        _ => NULL,
    }
}
