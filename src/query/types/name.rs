//! The names of types (PostgreSQL manual, chapter 8).

use std::collections::HashMap;
use std::sync::LazyLock;

use sqlparser::ast::{
    ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, IntervalFields, ObjectName,
    TimezoneInfo,
};

use super::category::{LAST_OID, array_of};
use super::modifier::{self, DAY, HOUR, MINUTE, MONTH, SECOND, YEAR};
use crate::error::{Error, ErrorKind, Object, Result, Value as Fault};
use crate::query::catalog::Catalog;
use crate::relation::{Field, Kind, Type, type_name};

/// The longest text that a modifier can ask for.
const MAX_LENGTH: i64 = 10_485_760;
/// The most bits.
const MAX_BITS: i64 = 83_886_080;
/// The most digits of a number, and the furthest that its point can be from them.
const MAX_PRECISION: i64 = 1_000;
/// The bits of the two types of floats.
const FLOAT4_BITS: u64 = 24;
const FLOAT8_BITS: u64 = 53;

/// The schemas that there always are.
const STATIC_SCHEMAS: &[&str] = &["pg_catalog", "information_schema"];

/// PostgreSQL's own types, by their names in `pg_type`.
static TYPES: LazyLock<HashMap<String, Type>> = LazyLock::new(|| {
    let types = (1..LAST_OID).filter_map(Type::from_oid);
    types.map(|of| (of.name().to_owned(), of)).collect()
});

/// The type that is written so, and its modifier (-1 for none). A relation's name
/// is that of its rows.
///
/// # Errors
/// 42704 when there is no such type, 22023 and 42601 for what it cannot be given
/// in parentheses.
pub(in crate::query) fn named(written: &DataType, catalog: &Catalog) -> Result<(Type, i32)> {
    Ok(match written {
        DataType::Boolean => (Type::BOOL, -1),
        DataType::SmallInt(width) => with_modifiers(Type::INT2, given(width).as_slice())?,
        DataType::Int(width) | DataType::Integer(width) => {
            with_modifiers(Type::INT4, given(width).as_slice())?
        }
        DataType::BigInt(width) => with_modifiers(Type::INT8, given(width).as_slice())?,
        DataType::Real => (Type::FLOAT4, -1),
        DataType::DoublePrecision => (Type::FLOAT8, -1),
        DataType::Float(ExactNumberInfo::None) => (Type::FLOAT8, -1),
        DataType::Float(ExactNumberInfo::Precision(bits)) => (float(*bits)?, -1),
        DataType::Numeric(digits) | DataType::Decimal(digits) | DataType::Dec(digits) => {
            let given: &[i64] = match digits {
                ExactNumberInfo::None => &[],
                ExactNumberInfo::Precision(precision) => &[signed(*precision)],
                ExactNumberInfo::PrecisionAndScale(precision, scale) => {
                    &[signed(*precision), *scale]
                }
            };
            with_modifiers(Type::NUMERIC, given)?
        }
        DataType::Character(length) | DataType::Char(length) => match length {
            None => (Type::BPCHAR, modifier::of_length(1)),
            Some(length) => with_modifiers(Type::BPCHAR, &[characters(length)?])?,
        },
        DataType::CharacterVarying(length)
        | DataType::CharVarying(length)
        | DataType::Varchar(length) => match length {
            None => (Type::VARCHAR, -1),
            Some(length) => with_modifiers(Type::VARCHAR, &[characters(length)?])?,
        },
        DataType::Time(digits, zone) => {
            let of = match has_zone(zone) {
                true => Type::TIMETZ,
                false => Type::TIME,
            };
            with_modifiers(of, given(digits).as_slice())?
        }
        DataType::Timestamp(digits, zone) => {
            let of = match has_zone(zone) {
                true => Type::TIMESTAMPTZ,
                false => Type::TIMESTAMP,
            };
            with_modifiers(of, given(digits).as_slice())?
        }
        DataType::Interval { fields, precision } => match fields {
            None => with_modifiers(Type::INTERVAL, given(precision).as_slice())?,
            Some(fields) => {
                let digits = precision.map(|digits| self::digits(signed(digits)));
                let modifier = modifier::of_fields(interval_fields(fields), digits);
                (Type::INTERVAL, modifier)
            }
        },
        DataType::Bit(length) => with_modifiers(Type::BIT, &[length.map_or(1, signed)])?,
        DataType::BitVarying(length) | DataType::VarBit(length) => {
            with_modifiers(Type::VARBIT, given(length).as_slice())?
        }
        DataType::Array(
            ArrayElemTypeDef::SquareBracket(element, _) | ArrayElemTypeDef::AngleBracket(element),
        ) => {
            let (element, modifier) = named(element, catalog)?;
            let is_array = matches!(element.kind(), Kind::Array(_));
            let array = match is_array {
                true => Some(element.clone()),
                false => array_of(&element),
            };
            let array = array.ok_or_else(|| unknown(&format!("{}[]", type_name(&element))))?;
            (array, modifier)
        }
        DataType::Custom(name, modifiers) => {
            let of = custom(name, catalog)?;
            let numbers = modifiers.iter().map(|text| text.parse::<i64>());
            let numbers: Vec<i64> = numbers
                .collect::<Result<_, _>>()
                .map_err(|_| no_modifier(&of))?;
            with_modifiers(of, &numbers)?
        }
        // A word that the parser knows: perhaps a name in `pg_type`.
        other => {
            let text = other.to_string().to_lowercase();
            let name = text.split(['(', '<', ' ']).next().unwrap_or_default();
            let of = TYPES.get(name).cloned().ok_or_else(|| unknown(name))?;
            if text.contains('(') {
                return Err(no_modifier(&of));
            }
            (of, -1)
        }
    })
}

