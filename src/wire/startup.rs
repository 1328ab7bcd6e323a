use crate::error::{Error, ErrorKind, Protocol, Result};
use crate::relation::utf8;
use crate::session::SessionOptions;

use super::stop::violation;

/// The only minor version of protocol 3 that is spoken. PostgreSQL's own clients
/// ask for it; newer minors only bring longer cancel keys.
pub(super) const VERSION: i32 = 3 << 16;

/// A packet of the start-up.
#[derive(Debug, PartialEq)]
pub(super) enum Packet {
    /// Asks for TLS.
    Tls,
    /// Asks for GSSAPI encryption.
    GssEncryption,
    /// Asks for another connection's statement to stop.
    Cancel { pid: i32, secret: i32 },
    /// Logs in.
    Startup(Startup),
}

/// Who logs in, and how.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Startup {
    pub(super) user: String,
    pub(super) database: String,
    pub(super) settings: Vec<(String, String)>,
    /// Whether the client speaks a newer minor version.
    pub(super) is_newer: bool,
    /// Protocol options the client asked for; none is known.
    pub(super) unknown_options: Vec<String>,
}

const CANCEL: i32 = 80_877_102;
const TLS: i32 = 80_877_103;
const GSS_ENCRYPTION: i32 = 80_877_104;

impl Packet {
    /// Reads the body of a packet.
    ///
    /// # Errors
    /// 08P01 for a packet that makes no sense, 0A000 for another protocol or
    /// for replication, 28000 without a user, 22021 for text that is not UTF-8,
    /// 42601 for `options` that are none.
    pub(super) fn decode(body: &[u8]) -> Result<Self> {
        let (code, rest) = number(body)?;
        match code {
            TLS => Ok(Self::Tls),
            GSS_ENCRYPTION => Ok(Self::GssEncryption),
            CANCEL => {
                let (pid, rest) = number(rest)?;
                let (secret, _) = number(rest)?;
                Ok(Self::Cancel { pid, secret })
            }
            version if version >> 16 == 3 => {
                let startup = Startup {
                    is_newer: version > VERSION,
                    ..Startup::default()
                };
                startup.read(rest).map(Self::Startup)
            }
            version => Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "unsupported frontend protocol {}.{}: server supports 3.0 to 3.0",
                    (version as u32) >> 16,
                    version & 0xffff
                ),
            )),
        }
    }
}

impl Startup {
    /// Reads names and values up to the empty name at the end.
    fn read(mut self, bytes: &[u8]) -> Result<Self> {
        let layout =
            || violation("invalid startup packet layout: expected terminator as last byte");
        let pairs = match bytes {
            [0] => None,
            _ => Some(bytes.strip_suffix(b"\0\0").ok_or_else(layout)?),
        };
        let mut settings = Vec::new();
        let mut words = pairs.into_iter().flat_map(|pairs| pairs.split(|b| *b == 0));
        while let Some(name) = words.next() {
            if name.is_empty() {
                return Err(layout());
            }
            let (name, value) = (utf8(name)?, utf8(words.next().ok_or_else(layout)?)?);
            match name {
                "user" => self.user = value.to_owned(),
                "database" => self.database = value.to_owned(),
                "options" => self.settings = options(value)?,
                "replication" if !matches!(value, "0" | "false" | "off" | "no") => {
                    return Err(Error::new(
                        ErrorKind::Unsupported,
                        "replication connections are not supported",
                    ));
                }
                "replication" => (),
                name if name.starts_with("_pq_.") => self.unknown_options.push(name.to_owned()),
                name => settings.push((name.to_owned(), value.to_owned())),
            }
        }
        if self.user.is_empty() {
            return Err(Error::new(
                ErrorKind::Protocol(Protocol::Identity),
                "no PostgreSQL user name specified in startup packet",
            ));
        }
        if self.database.is_empty() {
            self.database.clone_from(&self.user);
        }
        // The packet's own settings count more than those of its options.
        self.settings.append(&mut settings);
        Ok(self)
    }
}

impl From<Startup> for SessionOptions {
    fn from(startup: Startup) -> Self {
        Self {
            user: startup.user,
            database: startup.database,
            settings: startup.settings,
            ..Self::default()
        }
    }
}

