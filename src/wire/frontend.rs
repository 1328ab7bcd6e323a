use bytes::Buf;

use crate::error::Result;
use crate::relation::utf8;

use super::frame::Frame;
use super::stop::violation;

/// A message of the client, read out of its frame.
#[derive(Debug, PartialEq)]
pub(super) enum Frontend<'a> {
    /// Q: run a text of any number of statements.
    Query(&'a str),
    /// P: prepare one statement.
    Parse {
        statement: &'a str,
        sql: &'a str,
        parameter_types: Vec<u32>,
    },
    /// B: make a portal of a statement.
    Bind(Bind<'a>),
    /// D: tell the columns of a statement or portal.
    Describe(Target<'a>),
    /// E: run a portal, for at most so many rows; all if it is not positive.
    Execute { portal: &'a str, max_rows: i32 },
    /// C: forget a statement or portal.
    Close(Target<'a>),
    /// H: send what is there.
    Flush,
    /// S: the end of a pipeline.
    Sync,
    /// F: call a function by its OID. (Not offered; it is not read.)
    FunctionCall,
    /// d, c, f: parts of a copy. PostgreSQL ignores them outside of one.
    Copy,
    /// X: the end.
    Terminate,
}

/// The body of a Bind.
#[derive(Debug, PartialEq)]
pub(super) struct Bind<'a> {
    pub(super) portal: &'a str,
    pub(super) statement: &'a str,
    pub(super) parameter_formats: Vec<i16>,
    pub(super) parameters: Vec<Option<&'a [u8]>>,
    pub(super) result_formats: Vec<i16>,
}

/// What a Describe or Close speaks of.
#[derive(Debug, PartialEq)]
pub(super) enum Target<'a> {
    Statement(&'a str),
    Portal(&'a str),
}

impl<'a> Frontend<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    /// 08P01 when the body is not what its type says, 22021 when a text is not
    /// UTF-8. The next frame can be read after them.
    pub(super) fn decode(frame: &'a Frame) -> Result<Self> {
        let mut body = Body(&frame.body);
        let message = match frame.kind {
            b'Q' => Self::Query(body.text()?),
            b'P' => Self::Parse {
                statement: body.text()?,
                sql: body.text()?,
                parameter_types: body.list(|body| Ok(body.0.try_get_u32()?))?,
            },
            b'B' => Self::Bind(Bind {
                portal: body.text()?,
                statement: body.text()?,
                parameter_formats: body.list(|body| Ok(body.0.try_get_i16()?))?,
                parameters: body.list(Body::value)?,
                result_formats: body.list(|body| Ok(body.0.try_get_i16()?))?,
            }),
            b'D' => Self::Describe(body.target("DESCRIBE")?),
            b'E' => Self::Execute {
                portal: body.text()?,
                max_rows: body.0.try_get_i32()?,
            },
            b'C' => Self::Close(body.target("CLOSE")?),
            b'H' => Self::Flush,
            b'S' => Self::Sync,
            b'X' => Self::Terminate,
            b'F' => return Ok(Self::FunctionCall),
            b'd' | b'c' | b'f' => return Ok(Self::Copy),
            kind => return Err(violation(format!("invalid frontend message type {kind}"))),
        };
        if body.0.is_empty() {
            Ok(message)
        } else {
            Err(violation("invalid message format"))
        }
    }
}

/// What is left of a body.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    /// A text up to its NUL.
    fn text(&mut self) -> Result<&'a str> {
        let Some(end) = self.0.iter().position(|byte| *byte == 0) else {
            return Err(violation("invalid string in message"));
        };
        let text = &self.0[..end];
        self.0 = &self.0[end + 1..];
        utf8(text)
    }

    /// A counted list. The count alone makes no room: it may lie.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.0.try_get_u16()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// A parameter: NULL has the length -1.
    fn value(&mut self) -> Result<Option<&'a [u8]>> {
        let length = self.0.try_get_i32()?;
        if length == -1 {
            return Ok(None);
        }
        let (value, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.0.split_at_checked(length))
            .ok_or_else(|| violation("insufficient data left in message"))?;
        self.0 = rest;
        Ok(Some(value))
    }

    fn target(&mut self, message: &str) -> Result<Target<'a>> {
        match self.0.try_get_u8()? {
            b'S' => Ok(Target::Statement(self.text()?)),
            b'P' => Ok(Target::Portal(self.text()?)),
            kind => Err(violation(format!(
                "invalid {message} message subtype {kind}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use pgwire::messages::Message;
    use pgwire::messages::extendedquery as pg;
    use proptest::prelude::*;

    use super::*;

    fn frame(kind: u8, body: &[u8]) -> Frame {
        Frame {
            kind,
            body: BytesMut::from(body),
        }
    }

    fn encoded(message: &impl Message) -> Frame {
        let mut bytes = BytesMut::new();
        message.encode(&mut bytes).unwrap();
        frame(bytes[0], &bytes[5..])
    }

    fn refused(kind: u8, body: &[u8]) -> &'static str {
        Frontend::decode(&frame(kind, body)).unwrap_err().sqlstate()
    }

    #[test]
    fn a_bind_is_read() {
        let frame = encoded(&pg::Bind::new(
            Some("p".into()),
            Some("s".into()),
            vec![0, 1],
            vec![Some("a\0".into()), None],
            vec![1],
        ));
        let expected = Frontend::Bind(Bind {
            portal: "p",
            statement: "s",
            parameter_formats: vec![0, 1],
            parameters: vec![Some(b"a\0"), None],
            result_formats: vec![1],
        });
        assert_eq!(Frontend::decode(&frame).unwrap(), expected);
    }

    #[test]
    fn the_number_of_rows_is_any_number() {
        for max_rows in [0, 1, -1, i32::MAX, i32::MIN] {
            let frame = encoded(&pg::Execute::new(None, max_rows));
            let expected = Frontend::Execute {
                portal: "",
                max_rows,
            };
            assert_eq!(Frontend::decode(&frame).unwrap(), expected);
        }
    }

    #[test]
    fn a_broken_body_is_a_violation() {
        let cases: [(u8, &[u8]); 14] = [
            (b'Q', b""),
            (b'Q', b"SHOW x"),
            (b'Q', b"SHOW x\0more"),
            (b'P', b"\0SHOW x\0"),
            (b'P', b"\0SHOW x\0\xff\xff"),
            (b'B', b"\0\0\0\0\0\x05"),
            (b'B', b"\0\0\0\0\xff\xff\0\0"),
            (b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xffa"),
            (b'B', b"\0\0\0\0\0\x01\xff\xff\xff\xfe\0\0"),
            (b'B', b"\0\0\0\0\0\0\xff\xff"),
            (b'D', b""),
            (b'D', b"x\0"),
            (b'E', b"\0\0\0\0"),
            (b'S', b"more"),
        ];
        for (kind, body) in cases {
            assert_eq!(refused(kind, body), "08P01", "{} {body:?}", kind as char);
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_refused_with_its_bytes() {
        assert_eq!(refused(b'Q', b"SHOW \xff\xfe\0"), "22021");
        assert_eq!(refused(b'P', b"\0SHOW \xc3\0\0\0"), "22021");
        assert_eq!(refused(b'D', b"S\x80\0"), "22021");
        assert_eq!(
            utf8(b"a\xe2\x82x").unwrap_err().message(),
            "invalid byte sequence for encoding \"UTF8\": 0xe2 0x82"
        );
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(
            kind in prop::sample::select(&b"QPBDECHSXFdcf"[..]),
            body in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = Frontend::decode(&frame(kind, &body));
        }

        /// Every proper beginning of a Bind is refused, so is a longer one.
        #[test]
        fn a_bind_is_read_whole_or_refused(
            statement in "[a-z]{0,8}",
            parameters in prop::collection::vec(any::<Option<Vec<u8>>>(), 0..5),
            formats in prop::collection::vec(any::<i16>(), 0..5),
        ) {
            let whole = encoded(&pg::Bind::new(
                None,
                Some(statement.clone()),
                formats.clone(),
                parameters.iter().cloned().map(|value| value.map(Into::into)).collect(),
                formats.clone(),
            ));
            let expected = Frontend::Bind(Bind {
                portal: "",
                statement: &statement,
                parameter_formats: formats.clone(),
                parameters: parameters.iter().map(Option::as_deref).collect(),
                result_formats: formats,
            });
            prop_assert_eq!(Frontend::decode(&whole).unwrap(), expected);
            for length in 0..whole.body.len() {
                prop_assert_eq!(refused(b'B', &whole.body[..length]), "08P01");
            }
            prop_assert_eq!(refused(b'B', &[&whole.body[..], b"\0"].concat()), "08P01");
        }
    }
}
