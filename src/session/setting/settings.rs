//! What the settings of one session are worth.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use imbl::OrdMap;

use super::catalog::{self, Lifetime, SETTINGS, Setting};
use super::name_list;
use super::transaction::Transaction;
use super::value::Value;
use crate::error::{self, Error, ErrorKind, Object, Result};
use crate::relation::{ByteaOutput, DateOrder, FloatDigits, IntervalStyle, Style};
use crate::session::Severity;
use crate::sql::{SetScope, SetValue};

/// When a change is acknowledged (`metadata_updates`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetadataUpdates {
    /// When it is durable.
    Async,
    /// When this node's components have followed it, too.
    #[default]
    Sync,
}

/// What a read may trust (`read_consistency`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadConsistency {
    /// This node's cache: never stale for changes made through this node.
    #[default]
    Local,
    /// The store's present position: never stale at all.
    Strict,
}

/// The settings of one session. A clone shares the values.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What `RESET` goes back to, where that is not the catalog's default.
    startup: Layer,
    /// What `SET` has set.
    pub(super) session: Layer,
    pub(super) transaction: Option<Transaction>,
    /// What the client has been told; nothing before the first time.
    told: Option<BTreeMap<&'static str, Cow<'static, str>>>,
    /// Something may have changed since.
    pub(super) changed: bool,
}

/// The longest name and value together (in bytes).
const LONGEST: usize = 64 << 10;

/// What a setting takes beside its name and its value, about (in bytes).
const ENTRY_BYTES: usize = 256;

/// Values by the names' one spelling; a client's own names in lower case.
pub(super) type Layer = OrdMap<Cow<'static, str>, Value>;

/// A setting of the catalog, or one of the client's own.
enum Named {
    Known(&'static Setting),
    Custom(String),
}

impl Settings {
    /// The settings of a session of `user` that asked for `startup` when it
    /// began: what they are now and what `RESET` goes back to.
    ///
    /// # Errors
    /// Those of [`Settings::set`].
    pub fn new<'a>(
        user: &str,
        startup: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        let mut settings = Self {
            startup: Layer::unit("session_authorization".into(), Value::owned(user)),
            session: Layer::new(),
            transaction: None,
            told: None,
            changed: true,
        };
        for (name, value) in startup {
            settings.set(SetScope::Session, name, &SetValue::Value(value.to_owned()))?;
        }
        settings
            .startup
            .extend(std::mem::take(&mut settings.session));
        Ok(settings)
    }

    /// Says how many sessions there can be.
    pub fn tell_max_connections(&mut self, most: usize) {
        let most = i32::try_from(most).unwrap_or(i32::MAX);
        let told = Value::Integer(most);
        self.startup.insert("max_connections".into(), told);
    }

    /// Says at which port the server was reached.
    pub fn tell_port(&mut self, port: u16) {
        let told = Value::Integer(port.into());
        self.startup.insert("port".into(), told);
    }

    /// `SET`. A value that lasts for the transaction is checked and forgotten
    /// when there is none; the caller warns of it (25P01).
    ///
    /// # Errors
    /// 42704 for a setting that is not there, 55P02 for one that cannot be
    /// changed, 22023 for a value that it does not take, 0A000 for one that
    /// only PostgreSQL would take, 42601 for a name that is none, 54000 for a
    /// name and value longer than 64 KiB.
    pub fn set(&mut self, scope: SetScope, name: &str, value: &SetValue) -> Result<()> {
        let named = Named::settable(name)?;
        if let SetValue::Value(text) = value
            && text.len() + name.len() > LONGEST
        {
            return Err(Error::new(
                ErrorKind::LimitExceeded(error::Limit::Program),
                "the value of a parameter is too long",
            )
            .with_detail(format!("With the name it may take {LONGEST} bytes.")));
        }
        let value = match (value, &named) {
            (SetValue::Value(text), Named::Known(setting)) => {
                let user = self.value(known("session_authorization"));
                setting
                    .kind
                    .read(setting.name, text, self.value(setting), user)?
            }
            (SetValue::Value(text), Named::Custom(_)) => Value::owned(text),
            (SetValue::Default, _) if scope == SetScope::Session && !named.ends_early() => {
                self.forget(&named.key());
                return Ok(());
            }
            (SetValue::Default, Named::Known(setting)) => self.reset_value(setting).clone(),
            (SetValue::Default, Named::Custom(key)) => self
                .startup
                .get(key.as_str())
                .cloned()
                .unwrap_or(Value::text("")),
        };
        self.changed = true;
        let local = scope == SetScope::Local || named.ends_early();
        let key = named.key();
        match &mut self.transaction {
            Some(transaction) if local => {
                transaction.local.insert(key, value);
            }
            None if local => {}
            transaction => {
                if let Some(transaction) = transaction {
                    transaction.local.remove(&key);
                }
                self.session.insert(key, value);
            }
        }
        Ok(())
    }

