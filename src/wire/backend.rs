use bytes::{BufMut, BytesMut};
use pgwire::messages::Message;
use pgwire::messages::copy::{CopyDone, CopyOutResponse};
use pgwire::messages::data::{NoData, ParameterDescription};
use pgwire::messages::extendedquery::{
    BindComplete, CloseComplete, ParseComplete, PortalSuspended,
};
use pgwire::messages::response::{
    self, CommandComplete, EmptyQueryResponse, ErrorResponse, NoticeResponse, NotificationResponse,
    ReadyForQuery,
};
use pgwire::messages::startup::{
    Authentication, BackendKeyData, NegotiateProtocolVersion, ParameterStatus, SecretKey,
};

use crate::error::Error;
use crate::relation::{Column, Form, Style, Value, type_size};
use crate::session::{Count, Notice, Notification, Severity, TransactionStatus};

use super::format::Formats;
use super::row::{length, put_row};

/// How long a value of a setting may be so that clients take it: they drop the
/// connection at a ParameterStatus of 30,000 bytes.
const MAX_SETTING_BYTES: usize = 20_000;

/// What is to be sent: whole messages in one buffer.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    pub(super) bytes: BytesMut,
    /// Where the last whole message ends. More is there only after a panic in
    /// the middle of one.
    whole: usize,
}

/// How bad an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gravity {
    /// The statement failed.
    Error,
    /// The connection ends.
    Fatal,
}

impl Outgoing {
    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Forgets what a panic left of a message.
    pub(super) fn drop_partial(&mut self) {
        self.bytes.truncate(self.whole);
    }

    /// Told when the bytes have been written.
    pub(super) fn written(&mut self) {
        self.whole = self.bytes.len();
    }

    /// The one byte that answers an encryption request: no.
    pub(super) fn no_encryption(&mut self) {
        self.put(&response::SslResponse::Refuse);
    }

    /// The version and the options of the protocol that are not spoken here.
    pub(super) fn negotiate_version(&mut self, newest: i32, unknown_options: Vec<String>) {
        self.put(&NegotiateProtocolVersion::new(newest, unknown_options));
    }

    /// The client is logged in.
    pub(super) fn authentication_ok(&mut self) {
        self.put(&Authentication::Ok);
    }

    /// What a cancel request has to name.
    pub(super) fn backend_key(&mut self, pid: i32, secret: i32) {
        self.put(&BackendKeyData::new(pid, SecretKey::I32(secret)));
    }

    /// The value of a setting that clients follow.
    pub(super) fn setting(&mut self, name: &str, value: String) {
        if name.len() + value.len() <= MAX_SETTING_BYTES {
            self.put(&ParameterStatus::new(name.to_owned(), value));
        }
    }

    /// The server waits for the next message.
    pub(super) fn ready(&mut self, status: TransactionStatus) {
        self.put(&ReadyForQuery::new(match status {
            TransactionStatus::Idle => response::TransactionStatus::Idle,
            TransactionStatus::Active => response::TransactionStatus::Transaction,
            TransactionStatus::Failed => response::TransactionStatus::Error,
        }));
    }

    /// No rows will follow.
    pub(super) fn no_columns(&mut self) {
        self.put(&NoData::new());
    }

    /// The columns of the rows that follow.
    pub(super) fn columns(&mut self, columns: &[Column], formats: &Formats) {
        self.bytes.put_u8(b'T');
        let start = self.bytes.len();
        self.bytes.put_i32(0);
        let count = u16::try_from(columns.len()).expect("a result has fewer than 65,536 columns");
        self.bytes.put_u16(count);
        for (index, column) in columns.iter().enumerate() {
            let origin = column.origin;
            self.bytes.put_slice(column.name.as_bytes());
            // The end of the name.
            self.bytes.put_u8(0);
            self.bytes.put_u32(origin.map_or(0, |origin| origin.table));
            self.bytes.put_i16(origin.map_or(0, |origin| origin.column));
            self.bytes.put_u32(column.column_type.oid());
            self.bytes.put_i16(type_size(&column.column_type));
            self.bytes.put_i32(column.modifier);
            self.bytes.put_i16(code(formats.of(index)));
        }
        let length = length(self.bytes.len() - start);
        self.bytes[start..start + 4].copy_from_slice(&length);
        self.whole = self.bytes.len();
    }

