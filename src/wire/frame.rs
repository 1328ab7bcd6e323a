use bytes::{Buf, BytesMut};

use crate::error::{Error, ErrorKind, Limit, Result};

use super::stop::violation;

/// How much is read at once. PostgreSQL's server reads as much.
pub(super) const READ_BYTES: usize = 8 << 10;

/// The longest message of those that carry only a name, as in PostgreSQL
/// (`PQ_SMALL_MESSAGE_LIMIT`).
const SMALL_MESSAGE_BYTES: usize = 10_000;

/// What has come in and has not been cut into frames.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    pub(super) buffer: BytesMut,
    has_grown: bool,
}

/// What the next bytes are.
#[derive(Debug)]
pub(super) enum Next {
    /// There are none.
    Nothing,
    /// A part of a frame that has this many bytes in full.
    Part(usize),
    /// A frame.
    Whole(Frame),
}

/// One message or packet, still in bytes.
#[derive(Debug)]
pub(super) struct Frame {
    /// The type of a message; 0 for a start-up packet, which has none.
    pub(super) kind: u8,
    /// What comes after the length.
    pub(super) body: BytesMut,
}

impl Incoming {
    /// Cuts off the next message: a type, a length that counts itself, a body.
    ///
    /// # Errors
    /// After them nothing that follows can be understood: 08P01 for an unknown
    /// type or an impossible length, 54000 for a length above the limit.
    pub(super) fn message(&mut self, limit: usize) -> Result<Next> {
        let Some(&kind) = self.buffer.first() else {
            return Ok(Next::Nothing);
        };
        let limit = match kind {
            b'Q' | b'P' | b'B' | b'F' | b'd' => limit,
            b'S' | b'H' | b'X' | b'E' | b'D' | b'C' | b'c' | b'f' => limit.min(SMALL_MESSAGE_BYTES),
            _ => {
                return Err(violation(format!("invalid frontend message type {kind}")));
            }
        };
        let Some(length) = length(&self.buffer[1..]) else {
            return Ok(Next::Part(5));
        };
        if length < 4 {
            return Err(violation("invalid message length"));
        }
        if length > limit {
            return Err(Error::new(
                ErrorKind::LimitExceeded(Limit::Program),
                format!("message of {length} bytes is longer than the limit of {limit} bytes"),
            ));
        }
        Ok(self.cut(kind, 1, length))
    }

    /// Cuts off the next packet of the start-up: a length that counts itself, a
    /// body.
    ///
    /// # Errors
    /// 08P01 for a length that no such packet has.
    pub(super) fn packet(&mut self, limit: usize) -> Result<Next> {
        if self.buffer.is_empty() {
            return Ok(Next::Nothing);
        }
        let Some(length) = length(&self.buffer) else {
            return Ok(Next::Part(4));
        };
        if length < 8 || length > limit {
            return Err(violation("invalid length of startup packet"));
        }
        Ok(self.cut(0, 0, length))
    }

    /// Makes room for the next read.
    pub(super) fn make_room(&mut self) {
        if self.buffer.is_empty() || self.buffer.len() == self.buffer.capacity() {
            self.buffer.reserve(READ_BYTES);
        }
    }

    /// Makes room for the rest of a frame of this many bytes.
    pub(super) fn reserve(&mut self, total: usize) {
        self.has_grown |= total > READ_BYTES;
        self.buffer.reserve(total.saturating_sub(self.buffer.len()));
    }

    /// Gives back the room of a frame that was longer than usual. The memory is
    /// free once the frame is dropped, too.
    pub(super) fn shrink(&mut self) {
        if std::mem::take(&mut self.has_grown) {
            self.buffer = BytesMut::from(&self.buffer[..]);
        }
    }

    fn cut(&mut self, kind: u8, offset: usize, length: usize) -> Next {
        let total = offset + length;
        if self.buffer.len() < total {
            return Next::Part(total);
        }
        let mut body = self.buffer.split_to(total);
        body.advance(offset + 4);
        Next::Whole(Frame { kind, body })
    }
}

