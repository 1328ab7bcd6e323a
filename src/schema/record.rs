//! Records: values by the names of their fields, as JSON.

use std::fmt;

use serde_json::Value as Json;

use super::{Name, quote_ident};
use crate::error::{Error, ErrorKind, Value};

/// Where a value is in a record. Displays as a way to it: `items[3].sku`,
/// `labels["x y"]`; as nothing for the record itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordPath {
    /// From the value outwards.
    steps: Vec<RecordStep>,
}

/// One step of a way into a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordStep {
    /// To a column, or to the field of a struct.
    Field(Name),
    /// To an element of an array, counted from 0.
    Element(usize),
    /// To the value of this key of a map.
    Key(String),
}

/// What is wrong with a record, and where.
#[derive(Debug)]
pub struct RecordError {
    /// Where the value is.
    pub path: RecordPath,
    /// What is wrong with it: an error of SQLSTATE class 22.
    pub problem: Error,
}

impl RecordPath {
    /// Whether it leads to the record itself.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl RecordError {
    /// The same, said of what the value is within.
    pub(crate) fn within(mut self, step: RecordStep) -> Self {
        self.path.steps.push(step);
        self
    }

    /// The same, said of the struct or the record the field is of.
    pub(crate) fn within_field(self, name: &str) -> Self {
        self.within(RecordStep::Field(name.to_owned()))
    }
}

impl From<Error> for RecordError {
    /// A problem of the value one is at.
    fn from(problem: Error) -> Self {
        Self {
            path: RecordPath::default(),
            problem,
        }
    }
}

impl From<RecordError> for Error {
    /// The problem, with its place as a sentence of the detail.
    fn from(RecordError { path, problem }: RecordError) -> Self {
        if path.is_empty() {
            return problem;
        }
        let place = format!("The value is at \"{path}\".");
        let detail = match problem.detail() {
            Some(detail) => format!("{detail} {place}"),
            None => place,
        };
        problem.with_detail(detail)
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_empty() {
            true => self.problem.fmt(f),
            false => write!(f, "{}: {}", self.path, self.problem),
        }
    }
}

impl std::error::Error for RecordError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.problem)
    }
}

impl fmt::Display for RecordPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().rev().enumerate() {
            match step {
                RecordStep::Field(name) => {
                    let dot = if position == 0 { "" } else { "." };
                    write!(f, "{dot}{}", quote_ident(name))?;
                }
                RecordStep::Element(index) => write!(f, "[{index}]")?,
                RecordStep::Key(key) => write!(f, "[{}]", Json::from(key.as_str()))?,
            }
        }
        Ok(())
    }
}

/// The problem of a NULL in a field that is NOT NULL (22004).
pub(crate) fn null_not_allowed() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::Null),
        "null value not allowed",
    )
}

/// The problem of a field that is absent, NOT NULL and without a default (22004).
pub(crate) fn missing() -> Error {
    Error::new(
        ErrorKind::InvalidValue(Value::Null),
        "required value is missing",
    )
    .with_detail("It is neither nullable nor has a default.")
}
