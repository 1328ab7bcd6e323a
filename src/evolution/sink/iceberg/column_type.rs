//! How a type is kept in Iceberg.

use super::iceberg::quote;
use crate::evolution::sink::Refusal;
use crate::schema::{DataType, FieldPath};

/// The most digits of a decimal (Iceberg's specification, "Primitive Types").
const MAX_PRECISION: u16 = 38;

/// The type of a column, or a part of one, as Spark SQL spells it.
pub(super) fn column_type(path: &FieldPath, data_type: &DataType) -> Result<String, Refusal> {
    let part = |index: usize| {
        let field = &data_type.children()[index];
        column_type(&path.child(field.name.as_str()), &field.data_type)
    };
    Ok(match data_type {
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::SmallInt | DataType::Integer => "INT".to_owned(),
        DataType::BigInt => "BIGINT".to_owned(),
        DataType::Real => "FLOAT".to_owned(),
        DataType::Double => "DOUBLE".to_owned(),
        DataType::Numeric(bounds) => match bounds {
            Some((precision, scale))
                if *precision <= MAX_PRECISION && (0..=*precision as i16).contains(scale) =>
            {
                format!("DECIMAL({precision},{scale})")
            }
            _ => return Err(no_decimal(path, data_type)),
        },
        DataType::Bytea => "BINARY".to_owned(),
        DataType::Date => "DATE".to_owned(),
        DataType::Timestamp(_) => "TIMESTAMP_NTZ".to_owned(),
        DataType::TimestampTz(_) => "TIMESTAMP".to_owned(),
        DataType::Text
        | DataType::Varchar(_)
        | DataType::Char(_)
        | DataType::Time(_)
        | DataType::Interval
        | DataType::Uuid
        | DataType::Json
        | DataType::Jsonb => "STRING".to_owned(),
        DataType::Array(_) => format!("ARRAY<{}>", part(0)?),
        DataType::Map(_) => format!("MAP<{}, {}>", part(0)?, part(1)?),
        DataType::Struct(members) => {
            let members = members.iter().enumerate().map(|(index, member)| {
                let not_null = if member.nullable { "" } else { " NOT NULL" };
                Ok(format!(
                    "{}: {}{not_null}",
                    quote(&member.name),
                    part(index)?
                ))
            });
            let members = members.collect::<Result<Vec<_>, Refusal>>()?;
            format!("STRUCT<{}>", members.join(", "))
        }
    })
}

/// Whether values of one type can be read as the other where a column is
/// promoted (Iceberg's specification, "Schema Evolution").
pub(super) fn is_promotion(from: &DataType, to: &DataType) -> bool {
    use DataType::{BigInt, Double, Integer, Numeric, Real, SmallInt};
    match (from, to) {
        (SmallInt | Integer, BigInt) | (Real, Double) => true,
        (Numeric(Some((from, scale))), Numeric(Some((to, same)))) => scale == same && from <= to,
        _ => false,
    }
}

fn no_decimal(path: &FieldPath, data_type: &DataType) -> Refusal {
    Refusal::new(
        format!("column \"{path}\" of type {data_type} in Iceberg"),
        format!(
            "Decimals have at most {MAX_PRECISION} digits, as many of them after the point as you say: numeric({MAX_PRECISION},9)."
        ),
    )
}