/// The type of this name in `pg_type`, if PostgreSQL has one.
pub(in crate::query) fn plainly_named(name: &str) -> Option<Type> {
    TYPES.get(name).cloned()
}

/// A type by a name that is no word of the grammar.
fn custom(name: &ObjectName, catalog: &Catalog) -> Result<Type> {
    let parts = name.0.iter().map(|part| match part.as_ident() {
        Some(ident) if ident.quote_style.is_some() => Ok(ident.value.clone()),
        Some(ident) => Ok(ident.value.to_lowercase()),
        None => Err(unknown(&name.to_string())),
    });
    let parts: Vec<String> = parts.collect::<Result<_>>()?;
    let (schema, name) = match &parts[..] {
        [name] => (None, name),
        [schema, name] => (Some(schema.as_str()), name),
        _ => return Err(unknown(&parts.join("."))),
    };
    let builtin = match schema {
        None | Some("pg_catalog") => TYPES.get(name.as_str()).cloned(),
        Some("information_schema") => information_schema(name),
        Some(_) => None,
    };
    if let Some(builtin) = builtin {
        return Ok(builtin);
    }
    let Some(relation) = catalog.relation(schema, name)? else {
        return Err(missing(schema, &parts, catalog)?);
    };
    let oid = catalog.oid_of(&name_text(&parts), &Type::REGTYPE)?;
    let fields = relation.columns().iter();
    let fields =
        fields.map(|column| Field::new(column.name.to_string(), column.column_type.clone()));
    Ok(Type::new(
        relation.name().to_owned(),
        oid.unwrap_or(Type::RECORD.oid()),
        Kind::Composite(fields.collect()),
        relation.schema().to_owned(),
    ))
}

/// What to say of a name that is none of a type.
fn missing(schema: Option<&str>, parts: &[String], catalog: &Catalog) -> Result<Error> {
    if let Some(schema) = schema.filter(|schema| !STATIC_SCHEMAS.contains(schema)) {
        let quoted = name_text(&[schema.to_owned()]);
        if catalog.oid_of(&quoted, &Type::REGNAMESPACE)?.is_none() {
            return Ok(Error::new(
                ErrorKind::NotFound(Object::Namespace),
                format!("schema \"{schema}\" does not exist"),
            ));
        }
    }
    Ok(unknown(&parts.join(".")))
}

