//! What to mind when the values of a column get another type.

use super::conversion::depends_on_time_zone;
use crate::evolution::Rule;
use crate::evolution::assignment::{is_number, is_text};
use crate::schema::DataType;

/// What to mind when values of one type become values of another, as sentences;
/// nothing when each stays what it is.
pub(super) fn caution(from: &DataType, to: &DataType) -> Option<String> {
    let (value, new) = match (from, to) {
        (DataType::Array(from), DataType::Array(to)) => (&from.data_type, &to.data_type),
        _ => (from, to),
    };
    if matches!(Rule::of_types(value, new), None | Some(Rule::Widened)) {
        return None;
    }
    let zone = depends_on_time_zone(from, to).then_some("Run it with TimeZone set to UTC.");
    let said: Vec<&str> = [fails(value, new), loses(value, new), zone]
        .into_iter()
        .flatten()
        .collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// When the statement fails.
fn fails(from: &DataType, to: &DataType) -> Option<&'static str> {
    use DataType::*;
    match (from, to) {
        (_, Text | Varchar(None)) => None,
        (_, Varchar(Some(_)) | Char(_)) => Some("Fails when a value is too long."),
        // What any value of the one type is in the other.
        (SmallInt | Integer | BigInt, Real | Double)
        | (SmallInt | Integer | BigInt | Real | Double | Numeric(_), Numeric(None))
        | (Boolean, Integer)
        | (Integer, Boolean)
        | (Timestamp(_) | TimestampTz(_), Timestamp(_) | TimestampTz(_) | Date | Time(_))
        | (Time(_), Time(_) | Interval)
        | (Interval, Time(_)) => None,
        (from, Json | Jsonb) if !is_text(from) && *from != Json => None,
        (from, to) if is_number(from) && is_number(to) => Some("Fails when a value does not fit."),
        (Date, Timestamp(_) | TimestampTz(_)) => Some("Fails when a value does not fit."),
        _ => Some("Fails when a value cannot be converted."),
    }
}

/// What becomes of values without a word.
fn loses(from: &DataType, to: &DataType) -> Option<&'static str> {
    use DataType::*;
    const ROUNDED: Option<&str> = Some("Values may be rounded.");
    match (from, to) {
        (_, to) if is_text(to) => None,
        (Integer, Boolean) => Some("Every number but 0 becomes true."),
        (Json, Jsonb) => Some("Of keys that an object repeats, the last stays."),
        (Timestamp(_) | TimestampTz(_), Date) => Some("The time of day is lost."),
        (Timestamp(_) | TimestampTz(_), Time(_)) => Some("The date is lost."),
        (Interval, Time(_)) => Some("Days and months are lost."),
        (Time(from), Time(to))
        | (Timestamp(from) | TimestampTz(from), Timestamp(to) | TimestampTz(to))
            if digits(to) < digits(from) =>
        {
            ROUNDED
        }
        (from, Time(_) | Timestamp(_) | TimestampTz(_) | Interval) if is_text(from) => ROUNDED,
        (from, to) if is_number(to) && rounds(from, to) => ROUNDED,
        _ => None,
    }
}

/// Whether a value that fits may have digits for which there is no room.
fn rounds(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    match (from, to) {
        (SmallInt, Real) | (SmallInt | Integer, Double) | (_, Numeric(None)) if is_whole(from) => {
            false
        }
        (SmallInt | Integer | BigInt, Numeric(Some((_, scale)))) => *scale < 0,
        (SmallInt | Integer | BigInt, to) => !is_whole(to),
        (Numeric(Some((_, from))), Numeric(Some((_, to)))) => to < from,
        (Numeric(Some((_, from))), to) if is_whole(to) => *from > 0,
        (Numeric(_), Numeric(None)) => false,
        // The text of a fraction is no integer, and a number without bounds has
        // room for every digit of a text.
        (from, to) if is_text(from) => !is_whole(to) && *to != Numeric(None),
        (Jsonb, to) => *to != Numeric(None),
        (Real | Double | Numeric(_), _) => true,
        _ => false,
    }
}

fn is_whole(data_type: &DataType) -> bool {
    use DataType::{BigInt, Integer, SmallInt};
    matches!(data_type, SmallInt | Integer | BigInt)
}

/// Digits of a second; without a precision, microseconds.
fn digits(precision: &Option<u8>) -> u8 {
    precision.unwrap_or(6)
}

#[cfg(test)]
mod tests {
    use super::caution;
    use crate::schema::DataType;

    #[test]
    fn what_to_mind_is_of_the_types() {
        const FITS: &str = "Fails when a value does not fit.";
        const LONG: &str = "Fails when a value is too long.";
        const CONVERTED: &str = "Fails when a value cannot be converted.";
        for (from, to, expected) in [
            ("integer", "bigint", ""),
            ("bigint", "integer", FITS),
            ("bigint", "text", ""),
            ("bigint", "varchar(5)", LONG),
            ("text", "char(5)", LONG),
            ("varchar(9)", "varchar(5)", LONG),
            ("varchar(9)[]", "varchar(5)[]", LONG),
            ("text", "integer", CONVERTED),
            (
                "text",
                "numeric(8,2)",
                "Fails when a value cannot be converted. Values may be rounded.",
            ),
            ("text", "numeric", CONVERTED),
            ("text", "uuid", CONVERTED),
            ("text", "jsonb", CONVERTED),
            ("integer", "double precision", ""),
            ("bigint", "double precision", "Values may be rounded."),
            ("smallint", "numeric(5,2)", FITS),
            ("integer", "numeric", ""),
            ("real", "numeric", "Values may be rounded."),
            (
                "numeric(8,2)",
                "integer",
                "Fails when a value does not fit. Values may be rounded.",
            ),
            ("numeric(8,0)", "integer", FITS),
            ("numeric(8,2)", "numeric(6,2)", FITS),
            ("numeric(8,2)", "numeric(8,3)", FITS),
            (
                "numeric(8,2)",
                "numeric(8,1)",
                "Fails when a value does not fit. Values may be rounded.",
            ),
            ("numeric(8,2)", "numeric", ""),
            ("integer", "boolean", "Every number but 0 becomes true."),
            ("boolean", "integer", ""),
            ("timestamp", "timestamptz", ""),
            ("timestamp", "timestamp(3)", "Values may be rounded."),
            ("timestamptz", "date", "The time of day is lost."),
            ("timestamp", "time", "The date is lost."),
            ("date", "timestamp", FITS),
            ("time", "interval", ""),
            ("interval", "time", "Days and months are lost."),
            ("timestamptz", "text", "Run it with TimeZone set to UTC."),
            (
                "text",
                "timestamptz(3)",
                "Fails when a value cannot be converted. Values may be rounded. Run it with TimeZone set to UTC.",
            ),
            (
                "json",
                "jsonb",
                "Fails when a value cannot be converted. Of keys that an object repeats, the last stays.",
            ),
            ("jsonb", "json", ""),
            (
                "jsonb",
                "integer",
                "Fails when a value cannot be converted. Values may be rounded.",
            ),
            ("integer", "jsonb", ""),
            ("struct<a integer>", "text", ""),
        ] {
            let read = |text: &str| text.parse::<DataType>().expect(text);
            let said = caution(&read(from), &read(to)).unwrap_or_default();
            assert_eq!(said, expected, "{from} to {to}");
        }
    }
}