    /// About how much memory what was set takes (in bytes).
    pub fn bytes(&self) -> usize {
        let entry = |(key, value): (&Cow<'static, str>, &Value)| {
            let text = match value {
                Value::Text(text) => text.len(),
                Value::Bool(_) | Value::Integer(_) => 0,
            };
            key.len() + text + ENTRY_BYTES
        };
        let transaction = self
            .transaction
            .iter()
            .flat_map(|transaction| [&transaction.before, &transaction.local]);
        [&self.startup, &self.session]
            .into_iter()
            .chain(transaction)
            .flatten()
            .map(entry)
            .sum()
    }

    /// `RESET`: back to what the session began with.
    ///
    /// # Errors
    /// 42704 for a setting that is not there, 55P02 for one that cannot be changed.
    pub fn reset(&mut self, name: &str) -> Result<()> {
        self.set(SetScope::Session, name, &SetValue::Default)
    }

    /// `RESET ALL`: every setting, except those of the transaction.
    pub fn reset_all(&mut self) {
        self.changed = true;
        self.session.clear();
        if let Some(transaction) = &mut self.transaction {
            let stays = |key: &str| {
                catalog::find(key).is_some_and(|setting| setting.lifetime != Lifetime::Session)
            };
            transaction.local = std::mem::take(&mut transaction.local)
                .into_iter()
                .filter(|(key, _)| stays(key))
                .collect();
        }
    }

    /// `SHOW`: the column's name, which is the setting's in PostgreSQL's
    /// spelling, and the value.
    ///
    /// # Errors
    /// 42704 for a setting that is not there, or a name of the client's own
    /// that was not set.
    pub fn show(&self, name: &str) -> Result<(Cow<'static, str>, String)> {
        match Named::find(name)? {
            Named::Known(setting) => Ok((setting.name.into(), self.shown(setting).into_owned())),
            Named::Custom(key) => match self.lookup(&key) {
                Some(Value::Text(text)) => Ok((key.into(), text.to_string())),
                _ => Err(unknown(name)),
            },
        }
    }

