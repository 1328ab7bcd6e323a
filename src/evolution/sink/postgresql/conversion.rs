//! How values of one type become values of another.

use super::column_type::{column_type, is_native};
use crate::evolution::assignment::{Cast, is_text, scalar_cast};
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
            match scalar_cast(&from.data_type, &to.data_type)? {
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
        (from, to) => match scalar_cast(from, to)? {
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

/// Whether PostgreSQL has no cast to JSON of its own for the values.
fn to_json_is_new(from: &DataType) -> bool {
    !is_text(from) && !matches!(from, DataType::Json | DataType::Jsonb)
}

/// A point in time as a timestamp or the other way round: one without an
/// offset is in UTC, whatever the session's `TimeZone` is.
fn in_utc(value: &str) -> String {
    format!("{value} AT TIME ZONE 'UTC'")
}
