use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Result, Value};
use crate::relation::Form;

use super::stop::violation;

/// The formats of a result's columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Formats {
    /// Everything as text.
    #[default]
    Text,
    /// Everything binary.
    Binary,
    /// Each column in its own.
    Each(Box<[Form]>),
}

impl Formats {
    /// The one form of all columns, if they have one.
    pub(super) fn form(&self) -> Option<Form> {
        match self {
            Self::Text => Some(Form::Text),
            Self::Binary => Some(Form::Binary),
            Self::Each(_) => None,
        }
    }
}

/// The formats that were asked for at Bind, by the portal's name. The unnamed
/// portal, which nearly all drivers use all the time, has its own place.
#[derive(Debug, Default)]
pub(super) struct PortalFormats {
    unnamed: Formats,
    named: HashMap<String, Formats>,
}

impl From<Form> for Formats {
    fn from(form: Form) -> Self {
        match form {
            Form::Text => Self::Text,
            Form::Binary => Self::Binary,
        }
    }
}

impl TryFrom<i16> for Form {
    type Error = Error;

    fn try_from(code: i16) -> Result<Self> {
        match code {
            0 => Ok(Self::Text),
            1 => Ok(Self::Binary),
            _ => Err(Error::new(
                ErrorKind::InvalidValue(Value::Parameter),
                format!("unsupported format code: {code}"),
            )),
        }
    }
}

impl Formats {
    /// Reads the format codes of a Bind: none is text, one is for all columns,
    /// otherwise there is one a column.
    ///
    /// # Errors
    /// 22023 for a code that is no format.
    pub(super) fn new(codes: &[i16]) -> Result<Self> {
        match codes {
            [] => Ok(Self::Text),
            [code] => Ok(match Form::try_from(*code)? {
                Form::Text => Self::Text,
                Form::Binary => Self::Binary,
            }),
            codes => codes
                .iter()
                .map(|code| Form::try_from(*code))
                .collect::<Result<_>>()
                .map(Self::Each),
        }
    }

    /// The format of a column, counted from 0.
    pub(super) fn of(&self, column: usize) -> Form {
        match self {
            Self::Text => Form::Text,
            Self::Binary => Form::Binary,
            Self::Each(formats) => formats.get(column).copied().unwrap_or_default(),
        }
    }

    /// Checks the number of formats against the number of columns.
    ///
    /// # Errors
    /// 08P01 when they are neither for all columns nor one a column.
    pub(super) fn check(&self, columns: usize) -> Result<()> {
        match self {
            Self::Each(formats) if columns > 0 && formats.len() != columns => {
                Err(violation(format!(
                    "bind message has {} result formats but query has {columns} columns",
                    formats.len()
                )))
            }
            _ => Ok(()),
        }
    }
}

impl PortalFormats {
    pub(super) fn get(&self, portal: &str) -> &Formats {
        if portal.is_empty() {
            return &self.unnamed;
        }
        self.named.get(portal).unwrap_or(&Formats::Text)
    }

    pub(super) fn set(&mut self, portal: &str, formats: Formats) {
        if portal.is_empty() {
            self.unnamed = formats;
        } else {
            self.named.insert(portal.to_owned(), formats);
        }
    }

    pub(super) fn remove(&mut self, portal: &str) {
        self.named.remove(portal);
    }

    /// How many portals with a name are known.
    pub(super) fn count(&self) -> usize {
        self.named.len()
    }

    /// Forgets portals that the session has forgotten.
    pub(super) fn retain(&mut self, exists: impl Fn(&str) -> bool) {
        self.named.retain(|portal, _| exists(portal));
    }

    /// Forgets all: portals end with their transaction.
    pub(super) fn clear(&mut self) {
        self.named.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_three_columns() {
        use Form::{Binary as B, Text as T};
        let cases: [(&[i16], [Form; 3]); 4] = [
            (&[], [T, T, T]),
            (&[0], [T, T, T]),
            (&[1], [B, B, B]),
            (&[1, 0, 1], [B, T, B]),
        ];
        for (codes, expected) in cases {
            let formats = Formats::new(codes).unwrap();
            formats.check(3).unwrap();
            assert_eq!([0, 1, 2].map(|column| formats.of(column)), expected);
        }
    }

    #[test]
    fn wrong_numbers_and_codes_are_refused() {
        let two = Formats::new(&[1, 1]).unwrap();
        assert_eq!(two.check(3).unwrap_err().sqlstate(), "08P01");
        assert_eq!(two.check(1).unwrap_err().sqlstate(), "08P01");
        two.check(0).unwrap();
        for codes in [&[2][..], &[0, -1]] {
            assert_eq!(Formats::new(codes).unwrap_err().sqlstate(), "22023");
        }
    }

    #[test]
    fn formats_are_kept_by_portal() {
        let mut portals = PortalFormats::default();
        portals.set("", Formats::Binary);
        portals.set("p", Formats::Binary);
        assert_eq!(portals.get(""), &Formats::Binary);
        assert_eq!(portals.get("p"), &Formats::Binary);
        assert_eq!(portals.get("q"), &Formats::Text);
        portals.remove("p");
        assert_eq!(portals.get("p"), &Formats::Text);
        portals.set("q", Formats::Binary);
        portals.set("r", Formats::Binary);
        portals.retain(|portal| portal == "r");
        assert_eq!(portals.count(), 1);
        assert_eq!(portals.get("r"), &Formats::Binary);
    }
}
