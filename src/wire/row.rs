use std::fmt::Write;

use bytes::{BufMut, BytesMut};
use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::session::{Row, Value};

use super::format::{Format, Formats};

/// 2000-01-01 00:00:00 UTC, where PostgreSQL's binary times begin, in
/// microseconds since 1970.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Appends a row as a DataRow.
///
/// This is where most bytes of an answer are made: values go straight into the
/// buffer, nothing is allocated for a row.
///
/// # Panics
/// If the row is 2 GiB or longer: a store that holds such a text is not Rekha's.
pub(super) fn put_row(out: &mut BytesMut, row: &[Value], formats: &Formats) {
    out.put_u8(b'D');
    let start = out.len();
    out.put_i32(0);
    out.put_u16(u16::try_from(row.len()).expect("a result has fewer than 65,536 columns"));
    for (column, value) in row.iter().enumerate() {
        put_value(out, value, formats.of(column));
    }
    let length = length(out.len() - start);
    out[start..start + 4].copy_from_slice(&length);
}

/// Rows as DataRows, to be kept.
pub(super) fn encode(rows: &[Row], formats: &Formats) -> Box<[u8]> {
    let mut out = BytesMut::new();
    rows.iter().for_each(|row| put_row(&mut out, row, formats));
    out.as_ref().into()
}

fn put_value(out: &mut BytesMut, value: &Value, format: Format) {
    if matches!(value, Value::Null) {
        out.put_i32(-1);
        return;
    }
    let start = out.len();
    out.put_i32(0);
    match format {
        Format::Text => put_text(out, value),
        Format::Binary => put_binary(out, value),
    }
    let length = length(out.len() - start - 4);
    out[start..start + 4].copy_from_slice(&length);
}

fn put_text(out: &mut BytesMut, value: &Value) {
    match value {
        Value::Null => Ok(()),
        Value::Bool(value) => out.write_char(if *value { 't' } else { 'f' }),
        Value::Int4(value) => write!(out, "{value}"),
        Value::Int8(value) => write!(out, "{value}"),
        Value::Text(value) => out.write_str(value),
        Value::TimestampTz(value) => put_timestamp(out, value),
    }
    .expect("a buffer that grows takes what is written");
}

fn put_binary(out: &mut BytesMut, value: &Value) {
    match value {
        Value::Null => (),
        Value::Bool(value) => out.put_u8(u8::from(*value)),
        Value::Int4(value) => out.put_i32(*value),
        Value::Int8(value) => out.put_i64(*value),
        Value::Text(value) => out.put_slice(value.as_bytes()),
        Value::TimestampTz(value) => {
            out.put_i64(value.timestamp_micros() - POSTGRES_EPOCH_MICROS);
        }
    }
}

/// As PostgreSQL writes it with `DateStyle` ISO and `TimeZone` UTC: the fraction
/// without trailing zeros, years before the first with BC.
fn put_timestamp(out: &mut BytesMut, at: &DateTime<Utc>) -> std::fmt::Result {
    let (year, era) = match at.year() {
        year @ 1.. => (year, ""),
        year => (1 - year, " BC"),
    };
    write!(
        out,
        "{year:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )?;
    let mut fraction = at.timestamp_subsec_micros() % 1_000_000;
    if fraction > 0 {
        let mut digits = 6;
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            digits -= 1;
        }
        write!(out, ".{fraction:0digits$}")?;
    }
    write!(out, "+00{era}")
}

