//! Functions on bytes, and between bytes and texts (PostgreSQL manual, 9.5).

use base64::Engine as _;
use md5::Md5;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::error::{Error, ErrorKind, Limit, Result, Value as Fault};
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value, utf8};

pub(super) static BYTES: &[Function] = &[
    Function::row("length", &[BYTEA], INT4, |_, values| {
        count(values.bytes(0).len())
    }),
    Function::row("octet_length", &[BYTEA], INT4, |_, values| {
        count(values.bytes(0).len())
    }),
    Function::row("bit_length", &[BYTEA], INT4, |_, values| {
        count(values.bytes(0).len() * 8)
    }),
    Function::row("bit_count", &[BYTEA], Type::INT8, |_, values| {
        let ones: u32 = values.bytes(0).iter().map(|byte| byte.count_ones()).sum();
        Ok(Value::Int8(ones.into()))
    }),
    Function::row("substring", &[BYTEA, INT4], BYTEA, substring),
    Function::row("substring", &[BYTEA, INT4, INT4], BYTEA, substring),
    Function::row("substr", &[BYTEA, INT4], BYTEA, substring),
    Function::row("substr", &[BYTEA, INT4, INT4], BYTEA, substring),
    Function::row("position", &[BYTEA, BYTEA], INT4, |_, values| {
        let (bytes, part) = (values.bytes(0), values.bytes(1));
        let at = (0..=bytes.len()).find(|at| bytes[*at..].starts_with(part));
        count(at.map_or(0, |at| at + 1))
    }),
    Function::row("btrim", &[BYTEA, BYTEA], BYTEA, |_, values| {
        trimmed(values, true, true)
    }),
    Function::row("ltrim", &[BYTEA, BYTEA], BYTEA, |_, values| {
        trimmed(values, true, false)
    }),
    Function::row("rtrim", &[BYTEA, BYTEA], BYTEA, |_, values| {
        trimmed(values, false, true)
    }),
    Function::row("md5", &[BYTEA], TEXT, |_, values| {
        Ok(Value::text(hex(&Md5::digest(values.bytes(0)))))
    }),
    Function::row("md5", &[TEXT], TEXT, |_, values| {
        Ok(Value::text(hex(&Md5::digest(values.text(0)))))
    }),
    Function::row("sha224", &[BYTEA], BYTEA, |_, values| {
        bytes(Sha224::digest(values.bytes(0)).to_vec())
    }),
    Function::row("sha256", &[BYTEA], BYTEA, |_, values| {
        bytes(Sha256::digest(values.bytes(0)).to_vec())
    }),
    Function::row("sha384", &[BYTEA], BYTEA, |_, values| {
        bytes(Sha384::digest(values.bytes(0)).to_vec())
    }),
    Function::row("sha512", &[BYTEA], BYTEA, |_, values| {
        bytes(Sha512::digest(values.bytes(0)).to_vec())
    }),
    Function::row("encode", &[BYTEA, TEXT], TEXT, encode),
    Function::row("decode", &[TEXT, TEXT], BYTEA, decode),
    Function::row("get_byte", &[BYTEA, INT4], INT4, |_, values| {
        let bytes = values.bytes(0);
        let at = index(values.int(1), bytes.len())?;
        Ok(Value::Int4(bytes[at].into()))
    }),
    Function::row("set_byte", &[BYTEA, INT4, INT4], BYTEA, |_, values| {
        let mut changed = values.bytes(0).to_vec();
        let at = index(values.int(1), changed.len())?;
        changed[at] = values.int4(2) as u8;
        bytes(changed)
    }),
    Function::row("get_bit", &[BYTEA, Type::INT8], INT4, |_, values| {
        let bytes = values.bytes(0);
        let at = index(values.int(1), bytes.len() * 8)?;
        Ok(Value::Int4((bytes[at / 8] >> (at % 8) & 1).into()))
    }),
    Function::row("set_bit", &[BYTEA, Type::INT8, INT4], BYTEA, set_bit),
    Function::row(
        "convert_from",
        &[BYTEA, TEXT],
        TEXT,
        |_, values| match encoding(values.text(1), "source")? {
            Encoding::Utf8 => utf8(values.bytes(0)).map(Value::text),
            Encoding::Latin1 => {
                let text: String = values
                    .bytes(0)
                    .iter()
                    .map(|byte| char::from(*byte))
                    .collect();
                utf8(text.as_bytes()).map(Value::text)
            }
        },
    ),
    Function::row(
        "convert_to",
        &[TEXT, TEXT],
        BYTEA,
        |_, values| match encoding(values.text(1), "destination")? {
            Encoding::Utf8 => bytes(values.text(0).as_bytes().to_vec()),
            Encoding::Latin1 => bytes(values.text(0).chars().map(latin1).collect::<Result<_>>()?),
        },
    ),
];

const TEXT: Type = Type::TEXT;
const BYTEA: Type = Type::BYTEA;
const INT4: Type = Type::INT4;

fn count(count: usize) -> Result<Value> {
    Ok(Value::Int4(i32::try_from(count).unwrap_or(i32::MAX)))
}

fn bytes(bytes: Vec<u8>) -> Result<Value> {
    Ok(Value::Bytea(bytes.into()))
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidValue(Fault::Parameter), message)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As of a text, but of bytes.
fn substring(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let (all, start) = (values.bytes(0), values.int(1));
    let size = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let end = match values.get(2).map(|_| values.int(2)) {
        None => size,
        Some(..0) => {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Substring),
                "negative substring length not allowed",
            ));
        }
        Some(length) => (start - 1 + length).clamp(0, size),
    };
    let start = (start - 1).clamp(0, end);
    let place = |place: i64| usize::try_from(place).expect("it is within the bytes");
    bytes(all[place(start)..place(end)].to_vec())
}

