//! Rows as COPY writes them (PostgreSQL manual, "COPY", File Formats).

use bytes::{BufMut, BytesMut};

use crate::relation::{Column, Form, Row, Style, Value};
use crate::session::CopyFormat;

use super::row::{length, put_value};

/// What a COPY in binary format begins with: its name, flags and the length of an
/// extension, which is none.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Writes the rows of a COPY, each as a CopyData message.
pub(super) struct Copier<'a> {
    format: &'a CopyFormat,
    columns: &'a [Column],
    style: &'a Style,
    /// The columns that are always quoted.
    quoted: Vec<bool>,
    /// A value, before it is known what must be escaped.
    value: BytesMut,
    /// What the first message begins with, until it is written.
    opening: &'static [u8],
}

impl<'a> Copier<'a> {
    pub(super) fn new(format: &'a CopyFormat, columns: &'a [Column], style: &'a Style) -> Self {
        let is_quoted = |column: &Column| match format {
            CopyFormat::Csv { force_quote, .. } => force_quote
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| **name == *column.name)),
            _ => false,
        };
        Self {
            format,
            columns,
            style,
            quoted: columns.iter().map(is_quoted).collect(),
            value: BytesMut::new(),
            // Clients count on the signature in one message with what follows.
            opening: match format {
                CopyFormat::Binary => SIGNATURE,
                CopyFormat::Text { .. } | CopyFormat::Csv { .. } => &[],
            },
        }
    }

    /// The form of all columns.
    pub(super) fn form(&self) -> Form {
        match self.format {
            CopyFormat::Binary => Form::Binary,
            CopyFormat::Text { .. } | CopyFormat::Csv { .. } => Form::Text,
        }
    }

    /// What comes before the rows.
    pub(super) fn begin(&mut self, out: &mut BytesMut) {
        match self.format {
            CopyFormat::Text { header: true, .. } | CopyFormat::Csv { header: true, .. } => {
                let columns = self.columns;
                message(out, |out| {
                    for (index, column) in columns.iter().enumerate() {
                        self.value.clear();
                        self.value.put_slice(column.name.as_bytes());
                        self.put_delimited(out, index, true, false);
                    }
                    out.put_u8(b'\n');
                });
            }
            CopyFormat::Binary | CopyFormat::Text { .. } | CopyFormat::Csv { .. } => {}
        }
    }

    /// A row.
    pub(super) fn row(&mut self, out: &mut BytesMut, row: &Row) {
        message(out, |out| match self.format {
            CopyFormat::Binary => {
                out.put_slice(std::mem::take(&mut self.opening));
                let count = u16::try_from(row.len());
                out.put_u16(count.expect("a result has fewer than 65,536 columns"));
                for value in row {
                    put_value(out, value, Form::Binary, self.style);
                }
            }
            CopyFormat::Text { .. } | CopyFormat::Csv { .. } => {
                for (index, value) in row.iter().enumerate() {
                    self.value.clear();
                    let is_there = !matches!(value, Value::Null);
                    if is_there {
                        value
                            .write_text(&mut self.value, self.style)
                            .expect("a buffer that grows takes what is written");
                    }
                    self.put_delimited(out, index, is_there, self.quoted[index]);
                }
                out.put_u8(b'\n');
            }
        });
    }

    /// What comes behind the rows.
    pub(super) fn end(&self, out: &mut BytesMut) {
        if matches!(self.format, CopyFormat::Binary) {
            message(out, |out| {
                out.put_slice(self.opening);
                out.put_i16(-1);
            });
        }
    }

    /// The value that was written, or NULL, behind the delimiter.
    fn put_delimited(&self, out: &mut BytesMut, index: usize, is_there: bool, is_forced: bool) {
        let value = &self.value[..];
        match self.format {
            CopyFormat::Text {
                delimiter, null, ..
            } => {
                if index > 0 {
                    out.put_u8(*delimiter);
                }
                match is_there {
                    true => put_text(out, value, *delimiter),
                    false => out.put_slice(null.as_bytes()),
                }
            }
            CopyFormat::Csv {
                delimiter,
                null,
                quote,
                escape,
                ..
            } => {
                if index > 0 {
                    out.put_u8(*delimiter);
                }
                if !is_there {
                    out.put_slice(null.as_bytes());
                    return;
                }
                let special = |byte: &u8| [*delimiter, *quote, b'\n', b'\r'].contains(byte);
                let is_quoted = is_forced
                    || value == null.as_bytes()
                    || value.iter().any(special)
                    // Alone on a line it would be the end of the data.
                    || (self.columns.len() == 1 && value == b"\\.");
                match is_quoted {
                    true => put_quoted(out, value, *quote, *escape),
                    false => out.put_slice(value),
                }
            }
            CopyFormat::Binary => {}
        }
    }
}