/// A length as the protocol writes it.
pub(super) fn length(bytes: usize) -> [u8; 4] {
    i32::try_from(bytes)
        .expect("a row is shorter than 2 GiB")
        .to_be_bytes()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use pgwire::messages::data::DataRow;
    use pgwire::messages::{DecodeContext, Message, ProtocolVersion};
    use postgres_types::{FromSql, Type};
    use proptest::prelude::*;

    use super::*;

    /// The values of a row, as a client that knows the protocol finds them.
    fn fields(row: &[Value], formats: &Formats) -> Vec<Option<Vec<u8>>> {
        let mut out = BytesMut::from("before");
        put_row(&mut out, row, formats);
        let mut message = out.split_off("before".len());
        let context = DecodeContext::new(ProtocolVersion::PROTOCOL3_0);
        let mut decoded = DataRow::decode(&mut message, &context).unwrap().unwrap();
        assert!(message.is_empty());
        let mut fields = Vec::new();
        for _ in 0..decoded.field_count {
            let length = i32::from_be_bytes(*decoded.data.split_to(4).first_chunk().unwrap());
            fields.push((length >= 0).then(|| decoded.data.split_to(length as usize).to_vec()));
        }
        assert!(decoded.data.is_empty());
        fields
    }

    fn text(value: Value) -> String {
        let field = fields(&[value], &Formats::Text).remove(0).unwrap();
        String::from_utf8(field).unwrap()
    }

    fn binary(value: Value) -> Vec<u8> {
        fields(&[value], &Formats::Binary).remove(0).unwrap()
    }

    fn at(text: &str) -> Value {
        Value::TimestampTz(text.parse().unwrap())
    }

    #[test]
    fn text_is_what_postgresql_writes() {
        let cases = [
            (Value::Bool(true), "t"),
            (Value::Bool(false), "f"),
            (Value::Int4(-7), "-7"),
            (Value::Int8(i64::MIN), "-9223372036854775808"),
            (Value::Text("žluť 🐴".into()), "žluť 🐴"),
            (Value::Text("".into()), ""),
            (at("2024-02-29T12:34:56Z"), "2024-02-29 12:34:56+00"),
            (at("2024-02-29T12:34:56.789Z"), "2024-02-29 12:34:56.789+00"),
            (
                at("2024-02-29T12:34:56.000001Z"),
                "2024-02-29 12:34:56.000001+00",
            ),
            (at("2024-02-29T12:34:56.100Z"), "2024-02-29 12:34:56.1+00"),
            (at("2024-02-29T14:34:56+02:00"), "2024-02-29 12:34:56+00"),
            (at("0099-01-01T00:00:00Z"), "0099-01-01 00:00:00+00"),
            (at("0000-12-31T00:00:00Z"), "0001-12-31 00:00:00+00 BC"),
            (at("-0043-03-15T00:00:00Z"), "0044-03-15 00:00:00+00 BC"),
            (at("+12024-01-01T00:00:00Z"), "12024-01-01 00:00:00+00"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(value.clone()), expected, "{value:?}");
        }
    }

    #[test]
    fn formats_are_by_column_and_null_has_none() {
        let row = [Value::Int4(1), Value::Int4(2), Value::Null];
        let formats = Formats::new(&[1, 0, 1]).unwrap();
        let expected = [Some(b"\0\0\0\x01".to_vec()), Some(b"2".to_vec()), None];
        assert_eq!(fields(&row, &formats), expected);
        assert_eq!(fields(&[], &formats), []);
    }

    proptest! {
        /// What is written binary is read back by the types PostgreSQL's
        /// clients use.
        #[test]
        fn binary_is_what_clients_read(
            bool in any::<bool>(),
            int4 in any::<i32>(),
            int8 in any::<i64>(),
            string in any::<String>(),
            micros in -60_000_000_000_000_000i64..250_000_000_000_000_000,
        ) {
            let value = binary(Value::Bool(bool));
            prop_assert_eq!(bool::from_sql(&Type::BOOL, &value).unwrap(), bool);
            let value = binary(Value::Int4(int4));
            prop_assert_eq!(i32::from_sql(&Type::INT4, &value).unwrap(), int4);
            let value = binary(Value::Int8(int8));
            prop_assert_eq!(i64::from_sql(&Type::INT8, &value).unwrap(), int8);
            let value = binary(Value::Text(string.as_str().into()));
            prop_assert_eq!(<&str>::from_sql(&Type::TEXT, &value).unwrap(), &string);
            let time = DateTime::from_timestamp_micros(micros).unwrap();
            let value = binary(Value::TimestampTz(time));
            let read = SystemTime::from_sql(&Type::TIMESTAMPTZ, &value).unwrap();
            let expected = match u64::try_from(micros) {
                Ok(micros) => SystemTime::UNIX_EPOCH + Duration::from_micros(micros),
                Err(_) => SystemTime::UNIX_EPOCH - Duration::from_micros(micros.unsigned_abs()),
            };
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn text_is_what_clients_read(
            int8 in any::<i64>(),
            micros in 0i64..250_000_000_000_000_000,
        ) {
            prop_assert_eq!(text(Value::Int8(int8)).parse::<i64>().unwrap(), int8);
            let time = DateTime::from_timestamp_micros(micros).unwrap();
            let written = text(Value::TimestampTz(time));
            let read = DateTime::parse_from_str(&written, "%Y-%m-%d %H:%M:%S%.f%#z").unwrap();
            prop_assert_eq!(read, time);
        }
    }
}
