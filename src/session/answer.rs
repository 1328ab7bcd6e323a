//! The answers with rows.

use std::collections::HashSet;
use std::sync::Arc;

use super::columns;
use super::create;
use super::dispatch::done;
use super::operation::spec;
use super::resolve::{Names, first};
use super::transaction::Transaction;
use super::{Column, Outcome, Rows, Session, Value};
use crate::error::{Error, ErrorKind, Object, Result};
use crate::evolution::{self, bounded};
use crate::registry::{Assertion, At, Draft, Found, Known, Version, no_stream};
use crate::schema::{Field, Name, Schema};
use crate::sql::{AssertedSchema, Location, ObjectRef, VersionNumber};

impl Session {
    pub(super) async fn describe_stream(&self, name: &ObjectRef) -> Result<Outcome> {
        let known = match self.at_once(name)? {
            Some(known) => known,
            None => Box::pin(self.find(self.draft(), name)).await?,
        };
        let rows = known.described(|known| describe(&known.version.schema, known.columns()));
        Ok(answer(&columns::DESCRIBE, rows, "DESCRIBE"))
    }

    pub(super) async fn describe_version(
        &self,
        name: &ObjectRef,
        number: VersionNumber,
    ) -> Result<Outcome> {
        let known = self.find(self.draft(), name).await?;
        let version = self.version(&known, number).await?;
        let rows = describe(&version.schema, known.columns_of(&version));
        Ok(answer(&columns::DESCRIBE, rows, "DESCRIBE"))
    }

    /// The stream, when the cache has it and no transaction is open: nothing is
    /// waited for.
    fn at_once(&self, name: &ObjectRef) -> Result<Option<Arc<Known>>> {
        if !matches!(self.transaction, Transaction::None) {
            return Ok(None);
        }
        Ok(self
            .registry
            .cached(&first(&self.frequent.search_path, name)?)
            .flatten())
    }

    pub(super) async fn show_streams(
        &self,
        namespace: Option<&(Name, Location)>,
        like: Option<&str>,
    ) -> Result<Outcome> {
        let draft = self.draft();
        let view = self.registry.view(draft);
        if let Some((name, location)) = namespace
            && view.namespace(name).await?.is_none()
        {
            let kind = ErrorKind::NotFound(Object::Namespace);
            return Err(
                Error::new(kind, format!("schema \"{name}\" does not exist")).at(location.0),
            );
        }
        let streams = view.list(namespace.map(|(name, _)| name.as_str())).await?;
        let server = self.registry.default_mode();
        let rows = streams
            .into_iter()
            .filter(|stream| like.is_none_or(|pattern| is_like(&stream.name.name, pattern)))
            .map(|stream| {
                vec![
                    Value::text(stream.name.namespace),
                    Value::text(stream.name.name),
                    Value::count(stream.version),
                    Value::text(
                        stream
                            .mode
                            .or(stream.namespace_mode)
                            .unwrap_or(server)
                            .as_str(),
                    ),
                    Value::count(stream.columns),
                    Value::optional_text(stream.datasource),
                    Value::TimestampTz(stream.updated_at.into()),
                ]
            });
        Ok(answer(&columns::STREAMS, rows.collect(), "SHOW"))
    }

    pub(super) async fn show_versions(&self, name: &ObjectRef) -> Result<Outcome> {
        let draft = self.draft();
        let known = self.find(draft, name).await?;
        let versions = self.registry.view(draft).versions(&known).await?;
        let before = std::iter::once(None).chain(versions.iter().map(Some));
        let rows = versions.iter().zip(before).map(|(version, before)| {
            vec![
                Value::count(version.number),
                Value::text(&version.evolution.0),
                Value::text(changes(before.map(AsRef::as_ref), version)),
                Value::text(version.fingerprint.to_string()),
                Value::text(version.mode.as_str()),
                Value::text(&version.registered_by),
                Value::TimestampTz(version.registered_at.into()),
            ]
        });
        Ok(answer(&columns::VERSIONS, rows.collect(), "SHOW"))
    }

