//! Statements that change the registry, as operations of the registry: names
//! without a namespace get one, words get their places.

use super::resolve::Names;
use crate::error::Result;
use crate::registry::{At, Operation, StreamAction, StreamSpec};
use crate::schema::StreamName;
use crate::sql::{
    AlterAction, CommentTarget, CreateIndex, Elements, Existing, Location, ObjectRef, OptionValue,
    OptionWord, Spelling, Statement,
};

/// The operation of a statement and the tag it answers with; nothing for a
/// statement that changes no stream or namespace.
///
/// # Errors
/// 3F000 when a name has no namespace and there is none to look in.
pub(super) async fn operation(
    statement: &Statement,
    names: &Names<'_>,
) -> Result<Option<(Operation, &'static str)>> {
    let operation = match statement {
        Statement::CreateStream(create) => {
            let name = placed(names, &create.name).await?;
            let spec = Box::new(spec(&create.elements, &create.options));
            let operation = match create.existing {
                Existing::Replaced => Operation::ReplaceStream { name, spec },
                Existing::Kept | Existing::Refused => Operation::CreateStream {
                    name,
                    if_not_exists: create.existing == Existing::Kept,
                    spec,
                },
            };
            (
                operation,
                spelled(create.spelling, "CREATE STREAM", "CREATE TABLE"),
            )
        }
        Statement::CopyStream(copy) => {
            let operation = Operation::CopyStream {
                name: placed(names, &copy.name).await?,
                if_not_exists: copy.if_not_exists,
                source: existing(names, &copy.source).await?,
                options: options(&copy.options),
            };
            (
                operation,
                spelled(copy.spelling, "CREATE STREAM", "CREATE TABLE"),
            )
        }
        Statement::AlterStream(alter) => {
            let name = existing(names, &alter.name).await?;
            let actions = alter.actions.iter().flat_map(actions).collect();
            let operation = Operation::AlterStream {
                name,
                if_exists: alter.if_exists,
                actions,
            };
            (
                operation,
                spelled(alter.spelling, "ALTER STREAM", "ALTER TABLE"),
            )
        }
        Statement::DropStreams(drop) => {
            let streams = all_existing(names, &drop.names).await?;
            let operation = Operation::DropStreams {
                names: streams,
                called: spelled(drop.spelling, "relation", "table"),
                if_exists: drop.if_exists,
            };
            (
                operation,
                spelled(drop.spelling, "DROP STREAM", "DROP TABLE"),
            )
        }
        Statement::CreateIndex(create) => {
            let CreateIndex {
                unique,
                if_not_exists,
                name,
                stream,
                columns,
            } = create.as_ref();
            let operation = Operation::CreateIndex {
                stream: existing(names, stream).await?,
                index: name.clone(),
                columns: columns
                    .iter()
                    .map(|(name, place)| At::new(name.clone(), place.0))
                    .collect(),
                unique: *unique,
                if_not_exists: *if_not_exists,
            };
            (operation, "CREATE INDEX")
        }
        Statement::DropIndexes {
            if_exists,
            names: indexes,
        } => {
            let mut names_of = Vec::with_capacity(indexes.len());
            for index in indexes {
                let name = names.existing_index(index).await?;
                add(&mut names_of, At::new(name, index.location.0));
            }
            (
                Operation::DropIndexes {
                    names: names_of,
                    if_exists: *if_exists,
                },
                "DROP INDEX",
            )
        }
        Statement::CreateNamespace {
            if_not_exists,
            name,
            location,
        } => {
            let name = At::new(name.clone(), location.0);
            (
                Operation::CreateNamespace {
                    name,
                    if_not_exists: *if_not_exists,
                },
                "CREATE SCHEMA",
            )
        }
        Statement::DropNamespaces {
            if_exists,
            names,
            cascade,
        } => {
            let names = names
                .iter()
                .map(|(name, place)| At::new(name.clone(), place.0))
                .collect();
            let operation = Operation::DropNamespaces {
                names,
                if_exists: *if_exists,
                cascade: *cascade,
            };
            (operation, "DROP SCHEMA")
        }
        Statement::SetNamespace {
            name,
            location,
            options,
        } => {
            let options = options
                .iter()
                .map(|word| At::new((word.key.clone(), Some(value(word))), word.location.0))
                .collect();
            (alter_namespace(name, *location, options), "ALTER SCHEMA")
        }
        Statement::ResetNamespace {
            name,
            location,
            keys,
        } => {
            let options = keys
                .iter()
                .map(|(key, place)| At::new((key.clone(), None), place.0))
                .collect();
            (alter_namespace(name, *location, options), "ALTER SCHEMA")
        }
        Statement::Comment {
            target: CommentTarget::Stream(_, stream),
            text,
        } => {
            let stream = existing(names, stream).await?;
            (
                Operation::CommentOnStream {
                    stream,
                    text: text.clone(),
                },
                "COMMENT",
            )
        }
        Statement::Comment {
            target: CommentTarget::Column(stream, column, place),
            text,
        } => {
            let stream = existing(names, stream).await?;
            let column = At::new(column.clone(), place.0);
            (
                Operation::CommentOnColumn {
                    stream,
                    column,
                    text: text.clone(),
                },
                "COMMENT",
            )
        }
        _ => return Ok(None),
    };
    Ok(Some(operation))
}