/// A value with backslashes before what means something in the text format.
fn put_text(out: &mut BytesMut, value: &[u8], delimiter: u8) {
    for byte in value {
        let letter = match byte {
            b'\x08' => b'b',
            b'\x0c' => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            b'\x0b' => b'v',
            byte if *byte == b'\\' || *byte == delimiter => *byte,
            byte => {
                out.put_u8(*byte);
                continue;
            }
        };
        out.put_slice(&[b'\\', letter]);
    }
}

fn put_quoted(out: &mut BytesMut, value: &[u8], quote: u8, escape: u8) {
    out.put_u8(quote);
    for byte in value {
        if *byte == quote || *byte == escape {
            out.put_u8(escape);
        }
        out.put_u8(*byte);
    }
    out.put_u8(quote);
}

/// A CopyData message.
fn message(out: &mut BytesMut, body: impl FnOnce(&mut BytesMut)) {
    out.put_u8(b'd');
    let start = out.len();
    out.put_i32(0);
    body(out);
    let length = length(out.len() - start);
    out[start..start + 4].copy_from_slice(&length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::Type;

    const NULL: Value = Value::Null;

    fn text(value: &str) -> Value {
        Value::text(value)
    }

    fn csv(force_quote: Option<Vec<String>>) -> CopyFormat {
        CopyFormat::Csv {
            delimiter: b',',
            null: String::new(),
            header: true,
            quote: b'"',
            escape: b'"',
            force_quote,
        }
    }

    /// The data of a COPY of these rows, without its frames.
    fn copied(format: &CopyFormat, rows: &[Row]) -> Vec<u8> {
        let columns = [Column::new("a", Type::TEXT), Column::new("B", Type::TEXT)];
        let style = Style::default();
        let mut copier = Copier::new(format, &columns[..rows[0].len()], &style);
        let mut out = BytesMut::new();
        copier.begin(&mut out);
        rows.iter().for_each(|row| copier.row(&mut out, row));
        copier.end(&mut out);
        let mut data = Vec::new();
        while !out.is_empty() {
            assert_eq!(out[0], b'd');
            let length = u32::from_be_bytes(out[1..5].try_into().unwrap()) as usize;
            data.extend_from_slice(&out.split_to(length + 1)[5..]);
        }
        data
    }

    /// What PostgreSQL 15 writes for the same.
    #[test]
    fn rows_are_written_as_postgresql_writes_them() {
        let plain = |delimiter| CopyFormat::Text {
            delimiter,
            null: "\\N".to_owned(),
            header: false,
        };
        let cases: [(CopyFormat, Vec<Value>, &[u8]); 8] = [
            (plain(b'\t'), vec![text("a\tb\\"), NULL], b"a\\tb\\\\\t\\N\n"),
            (plain(b'|'), vec![text("a|b\n"), text("")], b"a\\|b\\n|\n"),
            (csv(Some(vec![])), vec![text("a,b"), NULL], b"a,B\n\"a,b\",\n"),
            (csv(Some(vec![])), vec![text(""), text("c\"d")], b"a,B\n\"\",\"c\"\"d\"\n"),
            (csv(Some(vec!["B".into()])), vec![text("x"), text("y")], b"a,B\nx,\"y\"\n"),
            (csv(None), vec![text("x"), NULL], b"a,B\n\"x\",\n"),
            (csv(Some(vec![])), vec![text("\\.")], b"a\n\"\\.\"\n"),
            (
                CopyFormat::Binary,
                vec![Value::Int4(1), NULL],
                b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\x04\0\0\0\x01\xff\xff\xff\xff\xff\xff",
            ),
        ];
        for (format, row, expected) in cases {
            let found = copied(&format, &[row]);
            assert_eq!(
                found.escape_ascii().to_string(),
                expected.escape_ascii().to_string()
            );
        }
    }
}