    /// Rows that were encoded before.
    pub(super) fn encoded(&mut self, rows: &[u8]) {
        self.bytes.put_slice(rows);
        self.whole = self.bytes.len();
    }

    /// A row.
    pub(super) fn row(&mut self, row: &[Value], formats: &Formats, style: &Style) {
        put_row(&mut self.bytes, row, formats, style);
        self.whole = self.bytes.len();
    }

    /// The data of a COPY of so many columns in one form follows.
    pub(super) fn copy_out(&mut self, columns: usize, form: Form) {
        let format = code(form);
        let count = i16::try_from(columns).unwrap_or(i16::MAX);
        let formats = vec![format; columns];
        self.put(&CopyOutResponse::new(format as i8, count, formats));
    }

    /// Whole messages that somebody else makes.
    pub(super) fn data(&mut self, put: impl FnOnce(&mut BytesMut)) {
        put(&mut self.bytes);
        self.whole = self.bytes.len();
    }

    /// The end of the data of a COPY.
    pub(super) fn copy_done(&mut self) {
        self.put(&CopyDone::new());
    }

    /// The end of a statement that handed out so many rows; the empty statement has
    /// no tag.
    pub(super) fn complete(&mut self, tag: &str, count: Count, rows: usize) {
        let tag = match count {
            Count::Untold if tag.is_empty() => return self.put(&EmptyQueryResponse::new()),
            // PostgreSQL's tag of EXPLAIN has no number either.
            Count::Rows if tag == "EXPLAIN" => tag.to_owned(),
            Count::Untold => tag.to_owned(),
            Count::Rows => format!("{tag} {rows}"),
            Count::Of(count) => format!("{tag} {count}"),
        };
        self.put(&CommandComplete::new(tag));
    }

    /// The portal has more rows, or may have.
    pub(super) fn suspended(&mut self) {
        self.put(&PortalSuspended::new());
    }

    /// The types of a statement's parameters.
    pub(super) fn parameters(&mut self, types: &[u32]) {
        self.put(&ParameterDescription::new(types.to_vec()));
    }

    /// The answer to Parse.
    pub(super) fn parsed(&mut self) {
        self.put(&ParseComplete::new());
    }

    /// The answer to Bind.
    pub(super) fn bound(&mut self) {
        self.put(&BindComplete::new());
    }

    /// The answer to Close.
    pub(super) fn closed(&mut self) {
        self.put(&CloseComplete::new());
    }

    /// An error, without its causes.
    pub(super) fn error(&mut self, gravity: Gravity, error: &Error) {
        let severity = match gravity {
            Gravity::Error => "ERROR",
            Gravity::Fatal => "FATAL",
        };
        let mut fields = report(severity, error.sqlstate(), error.message());
        let position = error.position().map(|position| position.to_string());
        let rest = [
            (b'D', error.detail()),
            (b'H', error.hint()),
            (b'P', position.as_deref()),
            (b'n', error.constraint()),
        ];
        add(&mut fields, rest);
        self.put(&ErrorResponse::new(fields));
    }

    /// A notice.
    pub(super) fn notice(&mut self, notice: &Notice) {
        let severity = match notice.severity {
            Severity::Notice => "NOTICE",
            Severity::Warning => "WARNING",
        };
        let mut fields = report(severity, notice.sqlstate, &notice.message);
        let rest = [
            (b'D', notice.detail.as_deref()),
            (b'H', notice.hint.as_deref()),
        ];
        add(&mut fields, rest);
        self.put(&NoticeResponse::new(fields));
    }

    /// A notification.
    pub(super) fn notification(&mut self, notification: &Notification) {
        let Notification {
            channel,
            payload,
            sender,
        } = notification;
        let message = NotificationResponse::new(*sender, channel.clone(), payload.clone());
        self.put(&message);
    }

    fn put(&mut self, message: &impl Message) {
        message
            .encode(&mut self.bytes)
            .expect("only a longer message than these can fail to encode");
        self.whole = self.bytes.len();
    }
}

