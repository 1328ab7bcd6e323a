//! Gates: a schema is what somebody says it is, or there is an error.

use super::create::schema_of;
use super::registry::shown;
use super::replace::with_known_names;
use super::{At, Draft, Found, Registry, StreamSpec};
use crate::error::{Demand, Error, ErrorKind, Result};
use crate::evolution::{self, SchemaChange, shortened};
use crate::schema::ObjectId;

/// The most differences a detail names: a screenful.
const MAX_LINES: usize = 50;

/// What a stream's latest schema is asserted to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Assertion {
    /// That of a version: nothing differs, and no columns have changed places.
    Version(At<u32>),
    /// What a definition means: its columns and no others, with their types,
    /// nullability and defaults, in any order; its primary key and its UNIQUE
    /// constraints, if it has any. Indexes, comments and options do not count.
    Definition(Box<StreamSpec>),
}

impl Registry {
    /// Checks that a stream's latest schema is the asserted one; the draft's
    /// transaction does not commit when it is another one by then.
    ///
    /// # Errors
    /// P0004 when it is not, with each difference on a line of its own in the
    /// detail; 42704 when there is no such version; what is wrong with the
    /// definition; those of the store.
    pub async fn assert_schema(
        &self,
        draft: &mut Draft,
        found: &Found,
        assertion: &Assertion,
    ) -> Result<()> {
        let known = &found.known;
        let actual = &known.version.schema;
        let name = &known.stream.name;
        let mut differences = match assertion {
            Assertion::Version(At { value, position }) => {
                let version = self.view(draft).version(known, *value).await;
                let version = version.map_err(|error| error.at(*position))?;
                evolution::diff(&version.schema, actual).differences
            }
            Assertion::Definition(spec) => {
                let unnamed = At::from(name.clone());
                let spec = with_known_names(spec, actual);
                let (schema, _) = schema_of(&unnamed, &spec, &[], &mut || ObjectId(0))?;
                let last = known.stream.last_field_id;
                let (expected, _) = evolution::adopt_identities(schema, actual, last)?;
                evolution::diff(&expected, actual).differences
            }
        };
        if let Assertion::Definition(spec) = assertion {
            differences.retain(|difference| counts(spec, &difference.change));
        }
        if differences.is_empty() {
            draft.assert_stream(found);
            return Ok(());
        }
        let mut lines: Vec<String> = differences
            .iter()
            .take(MAX_LINES)
            .map(|difference| line(&difference.change))
            .collect();
        if let more @ 1.. = differences.len().saturating_sub(MAX_LINES) {
            lines.push(format!("and {more} more"));
        }
        let stream = shown(name);
        let (asserted, hint) = match assertion {
            Assertion::Version(number) => (
                format!("that of version {}", number.value),
                format!(
                    "SHOW SCHEMA DIFF FOR {name} FROM {} shows what was changed.",
                    number.value
                ),
            ),
            Assertion::Definition(_) => (
                "the asserted one".to_owned(),
                format!("SHOW CREATE STREAM {name} shows the one it has."),
            ),
        };
        Err(Error::new(
            ErrorKind::Incompatible(Demand::Assertion),
            format!("schema of stream \"{stream}\" is not {asserted}"),
        )
        .with_detail(lines.join("\n"))
        .with_hint(hint))
    }
}

/// Whether a definition says anything of what is different.
fn counts(spec: &StreamSpec, change: &SchemaChange) -> bool {
    match change {
        SchemaChange::ChangePrimaryKey { .. } => !spec.primary_key.is_empty(),
        SchemaChange::AddUnique(_) | SchemaChange::DropUnique(_) => !spec.unique.is_empty(),
        SchemaChange::AddIndex(_) | SchemaChange::DropIndex(_) => false,
        _ => true,
    }
}

/// `column "a": expected integer, found bigint`
fn line(change: &SchemaChange) -> String {
    let of = match change {
        SchemaChange::ChangeDefault { .. } => "default of ",
        _ => "",
    };
    let none = || "none".to_owned();
    format!(
        "{of}{}: expected {}, found {}",
        change.subject(),
        shortened(change.before().unwrap_or_else(none)),
        shortened(change.after().unwrap_or_else(none)),
    )
}