    /// `SHOW ALL`: name, value and description of every setting, by name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, String, &'static str)> {
        SETTINGS.iter().map(|setting| {
            (
                setting.name,
                self.shown(setting).into_owned(),
                setting.description,
            )
        })
    }

    /// The values that the protocol reports and that have changed since the
    /// last call; all of them at the first.
    pub fn take_reported(&mut self) -> Vec<(&'static str, String)> {
        if !std::mem::take(&mut self.changed) {
            return Vec::new();
        }
        let mut told = self.told.take().unwrap_or_default();
        let mut news = Vec::new();
        for setting in SETTINGS.iter().filter(|setting| setting.reported) {
            let value = self.shown(setting);
            if told.get(setting.name) != Some(&value) {
                news.push((setting.name, value.to_string()));
                told.insert(setting.name, Cow::Owned(value.into_owned()));
            }
        }
        self.told = Some(told);
        news
    }

    // ---- what the session acts on ----

    /// Namespaces in which names without one are looked up, in order. There is
    /// no namespace that belongs to a user, so `"$user"` is left out.
    pub fn search_path(&self) -> Vec<String> {
        let names = name_list::split(self.text("search_path")).unwrap_or_default();
        names.into_iter().filter(|name| name != "$user").collect()
    }

    /// How long a statement may run.
    pub fn statement_timeout(&self) -> Option<Duration> {
        self.duration("statement_timeout")
    }

    /// How long a statement may wait for a lock.
    pub fn lock_timeout(&self) -> Option<Duration> {
        self.duration("lock_timeout")
    }

    /// How long the client may be silent in a transaction.
    pub fn idle_in_transaction_session_timeout(&self) -> Option<Duration> {
        self.duration("idle_in_transaction_session_timeout")
    }

    /// How long the client may be silent outside a transaction.
    pub fn idle_session_timeout(&self) -> Option<Duration> {
        self.duration("idle_session_timeout")
    }

    /// How values are written as text and read from it.
    pub fn style(&self) -> Style {
        Style {
            // The setting was checked when it was set.
            zone: self.text("TimeZone").parse().unwrap_or_default(),
            date_order: match self.text("DateStyle") {
                "ISO, DMY" => DateOrder::Dmy,
                "ISO, YMD" => DateOrder::Ymd,
                _ => DateOrder::Mdy,
            },
            interval: match self.text("IntervalStyle") {
                "postgres_verbose" => IntervalStyle::PostgresVerbose,
                "sql_standard" => IntervalStyle::SqlStandard,
                "iso_8601" => IntervalStyle::Iso8601,
                _ => IntervalStyle::Postgres,
            },
            bytea: match self.text("bytea_output") {
                "escape" => ByteaOutput::Escape,
                _ => ByteaOutput::Hex,
            },
            float_digits: match self.integer("extra_float_digits") {
                1.. => FloatDigits::Shortest,
                fewer => FloatDigits::Fewer(u8::try_from(-fewer).unwrap_or(u8::MAX)),
            },
        }
    }

    /// Whether the client wants notices of this severity (`client_min_messages`).
    pub fn admits(&self, severity: Severity) -> bool {
        match self.text("client_min_messages") {
            "error" => false,
            "warning" => severity == Severity::Warning,
            _ => true,
        }
    }

    /// `metadata_updates`.
    pub fn metadata_updates(&self) -> MetadataUpdates {
        match self.text("metadata_updates") {
            "async" => MetadataUpdates::Async,
            _ => MetadataUpdates::Sync,
        }
    }

    /// `read_consistency`.
    pub fn read_consistency(&self) -> ReadConsistency {
        match self.text("read_consistency") {
            "strict" => ReadConsistency::Strict,
            _ => ReadConsistency::Local,
        }
    }

    // ---- values ----

    fn shown<'a>(&'a self, setting: &'a Setting) -> Cow<'a, str> {
        self.value(setting).show(&setting.kind)
    }

    pub(super) fn value<'a>(&'a self, setting: &'a Setting) -> &'a Value {
        self.lookup(setting.name)
            .unwrap_or_else(|| self.reset_value(setting))
    }

    /// What the setting is worth when nothing was set.
    pub(super) fn reset_value<'a>(&'a self, setting: &'a Setting) -> &'a Value {
        match setting.lifetime {
            Lifetime::Transaction { default } => self.value(known(default)),
            _ => self.startup.get(setting.name).unwrap_or(&setting.default),
        }
    }

    fn lookup(&self, key: &str) -> Option<&Value> {
        let local = self
            .transaction
            .as_ref()
            .and_then(|transaction| transaction.local.get(key));
        local
            .or_else(|| self.session.get(key))
            .or_else(|| self.startup.get(key))
    }

    pub(super) fn forget(&mut self, key: &str) {
        self.changed = true;
        self.session.remove(key);
        if let Some(transaction) = &mut self.transaction {
            transaction.local.remove(key);
        }
    }

    pub(super) fn text(&self, name: &str) -> &str {
        match self.value(known(name)) {
            Value::Text(text) => text,
            _ => unreachable!("{name} is a text"),
        }
    }

    pub(super) fn boolean(&self, name: &str) -> bool {
        matches!(self.value(known(name)), Value::Bool(true))
    }

    fn integer(&self, name: &str) -> i32 {
        match self.value(known(name)) {
            Value::Integer(number) => *number,
            _ => unreachable!("{name} is an integer"),
        }
    }

    fn duration(&self, name: &str) -> Option<Duration> {
        match self.integer(name).unsigned_abs() {
            0 => None,
            milliseconds => Some(Duration::from_millis(u64::from(milliseconds))),
        }
    }
}

/// A setting the program itself names.
pub(super) fn known(name: &str) -> &'static Setting {
    catalog::find(name).expect("the catalog has every setting that the session acts on")
}

fn unknown(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound(Object::Setting),
        format!("unrecognized configuration parameter \"{name}\""),
    )
}

impl Named {
    fn find(name: &str) -> Result<Self> {
        match catalog::find(name) {
            Some(setting) => Ok(Self::Known(setting)),
            None if name.contains('.') => Ok(Self::Custom(name.to_ascii_lowercase())),
            None => Err(unknown(name)),
        }
    }

    fn settable(name: &str) -> Result<Self> {
        let named = Self::find(name)?;
        match &named {
            Self::Known(setting) if setting.lifetime == Lifetime::Internal => Err(Error::new(
                ErrorKind::InvalidValue(error::Value::ReadOnlyParameter),
                format!("parameter \"{}\" cannot be changed", setting.name),
            )),
            Self::Custom(key) if !key.split('.').all(is_identifier) => Err(Error::new(
                ErrorKind::Syntax,
                format!("invalid configuration parameter name \"{name}\""),
            )
            .with_detail(
                "Custom parameter names must be two or more simple identifiers separated by dots.",
            )),
            _ => Ok(named),
        }
    }

    fn key(&self) -> Cow<'static, str> {
        match self {
            Self::Known(setting) => setting.name.into(),
            Self::Custom(key) => key.clone().into(),
        }
    }

    /// Whatever the scope, it lasts for the transaction.
    fn ends_early(&self) -> bool {
        matches!(
            self,
            Self::Known(Setting {
                lifetime: Lifetime::Transaction { .. },
                ..
            })
        )
    }
}

fn is_identifier(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    word.starts_with(letter)
        && word
            .chars()
            .all(|c| letter(c) || c.is_ascii_digit() || c == '$')
}