fn length(mut bytes: &[u8]) -> Option<usize> {
    let length = bytes.try_get_u32().ok()?;
    usize::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use bytes::BufMut;
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 1 << 20;

    fn incoming(bytes: &[u8]) -> Incoming {
        Incoming {
            buffer: BytesMut::from(bytes),
            has_grown: false,
        }
    }

    #[test]
    fn a_message_is_cut_where_its_length_says() {
        let mut incoming = incoming(b"Q\0\0\0\x06a\0S\0\0\0\x04X");
        for expected in [(b'Q', &b"a\0"[..]), (b'S', b"")] {
            match incoming.message(LIMIT).unwrap() {
                Next::Whole(frame) => assert_eq!((frame.kind, &frame.body[..]), expected),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(incoming.message(LIMIT).unwrap(), Next::Part(5)));
    }

    #[test]
    fn a_length_is_judged_before_the_body_is_there() {
        let cases: [(&[u8], &str); 7] = [
            (b"Q\0\0\0\x03", "08P01"),
            (b"Q\0\0\0\0", "08P01"),
            (b"y", "08P01"),
            (b"p\0\0\0\x04", "08P01"),
            (b"Q\x7f\xff\xff\xff", "54000"),
            (b"Q\xff\xff\xff\xff", "54000"),
            (b"D\0\0\x27\x11", "54000"),
        ];
        for (bytes, sqlstate) in cases {
            let error = incoming(bytes).message(LIMIT).unwrap_err();
            assert_eq!(error.sqlstate(), sqlstate, "{bytes:?}");
        }
        for bytes in [
            &b"\0\0\0\x07"[..],
            b"\x7f\xff\xff\xff",
            b"GET / HTTP/1.1\r\n",
        ] {
            let error = incoming(bytes).packet(10_000).unwrap_err();
            assert_eq!(error.sqlstate(), "08P01", "{bytes:?}");
        }
    }

    #[test]
    fn the_memory_of_a_large_message_is_given_back() {
        let mut incoming = Incoming::default();
        incoming.reserve(LIMIT);
        incoming.buffer.put_u8(b'Q');
        incoming.buffer.put_u32(500_004);
        incoming.buffer.put_bytes(b'x', 500_000);
        incoming.buffer.put_slice(b"S\0\0");
        assert!(matches!(incoming.message(LIMIT).unwrap(), Next::Whole(_)));
        incoming.shrink();
        assert!(incoming.buffer.capacity() <= 2 * READ_BYTES);
        assert_eq!(&incoming.buffer[..], b"S\0\0");
    }

    proptest! {
        /// However a stream is cut into reads, the same frames come out, and
        /// what is waited for is never longer than the limit.
        #[test]
        fn frames_do_not_depend_on_how_they_arrive(
            messages in prop::collection::vec(
                (prop::sample::select(&b"QPBd"[..]), prop::collection::vec(any::<u8>(), 0..200)),
                0..8,
            ),
            cuts in prop::collection::vec(1usize..64, 1..32),
        ) {
            let mut stream = BytesMut::new();
            for (kind, body) in &messages {
                stream.put_u8(*kind);
                stream.put_u32(4 + body.len() as u32);
                stream.put_slice(body);
            }
            let mut incoming = Incoming::default();
            let mut seen = Vec::new();
            for cut in cuts.iter().cycle() {
                if stream.is_empty() {
                    break;
                }
                let part = stream.split_to((*cut).min(stream.len()));
                incoming.buffer.extend_from_slice(&part);
                while let Next::Whole(frame) = incoming.message(LIMIT).unwrap() {
                    seen.push((frame.kind, frame.body.to_vec()));
                }
            }
            prop_assert_eq!(seen, messages);
        }

        /// Any bytes are frames, a part of one within the limit, or an error.
        #[test]
        fn any_bytes_are_understood_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            let mut messages = incoming(&bytes);
            while let Ok(next) = messages.message(LIMIT) {
                match next {
                    Next::Whole(_) => (),
                    Next::Part(total) => {
                        prop_assert!(total <= LIMIT + 1);
                        break;
                    }
                    Next::Nothing => break,
                }
            }
            if let Ok(Next::Part(total)) = incoming(&bytes).packet(10_000) {
                prop_assert!(total <= 10_000);
            }
        }
    }
}
