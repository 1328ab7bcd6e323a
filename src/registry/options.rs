//! Options of streams and namespaces: those with a meaning and those without.

use super::At;
use crate::error::{Error, ErrorKind, Result, Value};
use crate::notice::Notice;
use crate::schema::{Mode, nearest};
use crate::store::OptionMap;

/// The options that mean something to a registry; others are kept as they are, for
/// whoever reads them.
const KNOWN: [&str; 5] = [
    "compatibility",
    "comment",
    "datasource",
    "format",
    "schema_registry",
];

/// The options of a stream or namespace, each where it belongs.
#[derive(Default)]
pub(super) struct Options {
    pub(super) mode: Option<Mode>,
    pub(super) comment: Option<String>,
    pub(super) others: OptionMap,
}

impl Options {
    /// Sets an option, or takes it away.
    ///
    /// # Errors
    /// 22023 for a value that the option does not take.
    pub(super) fn set(&mut self, key: &str, value: Option<&serde_json::Value>) -> Result<()> {
        match (key, value) {
            ("compatibility", None) => self.mode = None,
            ("compatibility", Some(value)) => self.mode = Some(text(key, value)?.parse()?),
            ("comment", None) => self.comment = None,
            ("comment", Some(value)) => {
                self.comment = Some(text(key, value)?.to_owned()).filter(|text| !text.is_empty());
            }
            ("schema_registry", Some(value)) if !value.is_boolean() => {
                return Err(invalid(key, value).with_hint("Use true or false."));
            }
            ("datasource" | "format", Some(value)) => {
                let value = text(key, value)?;
                self.others.insert(key.to_owned(), value.into());
            }
            (_, Some(value)) => drop(self.others.insert(key.to_owned(), value.clone())),
            (_, None) => drop(self.others.remove(key)),
        }
        Ok(())
    }

    /// What the options of a definition say.
    ///
    /// # Errors
    /// As [`Options::set`], at the option's place.
    pub(super) fn of(written: &[At<(String, serde_json::Value)>]) -> Result<Self> {
        let mut options = Self::default();
        for At { value, position } in written {
            let (key, value) = value;
            options
                .set(key, Some(value))
                .map_err(|error| error.at(*position))?;
        }
        Ok(options)
    }
}

fn text<'a>(key: &str, value: &'a serde_json::Value) -> Result<&'a str> {
    value
        .as_str()
        .ok_or_else(|| invalid(key, value).with_hint("Write the value in single quotes."))
}

fn invalid(key: &str, value: &serde_json::Value) -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::Parameter),
        format!("invalid value for option \"{key}\": {value}"),
    )
}

/// A warning (01000) for each of these options that has no meaning and looks like a
/// slip of one that has.
pub(super) fn warn_of_slips(keys: Vec<&str>) -> Vec<Notice> {
    let unknown = keys.into_iter().filter(|key| !KNOWN.contains(key));
    let warning = |key: &str| {
        let meant = nearest(key, KNOWN)?;
        let message = format!("option \"{key}\" has no meaning here and is kept as it is");
        let hint = format!("Perhaps you meant the option \"{meant}\".");
        Some(Notice::warning("01000", message).with_hint(hint))
    };
    unknown.filter_map(warning).collect()
}