/// A form as the protocol writes it.
fn code(form: Form) -> i16 {
    match form {
        Form::Text => 0,
        Form::Binary => 1,
    }
}

/// The fields of an error or notice; their letters are those of the manual's
/// "Error and Notice Message Fields".
fn report(severity: &str, sqlstate: &str, message: &str) -> Vec<(u8, String)> {
    vec![
        (b'S', severity.to_owned()),
        (b'V', severity.to_owned()),
        (b'C', sqlstate.to_owned()),
        (b'M', message.to_owned()),
    ]
}

fn add<const N: usize>(fields: &mut Vec<(u8, String)>, more: [(u8, Option<&str>); N]) {
    let more = more.into_iter();
    fields.extend(more.filter_map(|(letter, text)| Some((letter, text?.to_owned()))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Demand, ErrorKind};
    use crate::relation::{Origin, Type};

    #[test]
    fn an_error_has_its_fields_and_no_causes() {
        let error = Error::new(ErrorKind::Incompatible(Demand::Mode), "no")
            .with_detail("d.")
            .with_hint("h.")
            .at(3)
            .with_constraint("FULL")
            .with_source("secret");
        let mut out = Outgoing::default();
        out.error(Gravity::Error, &error);
        let fields = b"SERROR\0VERROR\0C23514\0Mno\0Dd.\0Hh.\0P3\0nFULL\0\0";
        assert_eq!(out.bytes[0], b'E');
        assert_eq!(&out.bytes[5..], fields);
    }

    #[test]
    fn a_notice_has_its_fields() {
        let notice = Notice {
            severity: Severity::Warning,
            sqlstate: "25P01",
            message: "m".into(),
            detail: None,
            hint: Some("h.".into()),
        };
        let mut out = Outgoing::default();
        out.notice(&notice);
        assert_eq!(&out.bytes[5..], b"SWARNING\0VWARNING\0C25P01\0Mm\0Hh.\0\0");
    }

    #[test]
    fn columns_have_postgresqls_types() {
        let columns = [
            Column::new("a", Type::INT4),
            Column {
                modifier: 16,
                origin: Some(Origin {
                    table: 0x4001,
                    column: 2,
                }),
                ..Column::new("b", Type::VARCHAR)
            },
        ];
        let mut out = Outgoing::default();
        out.columns(&columns, &Formats::new(&[0, 1]).unwrap());
        let expected = [
            &b"T\0\0\0\x2e\0\x02"[..],
            b"a\0\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0",
            b"b\0\0\0\x40\x01\0\x02\0\0\x04\x13\xff\xff\0\0\0\x10\0\x01",
        ];
        assert_eq!(&out.bytes[..], expected.concat());
        out = Outgoing::default();
        out.no_columns();
        assert_eq!(&out.bytes[..], b"n\0\0\0\x04");
    }

    #[test]
    fn the_empty_statement_has_no_tag() {
        let mut out = Outgoing::default();
        out.complete("", Count::Untold, 0);
        out.complete("SHOW", Count::Untold, 7);
        assert_eq!(&out.bytes[..], b"I\0\0\0\x04C\0\0\0\x09SHOW\0");
        out = Outgoing::default();
        out.complete("FETCH", Count::Rows, 7);
        out.complete("MOVE", Count::Of(2), 0);
        let expected = [&b"C\0\0\0\x0cFETCH 7\0"[..], b"C\0\0\0\x0bMOVE 2\0"];
        assert_eq!(&out.bytes[..], expected.concat());
    }

    #[test]
    fn what_a_panic_left_is_dropped() {
        let mut out = Outgoing::default();
        out.parsed();
        out.bytes.extend_from_slice(b"D\0\0");
        out.drop_partial();
        assert_eq!(&out.bytes[..], b"1\0\0\0\x04");
    }

    #[test]
    fn a_setting_clients_cannot_take_is_kept_from_them() {
        let mut out = Outgoing::default();
        out.setting("application_name", "x".repeat(1 << 20));
        assert_eq!(out.len(), 0);
    }
}