fn trimmed(values: &[Value], at_start: bool, at_end: bool) -> Result<Value> {
    let is_cut = |byte: &u8| values.bytes(1).contains(byte);
    let mut rest = values.bytes(0);
    while let (true, [first, after @ ..]) = (at_start, rest)
        && is_cut(first)
    {
        rest = after;
    }
    while let (true, [before @ .., last]) = (at_end, rest)
        && is_cut(last)
    {
        rest = before;
    }
    bytes(rest.to_vec())
}

fn index(index: i64, size: usize) -> Result<usize> {
    let place = usize::try_from(index).ok().filter(|place| *place < size);
    place.ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidValue(Fault::Subscript),
            format!("index {index} out of valid range, 0..{}", size as i64 - 1),
        )
    })
}

fn set_bit(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let mut changed = values.bytes(0).to_vec();
    let at = index(values.int(1), changed.len() * 8)?;
    let mask = 1 << (at % 8);
    match values.int4(2) {
        0 => changed[at / 8] &= !mask,
        1 => changed[at / 8] |= mask,
        _ => return Err(refused("new bit must be 0 or 1")),
    }
    bytes(changed)
}

/// How bytes are written in an argument.
enum Form {
    Hex,
    Base64,
    Escape,
}

fn form(name: &str) -> Result<Form> {
    match name.to_ascii_lowercase().as_str() {
        "hex" => Ok(Form::Hex),
        "base64" => Ok(Form::Base64),
        "escape" => Ok(Form::Escape),
        _ => Err(refused(format!("unrecognized encoding: \"{name}\""))),
    }
}

/// Lines of base64 end here.
const LINE: usize = 76;

fn encode(_: &Call<'_>, values: &[Value]) -> Result<Value> {
    let bytes = values.bytes(0);
    if bytes.len() > 0x1fff_ffff {
        return Err(Error::new(
            ErrorKind::LimitExceeded(Limit::Program),
            "result of encoding conversion is too large",
        ));
    }
    Ok(Value::text(match form(values.text(1))? {
        Form::Hex => hex(bytes),
        Form::Base64 => {
            let whole = base64::engine::general_purpose::STANDARD.encode(bytes);
            let lines: Vec<&str> = (0..whole.len())
                .step_by(LINE)
                .map(|at| &whole[at..whole.len().min(at + LINE)])
                .collect();
            lines.join("\n")
        }
        Form::Escape => bytes
            .iter()
            .map(|byte| match byte {
                b'\\' => "\\\\".to_owned(),
                0 | 0x80.. => format!("\\{byte:03o}"),
                byte => char::from(*byte).to_string(),
            })
            .collect(),
    }))
}

fn decode(call: &Call<'_>, values: &[Value]) -> Result<Value> {
    let text = values.text(0);
    match form(values.text(1))? {
        Form::Hex => Value::from_text(&format!("\\x{text}"), &BYTEA, &call.reading()),
        Form::Escape if text.starts_with("\\x") => Err(Error::new(
            ErrorKind::InvalidValue(Fault::Text),
            "invalid input syntax for type bytea",
        )),
        Form::Escape => Value::from_text(text, &BYTEA, &call.reading()),
        Form::Base64 => bytes(decode_base64(text)?),
    }
}

/// As PostgreSQL reads it: blanks anywhere, and nothing after the end but blanks.
fn decode_base64(text: &str) -> Result<Vec<u8>> {
    let (mut out, mut buffer, mut digits, mut padding) = (Vec::new(), 0_u32, 0, 0);
    for c in text.chars() {
        let digit = match c {
            ' ' | '\t' | '\n' | '\r' => continue,
            '=' => {
                // Padding stands at the third or fourth place only.
                if padding == 0 {
                    padding = match digits {
                        2 => 1,
                        3 => 2,
                        _ => {
                            return Err(refused("unexpected \"=\" while decoding base64 sequence"));
                        }
                    };
                }
                0
            }
            'A'..='Z' => u32::from(c) - u32::from('A'),
            'a'..='z' => u32::from(c) - u32::from('a') + 26,
            '0'..='9' => u32::from(c) - u32::from('0') + 52,
            '+' => 62,
            '/' => 63,
            _ => {
                return Err(refused(format!(
                    "invalid symbol \"{c}\" found while decoding base64 sequence"
                )));
            }
        };
        buffer = buffer << 6 | digit;
        digits += 1;
        if digits == 4 {
            let kept = if padding == 0 { 3 } else { padding };
            out.extend(&buffer.to_be_bytes()[1..=kept]);
            (buffer, digits) = (0, 0);
        }
    }
    if digits != 0 {
        return Err(refused("invalid base64 end sequence")
            .with_hint("Input data is missing padding, is truncated, or is otherwise corrupted."));
    }
    Ok(out)
}

/// The encodings that a text can be converted from and to.
enum Encoding {
    Utf8,
    Latin1,
}

fn encoding(name: &str, role: &str) -> Result<Encoding> {
    let letters: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match letters.as_str() {
        "utf8" | "unicode" | "sqlascii" => Ok(Encoding::Utf8),
        "latin1" | "iso88591" => Ok(Encoding::Latin1),
        _ => Err(refused(format!("invalid {role} encoding name \"{name}\""))),
    }
}

fn latin1(c: char) -> Result<u8> {
    u8::try_from(u32::from(c)).map_err(|_| {
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes();
        let bytes: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02x}")).collect();
        Error::new(
            ErrorKind::InvalidValue(Fault::Untranslatable),
            format!(
                "character with byte sequence {} in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
                bytes.join(" ")
            ),
        )
    })
}
