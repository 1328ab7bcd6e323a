//! A client that says exactly what it is told to, and hides nothing of what it
//! hears.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::support::DEADLINE;

/// A message of the server: its type and its body.
pub(crate) type Message = (char, Vec<u8>);

/// One connection.
pub(crate) struct Raw {
    stream: TcpStream,
    /// What ParameterStatus told.
    pub(crate) parameters: HashMap<String, String>,
    /// The body of BackendKeyData.
    pub(crate) key: Vec<u8>,
    /// What ReadyForQuery told last.
    pub(crate) status: char,
}

/// What a connection is opened with.
pub(crate) const V3: u32 = 3 << 16;

impl Raw {
    /// A connection on which nothing has been said.
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            parameters: HashMap::new(),
            key: Vec::new(),
            status: '?',
        }
    }

    /// A connection that is logged in.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let mut raw = Self::open(address);
        let answer = raw.log_in(V3, &[]);
        assert_eq!(letters(&answer), "RKZ", "{answer:?}");
        raw
    }

    /// Logs in with these parameters; what is answered, to ReadyForQuery or to
    /// the end.
    pub(crate) fn log_in(&mut self, version: u32, parameters: &[(&str, &str)]) -> Vec<Message> {
        self.send(&[startup(version, parameters)]);
        self.until('Z')
    }

    /// Sends all in one write. A server that has closed the connection already
    /// is found out by reading.
    pub(crate) fn send(&mut self, messages: &[Vec<u8>]) {
        let _ = self.stream.write_all(&messages.concat());
    }

    /// Sends all and collects the answers to so many ReadyForQuery.
    pub(crate) fn ask(&mut self, messages: &[Vec<u8>]) -> Vec<Message> {
        self.send(messages);
        let is_sync = |m: &&Vec<u8>| matches!(m[0], b'Q' | b'S' | b'F');
        (0..messages.iter().filter(is_sync).count())
            .flat_map(|_| self.until('Z'))
            .collect()
    }

    /// The messages up to the first of this type, or to the end.
    pub(crate) fn until(&mut self, last: char) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some((kind, body)) = self.next() {
            match kind {
                'S' => {
                    let mut words = body.split(|byte| *byte == 0).map(string);
                    let (name, value) = (words.next().unwrap(), words.next().unwrap());
                    self.parameters.insert(name, value);
                    continue;
                }
                'K' => self.key.clone_from(&body),
                'Z' => self.status = body[0] as char,
                _ => (),
            }
            messages.push((kind, body));
            if kind == last {
                break;
            }
        }
        messages
    }

    /// One byte, which is how encryption requests are answered.
    pub(crate) fn byte(&mut self) -> u8 {
        let mut byte = [0];
        self.stream.read_exact(&mut byte).unwrap();
        byte[0]
    }

    fn next(&mut self) -> Option<Message> {
        let mut head = [0; 5];
        let mut read = |buffer: &mut [u8]| match self.stream.read_exact(buffer) {
            Ok(()) => Some(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("no answer"),
            Err(_) => None,
        };
        read(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let mut body = vec![0; length as usize - 4];
        read(&mut body)?;
        Some((head[0] as char, body))
    }
}

pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[kind], &length.to_be_bytes()[..], body].concat()
}

pub(crate) fn startup(version: u32, parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    for (name, value) in [("user", "tester")].iter().chain(parameters) {
        body.extend([name.as_bytes(), b"\0", value.as_bytes(), b"\0"].concat());
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).unwrap();
    [&length.to_be_bytes()[..], &body].concat()
}

pub(crate) fn query(sql: &str) -> Vec<u8> {
    message(b'Q', &text(sql))
}

pub(crate) fn parse(statement: &str, sql: &str) -> Vec<u8> {
    message(b'P', &[text(statement), text(sql), vec![0, 0]].concat())
}

pub(crate) fn bind(portal: &str, statement: &str, result_formats: &[u16]) -> Vec<u8> {
    let mut body = [text(portal), text(statement), vec![0; 4]].concat();
    body.extend(u16::try_from(result_formats.len()).unwrap().to_be_bytes());
    for format in result_formats {
        body.extend(format.to_be_bytes());
    }
    message(b'B', &body)
}

pub(crate) fn describe(kind: u8, name: &str) -> Vec<u8> {
    message(b'D', &[vec![kind], text(name)].concat())
}

pub(crate) fn execute(portal: &str, max_rows: u32) -> Vec<u8> {
    message(b'E', &[&text(portal), &max_rows.to_be_bytes()[..]].concat())
}

pub(crate) fn close(kind: u8, name: &str) -> Vec<u8> {
    message(b'C', &[vec![kind], text(name)].concat())
}

pub(crate) fn sync() -> Vec<u8> {
    message(b'S', b"")
}

pub(crate) fn flush() -> Vec<u8> {
    message(b'H', b"")
}

/// Parse, Bind and Execute of the unnamed statement, without Sync.
pub(crate) fn run(sql: &str) -> Vec<u8> {
    [parse("", sql), bind("", "", &[]), execute("", 0)].concat()
}

/// The types of messages in their order, without notices.
pub(crate) fn letters(messages: &[Message]) -> String {
    let kinds = messages.iter().map(|(kind, _)| *kind);
    kinds.filter(|kind| *kind != 'N').collect()
}

/// A field of the only error.
pub(crate) fn error(messages: &[Message], field: char) -> String {
    let mut errors = messages.iter().filter(|(kind, _)| *kind == 'E');
    let (_, body) = errors.next().unwrap_or_else(|| panic!("{messages:?}"));
    assert!(errors.next().is_none(), "{messages:?}");
    let mut fields = body.split(|byte| *byte == 0).map(string);
    let field = fields.find_map(|text| text.strip_prefix(field).map(str::to_owned));
    field.unwrap_or_default()
}

/// Severity and SQLSTATE of the only error.
pub(crate) fn refusal(messages: &[Message]) -> String {
    format!("{} {}", error(messages, 'S'), error(messages, 'C'))
}

/// The tags of the statements that were completed.
pub(crate) fn tags(messages: &[Message]) -> Vec<String> {
    let completed = messages.iter().filter(|(kind, _)| *kind == 'C');
    completed
        .map(|(_, body)| string(&body[..body.len() - 1]))
        .collect()
}

/// The values of all rows.
pub(crate) fn rows(messages: &[Message]) -> Vec<Vec<Option<Vec<u8>>>> {
    let rows = messages.iter().filter(|(kind, _)| *kind == 'D');
    rows.map(|(_, body)| {
        let mut rest = &body[2..];
        let mut values = Vec::new();
        while let [a, b, c, d, after @ ..] = rest {
            let length = usize::try_from(i32::from_be_bytes([*a, *b, *c, *d])).ok();
            values.push(length.map(|length| after[..length].to_vec()));
            rest = &after[length.unwrap_or(0)..];
        }
        assert_eq!(usize::from(body[1]), values.len());
        values
    })
    .collect()
}

/// Type OID and format of each column of the first RowDescription.
pub(crate) fn columns(messages: &[Message]) -> Vec<(String, u32, u8)> {
    let (_, body) = messages.iter().find(|(kind, _)| *kind == 'T').unwrap();
    let mut rest = &body[2..];
    let mut columns = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == 0).unwrap();
        let (name, fixed) = (string(&rest[..end]), &rest[end + 1..end + 19]);
        let oid = u32::from_be_bytes(fixed[6..10].try_into().unwrap());
        columns.push((name, oid, fixed[17]));
        rest = &rest[end + 19..];
    }
    columns
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
