//! The rows of `pg_settings`.

use super::catalog::{Lifetime, SETTINGS, Setting};
use super::settings::Settings;
use super::value::{Kind, Value, spelled};
use crate::query;

impl Settings {
    /// Every setting, by name, as `pg_settings` shows it (PostgreSQL manual, 54.24).
    pub(in crate::session) fn rows(&self) -> Vec<query::Setting> {
        SETTINGS.iter().map(|setting| self.row(setting)).collect()
    }

    fn row(&self, setting: &Setting) -> query::Setting {
        let (value, reset) = (self.value(setting), self.reset_value(setting));
        let (kind, unit, range, values) = kind(&setting.kind);
        query::Setting {
            name: setting.name.to_owned(),
            value: plain(value),
            unit: unit.map(str::to_owned),
            category: "Client Connection Defaults".to_owned(),
            description: setting.description.to_owned(),
            context: match setting.lifetime {
                Lifetime::Internal => "internal",
                Lifetime::Session | Lifetime::Transaction { .. } => "user",
            }
            .to_owned(),
            kind: kind.to_owned(),
            source: match value == reset {
                true => "default",
                false => "session",
            }
            .to_owned(),
            minimum: range.as_ref().map(|(minimum, _)| minimum.clone()),
            maximum: range.map(|(_, maximum)| maximum),
            values: values.map(|words| words.iter().map(|word| (*word).to_owned()).collect()),
            boot: Some(plain(&setting.default)),
            reset: Some(plain(reset)),
        }
    }
}

type Range = Option<(String, String)>;
type Words = Option<&'static [&'static str]>;

/// The kind's name, unit, range and words.
fn kind(kind: &Kind) -> (&'static str, Option<&'static str>, Range, Words) {
    match kind {
        Kind::Bool | Kind::AlwaysOn => ("bool", None, None, None),
        Kind::Enum { words, .. } => ("enum", None, None, Some(words)),
        Kind::Integer { unit, min, max } => {
            let range = (min.to_string(), max.to_string());
            ("integer", unit.name(), Some(range), None)
        }
        Kind::Real { min, max } => {
            let range = (spelled(*min), spelled(*max));
            ("real", None, Some(range), None)
        }
        Kind::Text
        | Kind::Label
        | Kind::User
        | Kind::Role
        | Kind::SearchPath
        | Kind::DateStyle
        | Kind::TimeZone
        | Kind::Encoding => ("string", None, None, None),
    }
}

/// A value without its unit.
fn plain(value: &Value) -> String {
    match value {
        Value::Bool(true) => "on".to_owned(),
        Value::Bool(false) => "off".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
    }
}
