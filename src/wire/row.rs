use bytes::{BufMut, BytesMut};

use crate::relation::{Form, Row, Style, Value};

use super::format::Formats;

/// Appends a row as a DataRow.
///
/// This is where most bytes of an answer are made: values go straight into the
/// buffer, nothing is allocated for a row.
///
/// # Panics
/// If the row is 2 GiB or longer: a store that holds such a text is not Rekha's.
pub(super) fn put_row(out: &mut BytesMut, row: &[Value], formats: &Formats, style: &Style) {
    out.put_u8(b'D');
    let start = out.len();
    out.put_i32(0);
    out.put_u16(u16::try_from(row.len()).expect("a result has fewer than 65,536 columns"));
    for (column, value) in row.iter().enumerate() {
        put_value(out, value, formats.of(column), style);
    }
    let length = length(out.len() - start);
    out[start..start + 4].copy_from_slice(&length);
}

/// Rows as DataRows, to be kept.
pub(super) fn encode(rows: &[Row], formats: &Formats, style: &Style) -> Box<[u8]> {
    let mut out = BytesMut::new();
    rows.iter()
        .for_each(|row| put_row(&mut out, row, formats, style));
    out.as_ref().into()
}

pub(super) fn put_value(out: &mut BytesMut, value: &Value, format: Form, style: &Style) {
    if matches!(value, Value::Null) {
        out.put_i32(-1);
        return;
    }
    let start = out.len();
    out.put_i32(0);
    match format {
        Form::Text => value
            .write_text(out, style)
            .expect("a buffer that grows takes what is written"),
        Form::Binary => value.write_binary(out),
    }
    let length = length(out.len() - start - 4);
    out[start..start + 4].copy_from_slice(&length);
}

/// A length as the protocol writes it.
pub(super) fn length(bytes: usize) -> [u8; 4] {
    i32::try_from(bytes)
        .expect("a row is shorter than 2 GiB")
        .to_be_bytes()
}

#[cfg(test)]
mod tests {
    use pgwire::messages::data::DataRow;
    use pgwire::messages::{DecodeContext, Message, ProtocolVersion};

    use super::*;

    /// The values of a row, as a client that knows the protocol finds them.
    fn fields(row: &[Value], formats: &Formats) -> Vec<Option<Vec<u8>>> {
        let mut out = BytesMut::from("before");
        put_row(&mut out, row, formats, &Style::default());
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

    #[test]
    fn formats_are_by_column_and_null_has_none() {
        let row = [Value::Int4(1), Value::Int4(2), Value::Null];
        let formats = Formats::new(&[1, 0, 1]).unwrap();
        let expected = [Some(b"\0\0\0\x01".to_vec()), Some(b"2".to_vec()), None];
        assert_eq!(fields(&row, &formats), expected);
        assert_eq!(fields(&[], &formats), []);
    }
}