    pub(super) async fn show_compatibility(&self, name: &ObjectRef) -> Result<Outcome> {
        let draft = self.draft();
        let known = self.find(draft, name).await?;
        let view = self.registry.view(draft);
        let (mode, source, judgements) = self.registry.check_compatibility(&view, &known).await?;
        let rows = judgements.into_iter().map(|judgement| {
            vec![
                Value::count(judgement.version),
                Value::text(mode.as_str()),
                Value::text(source.to_string()),
                Value::Bool(judgement.backward),
                Value::Bool(judgement.forward),
                Value::Bool(judgement.compatible),
                Value::text(judgement.reason),
            ]
        });
        Ok(answer(&columns::COMPATIBILITY, rows.collect(), "SHOW"))
    }

    pub(super) async fn show_diff(
        &self,
        name: &ObjectRef,
        from: Option<VersionNumber>,
        to: Option<VersionNumber>,
    ) -> Result<Outcome> {
        let known = self.find(self.draft(), name).await?;
        let to = match to {
            Some(number) => self.version(&known, number).await?,
            None => known.version.clone(),
        };
        let from = match (from, to.previous) {
            (Some(number), _) => self.version(&known, number).await?,
            (None, Some(number)) => self.version(&known, (number, Location::default())).await?,
            // Nothing was changed to get the first version.
            (None, None) => to.clone(),
        };
        let differences = evolution::diff(&from.schema, &to.schema).differences;
        let rows = differences.iter().map(|difference| {
            vec![
                Value::text(difference.change.action()),
                Value::optional_text(difference.change.name()),
                Value::optional_text(difference.change.before().map(bounded)),
                Value::optional_text(difference.change.after().map(bounded)),
                Value::Bool(difference.backward()),
                Value::Bool(difference.forward()),
            ]
        });
        Ok(answer(&columns::DIFF, rows.collect(), "SHOW"))
    }

    pub(super) async fn show_create_stream(
        &self,
        name: &ObjectRef,
        number: Option<VersionNumber>,
    ) -> Result<Outcome> {
        let known = self.find(self.draft(), name).await?;
        let statements = match number {
            Some(number) => create::statements_of(&known, &*self.version(&known, number).await?),
            None => create::statements(&known),
        };
        let row = vec![
            Value::text(&known.stream.name.name),
            Value::text(statements),
        ];
        Ok(answer(&columns::CREATE, Rows::from_iter([row]), "SHOW"))
    }

    pub(super) async fn assert_schema(
        &mut self,
        name: &ObjectRef,
        asserted: &AssertedSchema,
    ) -> Result<Outcome> {
        let found = self.found(self.draft(), name).await?;
        let assertion = match asserted {
            AssertedSchema::Version((number, place)) => {
                Assertion::Version(At::new(*number, place.0))
            }
            AssertedSchema::Elements(elements) => {
                Assertion::Definition(Box::new(spec(elements, &[])))
            }
        };
        let mut alone = Draft::default();
        let draft = match self.transaction.open_mut() {
            Some(block) => &mut block.draft,
            None => &mut alone,
        };
        self.registry
            .assert_schema(draft, &found, &assertion)
            .await?;
        Ok(done("ASSERT SCHEMA"))
    }

    pub(super) fn show_setting(&self, name: &str, location: Location) -> Result<Outcome> {
        let (name, value) = self
            .settings
            .show(name)
            .map_err(|error| error.at(location.0))?;
        let row = vec![Value::text(value)];
        Ok(answer(
            &columns::of_setting(name),
            Rows::from_iter([row]),
            "SHOW",
        ))
    }

    pub(super) fn show_all_settings(&self) -> Outcome {
        let rows: Rows = self
            .settings
            .all()
            .map(|(name, value, description)| {
                vec![
                    Value::text(name),
                    Value::text(value),
                    Value::text(description),
                ]
            })
            .collect();
        answer(&columns::ALL_SETTINGS, rows, "SHOW")
    }

