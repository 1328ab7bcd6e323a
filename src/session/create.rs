//! The statements that make a stream: `SHOW CREATE STREAM`, and the stream that
//! takes the place of another.

use crate::registry::{Known, Version};
use crate::schema::{ColumnSpec, Field, Index, Name, Schema, StreamName};
use crate::sql::{
    AlterAction, CreateIndex, CreateStream, Elements, Existing, Location, ObjectRef, OptionValue,
    OptionWord, Spelling,
};

/// The statements that make the stream as it is.
pub(super) fn statements(known: &Known) -> String {
    let schema = &known.version.schema;
    script(&written(known, schema, elements(schema, known.columns())))
}

/// The statements that make another stream of what one is, each without its
/// semicolon. Its indexes and constraints have names of their own, since those of
/// this one are taken.
pub(super) fn statements_of_successor(known: &Known, name: &StreamName) -> Vec<String> {
    let mut stream = known.stream.clone();
    stream.name = name.clone();
    let known = Known::new(stream, known.version.clone());
    let mut schema = Schema::clone(&known.version.schema);
    let mut elements = elements(&schema, known.columns());
    for (name, _) in &mut elements.unique {
        *name = None;
    }
    let indexes = std::mem::take(&mut schema.indexes);
    let mut statements = written(&known, &schema, elements);
    let unnamed = indexes
        .iter()
        .map(|index| create_index(&known, index, None));
    statements.extend(unnamed);
    statements
}

/// The actions that give a stream the options of another state of it.
pub(super) fn option_actions(before: &Known, after: &Known) -> Vec<AlterAction> {
    let (old, new) = (options(before), options(after));
    let is_in = |words: &[OptionWord], key: &str| words.iter().any(|word| word.key == key);
    let reset: Vec<_> = old
        .iter()
        .filter(|word| !is_in(&new, &word.key))
        .map(|word| (word.key.clone(), Location::default()))
        .collect();
    let set: Vec<_> = new
        .iter()
        .filter(|word| !old.contains(word))
        .cloned()
        .collect();
    let set = (!set.is_empty()).then_some(AlterAction::Set(set));
    let reset = (!reset.is_empty()).then_some(AlterAction::Reset(reset));
    set.into_iter().chain(reset).collect()
}

/// The statements that make the stream as it was at one of its versions, with
/// today's comments and options.
pub(super) fn statements_of(known: &Known, version: &Version) -> String {
    let schema = &version.schema;
    script(&written(
        known,
        schema,
        elements(schema, known.columns_of(version)),
    ))
}

/// Statements, each ending in a semicolon on a line of its own.
fn script(statements: &[String]) -> String {
    let ended: Vec<String> = statements
        .iter()
        .map(|statement| format!("{statement};"))
        .collect();
    ended.join("\n")
}

/// The statements: the stream, and a declaration for each of its indexes.
fn written(known: &Known, schema: &Schema, elements: Elements) -> Vec<String> {
    let create = CreateStream {
        spelling: Spelling::Stream,
        existing: Existing::Refused,
        name: name(known),
        elements,
        options: options(known),
    };
    let indexes = schema
        .indexes
        .iter()
        .map(|index| create_index(known, index, Some(&index.name)));
    std::iter::once(format!("{create:#}"))
        .chain(indexes)
        .collect()
}

fn create_index(known: &Known, index: &Index, named: Option<&Name>) -> String {
    let columns = index.columns.iter();
    let create = CreateIndex {
        unique: index.unique,
        if_not_exists: false,
        name: named.cloned(),
        stream: name(known),
        columns: columns
            .map(|column| (column.clone(), Location::default()))
            .collect(),
    };
    create.to_string()
}

