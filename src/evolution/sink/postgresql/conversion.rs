//! How values of one type become values of another.

use super::column_type::{column_type, is_native};
use crate::schema::DataType;

/// What turns the values of a column into those of its new type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    /// Nothing: they are kept alike.
    Keep,
    /// PostgreSQL itself, as when a value is assigned. A text that is too long
    /// is an error then; an explicit cast would cut it.
    Assign,
    /// This expression.
    Using(String),
}

/// How the value that an expression stands for becomes one of another type;
/// nothing when there is no way. The expression binds as tightly as a name.
pub(super) fn conversion(value: &str, from: &DataType, to: &DataType) -> Option<Conversion> {
    use Conversion::{Assign, Keep, Using};
    let target = column_type(to);
    let cast = || Some(Using(format!("{value}::{target}")));
    match (from, to) {
        _ if column_type(from) == target && is_native(from) => Some(Keep),
        // Any JSON is a value of these, and none is known to be one of those.
        (_, DataType::Jsonb) if !is_native(from) => Some(Keep),
        (_, DataType::Json) if !is_native(from) => Some(Assign),
        (_, to) if is_text(to) => Some(Assign),
        (DataType::Jsonb, to) if !is_native(to) => Some(Keep),
        (DataType::Json, to) if !is_native(to) => Some(Assign),
        (from, to) if !is_native(from) || !is_native(to) => None,
        (DataType::Array(from), DataType::Array(to)) => {
            match scalars(&from.data_type, &to.data_type)? {
                Cast::Assignment => Some(Assign),
                Cast::Explicit => cast(),
            }
        }
        (from, DataType::Json) if to_json_is_new(from) => Some(Using(format!("to_json({value})"))),
        (from, DataType::Jsonb) if to_json_is_new(from) => {
            Some(Using(format!("to_jsonb({value})")))
        }
        (DataType::Timestamp(_), DataType::TimestampTz(_))
        | (DataType::TimestampTz(_), DataType::Timestamp(_)) => Some(Using(in_utc(value))),
        (DataType::Date, DataType::TimestampTz(_)) => {
            Some(Using(in_utc(&format!("{value}::timestamp"))))
        }
        (DataType::TimestampTz(_), DataType::Date | DataType::Time(_)) => {
            Some(Using(format!("({})::{target}", in_utc(value))))
        }
        (from, to) => match scalars(from, to)? {
            Cast::Assignment => Some(Assign),
            Cast::Explicit => cast(),
        },
    }
}

/// Whether the conversion depends on the session's `TimeZone`.
pub(super) fn depends_on_time_zone(from: &DataType, to: &DataType) -> bool {
    let zoned = |data_type: &DataType| match data_type {
        DataType::Array(element) => matches!(element.data_type, DataType::TimestampTz(_)),
        other => matches!(other, DataType::TimestampTz(_)),
    };
    let is_array = matches!(from, DataType::Array(_));
    zoned(from) != zoned(to) && (is_array || is_text(from) || is_text(to))
}

/// Whether it is a type of texts.
pub(super) fn is_text(data_type: &DataType) -> bool {
    use DataType::{Char, Text, Varchar};
    matches!(data_type, Text | Varchar(_) | Char(_))
}

/// When PostgreSQL converts.
enum Cast {
    /// When a value is assigned, and so when a column's type changes.
    Assignment,
    /// When a cast is written.
    Explicit,
}

/// The casts that PostgreSQL has between types without parts: those of its
/// catalog `pg_cast`, and through the text of a value.
fn scalars(from: &DataType, to: &DataType) -> Option<Cast> {
    use DataType::*;
    match (from, to) {
        (from, to) if from.base_name() == to.base_name() => Some(Cast::Assignment),
        (_, to) if is_text(to) => Some(Cast::Assignment),
        (from, _) if is_text(from) => Some(Cast::Explicit),
        (from, to) if is_number(from) && is_number(to) => Some(Cast::Assignment),
        (Date, Timestamp(_) | TimestampTz(_))
        | (Timestamp(_), Date | Time(_) | TimestampTz(_))
        | (TimestampTz(_), Date | Time(_) | Timestamp(_))
        | (Time(_), Interval)
        | (Interval, Time(_))
        | (Json, Jsonb)
        | (Jsonb, Json) => Some(Cast::Assignment),
        (Integer, Boolean) | (Boolean, Integer) | (Jsonb, Boolean) => Some(Cast::Explicit),
        (Jsonb, to) if is_number(to) => Some(Cast::Explicit),
        _ => None,
    }
}

/// Whether PostgreSQL has no cast to JSON of its own for the values.
fn to_json_is_new(from: &DataType) -> bool {
    !is_text(from) && !matches!(from, DataType::Json | DataType::Jsonb)
}

fn is_number(data_type: &DataType) -> bool {
    use DataType::*;
    matches!(
        data_type,
        SmallInt | Integer | BigInt | Real | Double | Numeric(_)
    )
}

/// A point in time as a timestamp or the other way round: one without an
/// offset is in UTC, whatever the session's `TimeZone` is.
fn in_utc(value: &str) -> String {
    format!("{value} AT TIME ZONE 'UTC'")
}
