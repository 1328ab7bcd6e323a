//! The systems that keep the data, and what they are told.

use std::fmt;
use std::str::FromStr;

use super::iceberg::Iceberg;
use super::postgresql::PostgreSql;
use super::{Migration, Refusal};
use crate::error::{Error, ErrorKind, Result, Value};
use crate::evolution::{Comments, Plan, SchemaChange, Step};
use crate::schema::{Schema, StreamName};

/// A kind of system that keeps the data of a stream in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sink {
    /// PostgreSQL 15 or later. Run with `standard_conforming_strings` on, which
    /// is its own default.
    PostgreSql,
    /// Iceberg, in Spark SQL with Iceberg's extensions, for tables of format
    /// version 2 in the current catalog.
    Iceberg,
}

/// What one step takes in a sink.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SinkStep {
    /// The statements, to be run in order, each without its semicolon. Empty
    /// when there is nothing to do. A transaction around them is the caller's.
    pub statements: Vec<String>,
    /// What to mind: sentences; with statements that follow, what is to be done
    /// before them.
    pub caution: Option<String>,
    /// The statements that follow when that was done. Empty when nothing is to be
    /// done between statements.
    pub then: Vec<String>,
}

/// What a kind of sink must be able to say.
pub(in crate::evolution::sink) trait Dialect {
    /// A new table.
    fn create_table(
        &self,
        table: &StreamName,
        schema: &Schema,
        comments: &Comments,
    ) -> Result<SinkStep, Vec<Refusal>>;

    /// One change of a table; its place among the steps.
    fn step(
        &self,
        migration: &Migration<'_>,
        place: usize,
        change: &SchemaChange,
    ) -> Result<SinkStep, Refusal>;

    /// Another name for the table of a schema.
    fn rename_table(
        &self,
        from: &StreamName,
        to: &StreamName,
        schema: &Schema,
    ) -> Result<SinkStep, Refusal>;
}

impl Sink {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::PostgreSql, Self::Iceberg];

    /// The word for it: `postgresql`, `iceberg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgresql",
            Self::Iceberg => "iceberg",
        }
    }

    /// A new table of this name for the data of a schema, with what is said of it.
    ///
    /// # Errors
    /// 0A000 for what the sink has not, all of it in the detail.
    pub fn create_table(
        self,
        table: &StreamName,
        schema: &Schema,
        comments: &Comments,
    ) -> Result<SinkStep> {
        let created = self.dialect().create_table(table, schema, comments);
        created.map_err(|refusals| {
            let lines: Vec<String> = refusals.iter().map(ToString::to_string).collect();
            let message = format!("table {table} is not supported in {self}");
            Error::new(ErrorKind::Unsupported, message).with_detail(lines.join("\n"))
        })
    }

    /// What each of the steps of a plan takes in the table of this name, in their
    /// order: run one after another they make the table of the new schema from
    /// that of the old one. Where that has no columns there is no table yet: what
    /// makes it is then the only step.
    ///
    /// A step that the sink cannot do is an error (0A000) in its place, so that
    /// a plan can be shown whole; collect into a [`Result`] to insist.
    pub fn render(self, table: &StreamName, plan: &Plan) -> Vec<Result<SinkStep>> {
        if plan.from.fields.is_empty() {
            return vec![self.create_table(table, &plan.to, &plan.comments)];
        }
        let migration = Migration::new(table, plan);
        let step = |(place, step): (usize, &Step)| {
            let rendered = self.dialect().step(&migration, place, &step.change);
            rendered.map_err(Error::from)
        };
        plan.steps.iter().enumerate().map(step).collect()
    }

    /// Another name for the table of a schema, in the same namespace.
    ///
    /// # Errors
    /// 0A000 when the sink cannot give the table this name.
    pub fn rename_table(
        self,
        table: &StreamName,
        to: &StreamName,
        schema: &Schema,
    ) -> Result<SinkStep> {
        let renamed = self.dialect().rename_table(table, to, schema)?;
        Ok(renamed.with_caution(format!(
            "Whoever names the table {table} is to name {to} instead."
        )))
    }

    fn dialect(self) -> &'static dyn Dialect {
        match self {
            Self::PostgreSql => &PostgreSql,
            Self::Iceberg => &Iceberg,
        }
    }
}

impl SinkStep {
    /// One statement.
    pub(super) fn statement(sql: impl Into<String>) -> Self {
        Self::statements([sql.into()])
    }

    /// Several statements.
    pub(super) fn statements(statements: impl Into<Vec<String>>) -> Self {
        Self {
            statements: statements.into(),
            ..Self::default()
        }
    }

    /// Nothing to do, and why.
    pub(super) fn nothing(why: impl Into<String>) -> Self {
        Self::default().with_caution(why)
    }

    /// Adds what to mind.
    pub(super) fn with_caution(mut self, caution: impl Into<String>) -> Self {
        self.caution = Some(caution.into());
        self
    }

    /// Adds what to mind, if anything.
    pub(super) fn minding(self, caution: Option<String>) -> Self {
        Self { caution, ..self }
    }
}

impl fmt::Display for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Sink {
    type Err = Error;

    /// Reads a sink's word in any case.
    ///
    /// # Errors
    /// 22023 for any other word, with the known ones as the hint.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|sink| sink.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidValue(Value::Parameter),
                    format!("invalid sink: \"{text}\""),
                )
                .with_hint(format!(
                    "Available sinks: {}.",
                    Self::ALL.map(Self::as_str).join(", ")
                ))
            })
    }
}