    /// The version of a stream that a statement names.
    async fn version(&self, known: &Known, (number, place): VersionNumber) -> Result<Arc<Version>> {
        let view = self.registry.view(self.draft());
        let version = view.version(known, number).await;
        version.map_err(|error| error.at(place.0))
    }

    /// The stream a statement names.
    pub(super) async fn find(&self, draft: &Draft, name: &ObjectRef) -> Result<Arc<Known>> {
        Ok(self.found(draft, name).await?.known)
    }

    /// The stream a statement names, and the state it was read in.
    async fn found(&self, draft: &Draft, name: &ObjectRef) -> Result<Found> {
        let names = Names {
            view: self.registry.view(draft),
            search_path: &self.frequent.search_path,
        };
        let full = names.existing(name).await?;
        match names.view.stream(&full).await? {
            Some(found) => Ok(found),
            // A bare name was looked for in the whole path: no namespace is to blame.
            None if name.namespace.is_none() => Err(no_stream(&full).at(name.location.0)),
            None => Err(names.view.missing(&full).await?.at(name.location.0)),
        }
    }
}

/// An answer with rows.
pub(super) fn answer(columns: &Arc<[Column]>, rows: Rows, tag: &'static str) -> Outcome {
    Outcome {
        columns: columns.clone(),
        rows,
        tag,
        ..Outcome::default()
    }
}

/// The rows of `DESCRIBE`.
fn describe<'a>(
    schema: &Schema,
    columns: impl Iterator<Item = (&'a Field, Option<&'a str>)>,
) -> Rows {
    let keys: HashSet<&str> = schema.primary_key.iter().map(String::as_str).collect();
    let row = |(field, comment): (&Field, Option<&str>)| {
        vec![
            Value::text(&field.name),
            Value::text(field.data_type.to_string()),
            Value::Bool(field.nullable),
            Value::optional_text(field.default.as_ref().map(ToString::to_string)),
            Value::optional_text(keys.contains(field.name.as_str()).then_some("PRI")),
            Value::optional_text(comment),
        ]
    };
    Rows::kept(columns.map(row))
}

/// What a version changed, in words.
fn changes(before: Option<&Version>, version: &Version) -> String {
    match before {
        Some(before) => evolution::diff(&before.schema, &version.schema).describe(),
        None => match version.schema.fields.len() {
            1 => "created with 1 column".to_owned(),
            columns => format!("created with {columns} columns"),
        },
    }
}

/// SQL's `LIKE`: `%` is any text, `_` any one character, `\` takes the next
/// character as it is.
fn is_like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut t, mut p) = (0, 0);
    // Where to go on when the text after the last `%` turns out not to match.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        let step = match pattern.get(p) {
            Some('%') => {
                retry = Some((t, p + 1));
                p += 1;
                continue;
            }
            Some('_') => Some(1),
            Some('\\') if pattern.get(p + 1) == Some(&text[t]) => Some(2),
            Some('\\') => None,
            Some(c) if *c == text[t] => Some(1),
            _ => None,
        };
        match (step, retry) {
            (Some(step), _) => (t, p) = (t + 1, p + step),
            (None, Some((from, after))) => {
                retry = Some((from + 1, after));
                (t, p) = (from + 1, after);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '%')
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn like_is_sqls() {
        for (text, pattern, expected) in [
            ("orders", "orders", true),
            ("orders", "ord%", true),
            ("orders", "%ers", true),
            ("orders", "%r%r%", true),
            ("orders", "o_ders", true),
            ("orders", "order", false),
            ("orders", "%x%", false),
            ("", "%", true),
            ("", "_", false),
            ("a%b", "a\\%b", true),
            ("axb", "a\\%b", false),
            ("žluť", "žlu_", true),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaab", "%a%a%a%a%a%a%a%c", false),
        ] {
            assert_eq!(
                is_like(text, pattern),
                expected,
                "{text:?} LIKE {pattern:?}"
            );
        }
    }
}