fn elements<'a>(
    schema: &Schema,
    columns: impl Iterator<Item = (&'a Field, Option<&'a str>)>,
) -> Elements {
    let columns = columns.map(|(field, comment)| {
        let column = ColumnSpec {
            comment: comment.map(ToOwned::to_owned),
            ..field.into()
        };
        (column, Location::default())
    });
    let unique = schema
        .constraints
        .iter()
        .map(|constraint| (Some(constraint.name.clone()), constraint.columns.clone()));
    Elements {
        columns: columns.collect(),
        primary_key: schema.primary_key.clone(),
        unique: unique.collect(),
    }
}

fn name(known: &Known) -> ObjectRef {
    let name = &known.stream.name;
    ObjectRef {
        namespace: Some(name.namespace.clone()),
        name: name.name.clone(),
        location: Location::default(),
    }
}

fn options(known: &Known) -> Vec<OptionWord> {
    let word = |key: &str, value| OptionWord {
        key: key.to_owned(),
        value,
        location: Location::default(),
    };
    let mut words: Vec<_> = known
        .stream
        .options
        .iter()
        .map(|(key, value)| {
            let value = match value {
                serde_json::Value::String(text) => OptionValue::Text(text.clone()),
                serde_json::Value::Bool(value) => OptionValue::Boolean(*value),
                number => OptionValue::Number(number.to_string()),
            };
            word(key, value)
        })
        .collect();
    if let Some(mode) = known.stream.mode {
        words.push(word(
            "compatibility",
            OptionValue::Text(mode.as_str().to_owned()),
        ));
    }
    if let Some(comment) = &known.stream.comment {
        words.push(word("comment", OptionValue::Text(comment.clone())));
    }
    words
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;

    use crate::error::Result;
    use crate::registry::Registry;
    use crate::schema::{Mode, Schema, StreamName, sample};
    use crate::session::{Session, SessionOptions, Value};

    /// Histories that are tried: each takes a few commits.
    const CASES: u32 = 64;

    #[test]
    fn what_is_printed_makes_the_same_schema() {
        let directory = tempfile::tempdir().expect("a directory");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let open = |file: &str| {
            let builder = Registry::builder()
                .sqlite(directory.path().join(file))
                .compatibility(Mode::None);
            runtime.block_on(builder.build()).expect("a registry")
        };
        let (registry, fresh) = (open("history.db"), open("fresh.db"));
        let mut runner = TestRunner::new(ProptestConfig::with_cases(CASES));
        let outcome = runner.run(&vec(sample::schema(), 1..4), |history| {
            let held = runtime.block_on(comes_back(&registry, &fresh, history));
            held.map_err(|error| TestCaseError::fail(format!("{error:?}")))
        });
        for registry in [registry, fresh] {
            runtime.block_on(registry.close(Duration::from_secs(10)));
        }
        outcome.expect("what is printed can be run");
    }

    /// Registers the history and runs what is printed for each of its versions in
    /// the registry that has no such stream.
    async fn comes_back(
        registry: &Arc<Registry>,
        fresh: &Arc<Registry>,
        history: Vec<Schema>,
    ) -> Result<()> {
        let name = StreamName::new("public", "The \"stream\"");
        let mut asked = Session::new(registry.clone(), SessionOptions::default())?;
        let mut told = Session::new(fresh.clone(), SessionOptions::default())?;
        let drop = format!("DROP STREAM {name}");
        let mut versions = Vec::new();
        for schema in history {
            versions.push(registry.register_schema(&name, schema, "").await?);
        }
        for version in versions {
            let question = format!("SHOW CREATE STREAM {name} VERSION {}", version.number);
            let answer = asked.execute(&question).await?;
            let Value::Text(printed) = &answer[0].rows[0][1] else {
                panic!("{answer:?}");
            };
            told.execute(printed).await?;
            let made = fresh.get_latest_schema(&name).await?;
            told.execute(&drop).await?;
            assert_eq!(made.version.fingerprint, version.fingerprint, "{printed}");
        }
        asked.execute(&drop).await.map(|_| ())
    }
}