/// A name as it is read back.
fn name_text(parts: &[String]) -> String {
    let quoted = parts
        .iter()
        .map(|part| format!("\"{}\"", part.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(".")
}

/// The types under the domains of the information schema (PostgreSQL manual,
/// 37.2).
fn information_schema(name: &str) -> Option<Type> {
    Some(match name {
        "cardinal_number" => Type::INT4,
        "character_data" | "yes_or_no" => Type::VARCHAR,
        "sql_identifier" => Type::NAME,
        "time_stamp" => Type::TIMESTAMPTZ,
        _ => return None,
    })
}

/// The modifier of what stands in parentheses behind a type.
fn with_modifiers(of: Type, given: &[i64]) -> Result<(Type, i32)> {
    let modifier = match (&of, given) {
        (_, []) => -1,
        (&Type::NUMERIC, [precision]) => numeric(*precision, 0)?,
        (&Type::NUMERIC, [precision, scale]) => numeric(*precision, *scale)?,
        (&Type::VARCHAR, [length]) => {
            modifier::of_length(length_of("varchar", *length, MAX_LENGTH)?)
        }
        (&Type::BPCHAR, [length]) => modifier::of_length(length_of("char", *length, MAX_LENGTH)?),
        (&Type::BIT, [length]) => length_of("bit", *length, MAX_BITS)?,
        (&Type::VARBIT, [length]) => length_of("varbit", *length, MAX_BITS)?,
        (&Type::TIME | &Type::TIMETZ | &Type::TIMESTAMP | &Type::TIMESTAMPTZ, [given]) => {
            digits(*given)
        }
        (&Type::INTERVAL, [given]) => {
            modifier::of_fields(modifier::ALL_FIELDS, Some(digits(*given)))
        }
        _ => return Err(no_modifier(&of)),
    };
    Ok((of, modifier))
}

fn numeric(precision: i64, scale: i64) -> Result<i32> {
    if !(1..=MAX_PRECISION).contains(&precision) {
        return Err(misfit(format!(
            "NUMERIC precision {precision} must be between 1 and {MAX_PRECISION}"
        )));
    }
    if !(-MAX_PRECISION..=MAX_PRECISION).contains(&scale) {
        return Err(misfit(format!(
            "NUMERIC scale {scale} must be between -{MAX_PRECISION} and {MAX_PRECISION}"
        )));
    }
    Ok(modifier::of_digits(precision as i32, scale as i32))
}

fn length_of(what: &str, length: i64, most: i64) -> Result<i32> {
    match length {
        ..1 => Err(misfit(format!("length for type {what} must be at least 1"))),
        _ if length <= most => Ok(length as i32),
        _ => Err(misfit(format!(
            "length for type {what} cannot exceed {most}"
        ))),
    }
}

/// Digits of a second; more than there are mean all.
fn digits(given: i64) -> i32 {
    given.clamp(0, i64::from(modifier::MAX_DIGITS)) as i32
}

fn float(bits: u64) -> Result<Type> {
    match bits {
        0 => Err(misfit(
            "precision for type float must be at least 1 bit".to_owned(),
        )),
        _ if bits <= FLOAT4_BITS => Ok(Type::FLOAT4),
        _ if bits <= FLOAT8_BITS => Ok(Type::FLOAT8),
        _ => Err(misfit(
            "precision for type float must be less than 54 bits".to_owned(),
        )),
    }
}

fn interval_fields(fields: &IntervalFields) -> i32 {
    match fields {
        IntervalFields::Year => YEAR,
        IntervalFields::Month => MONTH,
        IntervalFields::Day => DAY,
        IntervalFields::Hour => HOUR,
        IntervalFields::Minute => MINUTE,
        IntervalFields::Second => SECOND,
        IntervalFields::YearToMonth => YEAR | MONTH,
        IntervalFields::DayToHour => DAY | HOUR,
        IntervalFields::DayToMinute => DAY | HOUR | MINUTE,
        IntervalFields::DayToSecond => DAY | HOUR | MINUTE | SECOND,
        IntervalFields::HourToMinute => HOUR | MINUTE,
        IntervalFields::HourToSecond => HOUR | MINUTE | SECOND,
        IntervalFields::MinuteToSecond => MINUTE | SECOND,
    }
}

fn has_zone(zone: &TimezoneInfo) -> bool {
    matches!(zone, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz)
}

fn characters(length: &CharacterLength) -> Result<i64> {
    match length {
        CharacterLength::IntegerLength { length, .. } => Ok(signed(*length)),
        CharacterLength::Max => Err(Error::new(
            ErrorKind::Syntax,
            "a length is a number of characters",
        )),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn given(number: &Option<u64>) -> Option<i64> {
    number.map(signed)
}

fn unknown(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Type),
        format!("type \"{name}\" does not exist"),
    )
}

fn no_modifier(of: &Type) -> Error {
    Error::new(
        ErrorKind::Syntax,
        format!("type modifier is not allowed for type \"{}\"", of.name()),
    )
}

fn misfit(message: String) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}