/// Reads `options` as PostgreSQL reads them: a server's command line, of which
/// `-c name=value` and `--name=value` are left.
///
/// # Errors
/// 42601 for anything else.
fn options(text: &str) -> Result<Vec<(String, String)>> {
    let mut settings = Vec::new();
    let mut words = words(text).into_iter();
    while let Some(word) = words.next() {
        let (flag, setting) = if let Some(setting) = word.strip_prefix("--") {
            ("--", setting.to_owned())
        } else if word == "-c" {
            ("-c ", words.next().unwrap_or_default())
        } else if let Some(setting) = word.strip_prefix("-c") {
            ("-c ", setting.to_owned())
        } else {
            return Err(Error::new(
                ErrorKind::Syntax,
                format!("invalid command-line argument for server process: {word}"),
            )
            .with_hint("Write settings as \"-c name=value\" or \"--name=value\"."));
        };
        let Some((name, value)) = setting.split_once('=') else {
            return Err(Error::new(
                ErrorKind::Syntax,
                format!("{flag}{setting} requires a value"),
            ));
        };
        settings.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(settings)
}

/// Splits at white space; a backslash takes the next character as it is.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => words.extend(word.take()),
            '\\' => word.get_or_insert_default().extend(characters.next()),
            character => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

fn number(bytes: &[u8]) -> Result<(i32, &[u8])> {
    let (number, rest) = bytes
        .split_first_chunk()
        .ok_or_else(|| violation("invalid length of startup packet"))?;
    Ok((i32::from_be_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(version: i32, rest: &[u8]) -> Vec<u8> {
        [&version.to_be_bytes(), rest].concat()
    }

    fn startup(rest: &[u8]) -> Startup {
        match Packet::decode(&packet(VERSION, rest)).unwrap() {
            Packet::Startup(startup) => startup,
            other => panic!("{other:?}"),
        }
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn requests_are_told_apart() {
        let cases = [
            (packet(TLS, b""), Packet::Tls),
            (packet(GSS_ENCRYPTION, b""), Packet::GssEncryption),
            (
                packet(CANCEL, b"\0\0\0\x07\0\0\0\x09"),
                Packet::Cancel { pid: 7, secret: 9 },
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Packet::decode(&bytes).unwrap(), expected);
        }
    }

    #[test]
    fn the_database_defaults_to_the_user() {
        assert_eq!(startup(b"user\0me\0\0").database, "me");
        assert_eq!(startup(b"user\0me\0database\0\0\0").database, "me");
        assert_eq!(startup(b"user\0me\0database\0db\0\0").database, "db");
    }

    #[test]
    fn settings_keep_their_order_and_follow_the_options() {
        let startup = startup(b"b\x001\0user\0me\0a\x002\0options\0-c a=3\0\0");
        let expected = [pair("a", "3"), pair("b", "1"), pair("a", "2")];
        assert_eq!(startup.settings, expected);
    }

    #[test]
    fn newer_minors_and_unknown_options_are_negotiated() {
        let plain = startup(b"user\0me\0\0");
        assert!(!plain.is_newer && plain.unknown_options.is_empty());
        for minor in [2, 9999] {
            match Packet::decode(&packet(VERSION | minor, b"user\0me\0\0")).unwrap() {
                Packet::Startup(startup) => assert!(startup.is_newer),
                other => panic!("{other:?}"),
            }
        }
        let asking = startup(b"user\0me\0_pq_.zz\x001\0\0");
        assert_eq!(asking.unknown_options, ["_pq_.zz"]);
        assert_eq!(asking.settings, []);
    }

    #[test]
    fn what_cannot_log_in_is_refused() {
        let cases: [(i32, &[u8], &str); 12] = [
            (2 << 16, b"user\0me\0\0", "0A000"),
            (4 << 16, b"user\0me\0\0", "0A000"),
            (-1, b"", "0A000"),
            (VERSION, b"\0", "28000"),
            (VERSION, b"user\0\0\0", "28000"),
            (VERSION, b"", "08P01"),
            (VERSION, b"user\0me\0", "08P01"),
            (VERSION, b"user\0\0", "08P01"),
            (VERSION, b"user\0me\0\0garbage", "08P01"),
            (VERSION, b"user\0m\xff\0\0", "22021"),
            (VERSION, b"user\0me\0replication\0true\0\0", "0A000"),
            (VERSION, b"user\0me\0options\0-x\0\0", "42601"),
        ];
        for (version, rest, sqlstate) in cases {
            let error = Packet::decode(&packet(version, rest)).unwrap_err();
            assert_eq!(error.sqlstate(), sqlstate, "{rest:?}");
        }
    }

    #[test]
    fn options_are_a_command_line() {
        let cases: [(&str, &[(&str, &str)]); 7] = [
            ("", &[]),
            ("  ", &[]),
            ("-c a=1 -c b=2", &[("a", "1"), ("b", "2")]),
            ("-ca=1\t--b-c=2", &[("a", "1"), ("b_c", "2")]),
            (r"-c a=x\ y\\z", &[("a", r"x y\z")]),
            ("-c a=b=c", &[("a", "b=c")]),
            ("-c a=", &[("a", "")]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(n, v)| pair(n, v)).collect();
            assert_eq!(options(text).unwrap(), expected, "{text}");
        }
        for text in ["-c", "-c a", "--a", "-d", "a=1"] {
            assert_eq!(options(text).unwrap_err().sqlstate(), "42601", "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_packet_is_read_or_refused(
            version in prop::sample::select(&[VERSION, VERSION | 2, CANCEL, TLS, 0][..]),
            rest in prop::collection::vec(prop::sample::select(&b"\0\0useroptn -c=\\\xff"[..]), 0..200),
        ) {
            let _ = Packet::decode(&packet(version, &rest));
        }
    }
}