async fn placed(names: &Names<'_>, name: &ObjectRef) -> Result<At<StreamName>> {
    Ok(At::new(names.place(name).await?, name.location.0))
}

async fn existing(names: &Names<'_>, name: &ObjectRef) -> Result<At<StreamName>> {
    Ok(At::new(names.existing(name).await?, name.location.0))
}

async fn all_existing(names: &Names<'_>, refs: &[ObjectRef]) -> Result<Vec<At<StreamName>>> {
    let mut all = Vec::with_capacity(refs.len());
    for name in refs {
        add(&mut all, existing(names, name).await?);
    }
    Ok(all)
}

/// What is named twice is dropped once.
fn add(names: &mut Vec<At<StreamName>>, name: At<StreamName>) {
    if names.iter().all(|other| other.value != name.value) {
        names.push(name);
    }
}

fn spelled(spelling: Spelling, stream: &'static str, table: &'static str) -> &'static str {
    match spelling {
        Spelling::Stream => stream,
        Spelling::Table => table,
    }
}

/// What the columns, keys and options say.
pub(super) fn spec(elements: &Elements, options: &[OptionWord]) -> StreamSpec {
    StreamSpec {
        columns: elements
            .columns
            .iter()
            .map(|(column, place)| At::new(column.clone(), place.0))
            .collect(),
        primary_key: elements.primary_key.clone(),
        unique: elements.unique.clone(),
        options: self::options(options),
    }
}

fn options(words: &[OptionWord]) -> Vec<At<(String, serde_json::Value)>> {
    words
        .iter()
        .map(|word| At::new((word.key.clone(), value(word)), word.location.0))
        .collect()
}

fn actions(action: &AlterAction) -> Vec<At<StreamAction>> {
    match action {
        AlterAction::Shape(alteration, place) => {
            vec![At::new(StreamAction::Shape(alteration.clone()), place.0)]
        }
        AlterAction::RenameTo(name, place) => {
            vec![At::new(StreamAction::RenameTo(name.clone()), place.0)]
        }
        AlterAction::Set(words) => words
            .iter()
            .map(|word| {
                At::new(
                    StreamAction::SetOption(word.key.clone(), Some(value(word))),
                    word.location.0,
                )
            })
            .collect(),
        AlterAction::Reset(keys) => keys
            .iter()
            .map(|(key, place)| At::new(StreamAction::SetOption(key.clone(), None), place.0))
            .collect(),
    }
}

fn alter_namespace(
    name: &str,
    location: Location,
    options: Vec<At<(String, Option<serde_json::Value>)>>,
) -> Operation {
    Operation::AlterNamespace {
        name: At::new(name.to_owned(), location.0),
        options,
    }
}

/// An option's value as JSON. A number too long for JSON's own stays a text.
fn value(word: &OptionWord) -> serde_json::Value {
    match &word.value {
        OptionValue::Text(text) => text.as_str().into(),
        OptionValue::Boolean(value) => (*value).into(),
        OptionValue::Number(number) => match number.parse::<i64>() {
            Ok(integer) => integer.into(),
            Err(_) => number
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .map_or_else(|| number.as_str().into(), serde_json::Value::from),
        },
    }
}
