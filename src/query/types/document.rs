//! The order of `jsonb` (PostgreSQL manual, 8.14.4).

use std::fmt::Write;

use super::encoding::{key_part, write_numeric};
use crate::query::function::{Document, Sort};
use crate::relation::{Numeric, Type};

/// What a string ends with: less than all that can be in one.
const END: char = '\0';

/// A text that is equal, and in order, as the document is: `1` is `1.0`, objects are
/// greater than arrays, and these than `true`, numbers, strings and null. The greater of
/// two objects or arrays is that of more members.
pub(in crate::query) fn document_key(text: &str) -> String {
    let document = Document::new(text);
    let mut out = String::with_capacity(text.len() + 8);
    match document.spelled() {
        // As PostgreSQL has it, but within others it is an array like any.
        "[]" => out.push('0'),
        _ => write(document, &mut out),
    }
    out
}

fn write(document: Document<'_>, out: &mut String) {
    match document.sort() {
        Sort::Null => out.push('1'),
        Sort::String => {
            out.push('2');
            write_text(&document.text().ok().flatten().unwrap_or_default(), out);
        }
        Sort::Number => {
            out.push('3');
            let number = document.spelled().parse().unwrap_or(Numeric::NaN);
            let mut bytes = Vec::new();
            write_numeric(&number, &mut bytes);
            for byte in key_part(&bytes, &Type::NUMERIC) {
                add(out, format_args!("{byte:02x}"));
            }
        }
        Sort::Boolean => {
            out.push('4');
            out.push(if document.spelled() == "true" {
                '1'
            } else {
                '0'
            });
        }
        Sort::Array => {
            let elements = document.elements();
            out.push('5');
            add(out, format_args!("{:08x}", elements.len()));
            for element in elements {
                write(element, out);
            }
        }
        Sort::Object => {
            let members = document.members().unwrap_or_default();
            out.push('6');
            add(out, format_args!("{:08x}", members.len()));
            for (name, value) in members {
                write_text(&name, out);
                write(value, out);
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(text);
    out.push(END);
}

fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes what is written");
}

#[cfg(test)]
mod tests {
    use super::document_key;

    #[test]
    fn documents_are_in_postgresqls_order() {
        let ascending = [
            "[]",
            "null",
            r#""""#,
            r#""a""#,
            r#""aa""#,
            r#""b""#,
            "-1",
            "0",
            "9",
            "10",
            "10.5",
            "false",
            "true",
            "[1]",
            "[[]]",
            "[1, 2]",
            "{}",
            r#"{"a": 1}"#,
            r#"{"a": 2}"#,
            r#"{"b": 1}"#,
            r#"{"a": 1, "b": 2}"#,
        ];
        for pair in ascending.windows(2) {
            let (one, other) = (document_key(pair[0]), document_key(pair[1]));
            assert!(one < other, "{} < {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn numbers_are_equal_however_they_are_written() {
        for (one, other) in [
            ("1", "1.0"),
            ("[1.50]", "[1.5]"),
            (r#"{"a": 0}"#, r#"{"a": -0}"#),
        ] {
            assert_eq!(document_key(one), document_key(other));
        }
    }
}
