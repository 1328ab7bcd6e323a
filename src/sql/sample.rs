//! Statements made up for the laws.

use proptest::collection::{hash_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::schema::sample::data_type;
use crate::schema::{Alteration, ColumnSpec, FieldPath, Literal, Name};

/// Words that the grammar could take for its own.
#[rustfmt::skip]
pub(super) const WORDS: &[&str] = &[
    "a",
    "all",
    "as",
    "cascade",
    "column",
    "comment",
    "constraint",
    "create",
    "default",
    "double",
    "exclude",
    "exists",
    "if",
    "interval",
    "is",
    "key",
    "like",
    "map",
    "name",
    "not",
    "null",
    "on",
    "prepare",
    "primary",
    "restrict",
    "schema",
    "schemas",
    "select",
    "session",
    "set",
    "stream",
    "streams",
    "table", "tables", "local", "names", "role", "transaction", "authorization", "data", "virtual", "read", "partition", "of", "work", "chain", "no", "in", "from", "for", "versions", "compatibility", "diff", "if", "temp", "index", "year", "array", "struct", "generated", "concurrently", "using", "asc", "desc", "nulls", "foreign", "check", "true", "false", "characteristics", "constraints",
    "time",
    "timestamp",
    "to",
    "type",
    "unique",
    "version",
    "with",
    "zone",
];

pub(super) const NOWHERE: Location = Location(None);

/// Names, those included that the grammar could take for its own words.
fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        select(WORDS).prop_map(str::to_owned),
        "[a-z_][a-z0-9_]{0,8}",
        "[^\0]{1,8}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z '\"\\\\;$]{0,8}", "[^\0]{0,12}"]
}

fn names() -> impl Strategy<Value = Vec<Name>> {
    hash_set(name(), 1..4).prop_map(|names| names.into_iter().collect())
}

fn object() -> impl Strategy<Value = ObjectRef> {
    (option::of(name()), name()).prop_map(|(namespace, name)| ObjectRef {
        namespace,
        name,
        location: NOWHERE,
    })
}

fn spelling() -> impl Strategy<Value = Spelling> {
    select(&[Spelling::Stream, Spelling::Table][..])
}

fn number() -> impl Strategy<Value = String> {
    "-?([0-9]{1,5}|[0-9]{0,3}\\.[0-9]{1,3}|[0-9]\\.)(e[+-]?[0-9])?"
}

fn constant() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Boolean),
        number().prop_map(Literal::Number),
        text().prop_map(Literal::String),
    ]
}

fn column() -> impl Strategy<Value = ColumnSpec> {
    let default = option::of(constant());
    (
        name(),
        data_type(),
        any::<bool>(),
        default,
        option::of(text()),
    )
        .prop_map(|(name, data_type, not_null, default, comment)| ColumnSpec {
            name,
            data_type,
            not_null,
            default,
            comment,
        })
}

fn option_key() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,4}(\\.[a-z_0-9]{1,4}){0,2}", name()]
}

fn options() -> impl Strategy<Value = Vec<OptionWord>> {
    let value = prop_oneof![
        text().prop_map(OptionValue::Text),
        any::<bool>().prop_map(OptionValue::Boolean),
        number().prop_map(OptionValue::Number),
    ];
    proptest::collection::hash_map(option_key(), value, 1..4).prop_map(|options| {
        options
            .into_iter()
            .map(|(key, value)| OptionWord {
                key,
                value,
                location: NOWHERE,
            })
            .collect()
    })
}

fn keys() -> impl Strategy<Value = Vec<(String, Location)>> {
    vec(option_key().prop_map(|key| (key, NOWHERE)), 1..4)
}

fn unique() -> impl Strategy<Value = (Option<Name>, Vec<Name>)> {
    (option::of(name()), names())
}

fn elements() -> impl Strategy<Value = Elements> {
    (
        vec(column(), 0..5),
        option::of(names()),
        vec(unique(), 0..3),
    )
        .prop_map(|(columns, key, unique)| {
            let primary_key = key.unwrap_or_default();
            let mut seen = std::collections::HashSet::new();
            let columns = columns
                .into_iter()
                .filter(|column| seen.insert(column.name.clone()))
                .map(|mut column| {
                    column.not_null |= primary_key.contains(&column.name);
                    (column, NOWHERE)
                })
                .collect();
            Elements {
                columns,
                primary_key,
                unique,
            }
        })
}

fn create_stream() -> impl Strategy<Value = Statement> {
    let existing = select(&[Existing::Refused, Existing::Kept, Existing::Replaced][..]);
    (
        (spelling(), existing, object()),
        elements(),
        option::of(options()),
    )
        .prop_map(|((spelling, existing, name), elements, options)| {
            Statement::CreateStream(Box::new(CreateStream {
                spelling,
                existing,
                name,
                elements,
                options: options.unwrap_or_default(),
            }))
        })
}

fn copy_stream() -> impl Strategy<Value = Statement> {
    (
        (spelling(), any::<bool>(), object()),
        object(),
        option::of(options()),
    )
        .prop_map(|((spelling, if_not_exists, name), source, options)| {
            Statement::CopyStream(Box::new(CopyStream {
                spelling,
                if_not_exists,
                name,
                source,
                options: options.unwrap_or_default(),
            }))
        })
}

/// A column or a part of a nested one.
fn path() -> impl Strategy<Value = FieldPath> {
    vec(name(), 1..4).prop_map(|names| {
        let mut names = names.into_iter();
        let column = FieldPath::from(names.next().expect("one name at least"));
        names.fold(column, |path, name| path.child(name))
    })
}

fn shape() -> impl Strategy<Value = Alteration> {
    prop_oneof![
        (option::of(path()), column(), any::<bool>()).prop_map(
            |(parent, column, if_not_exists)| Alteration::AddColumn {
                parent,
                column,
                if_not_exists
            }
        ),
        (path(), any::<bool>(), any::<bool>()).prop_map(|(column, if_exists, cascade)| {
            Alteration::DropColumn {
                column,
                if_exists,
                cascade,
            }
        }),
        (path(), name()).prop_map(|(column, to)| Alteration::RenameColumn { column, to }),
        (path(), data_type())
            .prop_map(|(column, data_type)| Alteration::SetType { column, data_type }),
        (path(), prop_oneof![constant(), Just(Literal::Null)])
            .prop_map(|(column, default)| Alteration::SetDefault { column, default }),
        path().prop_map(|column| Alteration::DropDefault { column }),
        path().prop_map(|column| Alteration::SetNotNull { column }),
        path().prop_map(|column| Alteration::DropNotNull { column }),
        names().prop_map(|columns| Alteration::AddPrimaryKey { columns }),
        Just(Alteration::DropPrimaryKey),
        unique().prop_map(|(name, columns)| Alteration::AddUnique { name, columns }),
        name().prop_map(|name| Alteration::DropConstraint { name }),
    ]
}

fn alter_stream() -> impl Strategy<Value = Statement> {
    let action = prop_oneof![
        6 => shape().prop_map(|shape| AlterAction::Shape(shape, NOWHERE)),
        1 => options().prop_map(AlterAction::Set),
        1 => keys().prop_map(AlterAction::Reset),
    ];
    let actions = prop_oneof![
        6 => vec(action, 1..5),
        1 => name().prop_map(|name| vec![AlterAction::RenameTo(name, NOWHERE)]),
    ];
    (spelling(), any::<bool>(), object(), actions).prop_map(
        |(spelling, if_exists, name, actions)| {
            Statement::AlterStream(Box::new(AlterStream {
                spelling,
                if_exists,
                name,
                actions,
            }))
        },
    )
}

fn other_definition() -> impl Strategy<Value = Statement> {
    let located = || name().prop_map(|name| (name, NOWHERE));
    prop_oneof![
        (
            spelling(),
            any::<bool>(),
            vec(object(), 1..4),
            any::<bool>()
        )
            .prop_map(|(spelling, if_exists, names, cascade)| {
                Statement::DropStreams(DropStreams {
                    spelling,
                    if_exists,
                    names,
                    cascade,
                })
            }),
        (
            any::<bool>(),
            option::of((any::<bool>(), name())),
            object(),
            vec(located(), 1..4)
        )
            .prop_map(|(unique, name, stream, columns)| {
                Statement::CreateIndex(Box::new(CreateIndex {
                    unique,
                    if_not_exists: name
                        .as_ref()
                        .is_some_and(|(if_not_exists, _)| *if_not_exists),
                    name: name.map(|(_, name)| name),
                    stream,
                    columns,
                }))
            }),
        (any::<bool>(), vec(object(), 1..4))
            .prop_map(|(if_exists, names)| Statement::DropIndexes { if_exists, names }),
        (
            select(
                &[
                    Absent::Domain,
                    Absent::ForeignTable,
                    Absent::MaterializedView,
                    Absent::Sequence,
                    Absent::Type,
                    Absent::View
                ][..]
            ),
            vec(object(), 1..4)
        )
            .prop_map(|(sort, names)| Statement::DropAbsent { sort, names }),
        (any::<bool>(), name()).prop_map(|(if_not_exists, name)| Statement::CreateNamespace {
            if_not_exists,
            name,
            location: NOWHERE
        }),
        (any::<bool>(), vec(located(), 1..4), any::<bool>()).prop_map(
            |(if_exists, names, cascade)| Statement::DropNamespaces {
                if_exists,
                names,
                cascade
            }
        ),
        (name(), options()).prop_map(|(name, options)| Statement::SetNamespace {
            name,
            location: NOWHERE,
            options
        }),
        (name(), keys()).prop_map(|(name, keys)| Statement::ResetNamespace {
            name,
            location: NOWHERE,
            keys
        }),
        (
            prop_oneof![
                (spelling(), object()).prop_map(|(word, name)| CommentTarget::Stream(word, name)),
                (object(), name())
                    .prop_map(|(stream, column)| CommentTarget::Column(stream, column, NOWHERE)),
            ],
            option::of(text().prop_filter("an empty comment is none", |text| !text.is_empty())),
        )
            .prop_map(|(target, text)| Statement::Comment { target, text }),
    ]
}

fn version() -> impl Strategy<Value = Option<VersionNumber>> {
    option::of(any::<u32>().prop_map(|number| (number, NOWHERE)))
}

fn asserted() -> impl Strategy<Value = AssertedSchema> {
    prop_oneof![
        any::<u32>().prop_map(|number| AssertedSchema::Version((number, NOWHERE))),
        elements().prop_map(AssertedSchema::Elements),
    ]
}

fn inspection() -> impl Strategy<Value = Statement> {
    let namespace = option::of(name().prop_map(|name| (name, NOWHERE)));
    prop_oneof![
        (namespace, option::of(text()))
            .prop_map(|(namespace, like)| Statement::ShowStreams { namespace, like }),
        object().prop_map(Statement::ShowVersions),
        object().prop_map(Statement::ShowCompatibility),
        (object(), version(), version()).prop_map(|(stream, from, to)| Statement::ShowDiff {
            stream,
            from,
            to
        }),
        (object(), version())
            .prop_map(|(name, version)| Statement::ShowCreateStream(name, version)),
        (object(), version()).prop_map(|(name, version)| Statement::Describe(name, version)),
        (object(), asserted())
            .prop_map(|(name, asserted)| Statement::AssertSchema(name, Box::new(asserted))),
    ]
}

/// `EXPLAIN` of what can be explained.
fn explain() -> impl Strategy<Value = Statement> {
    let replace = create_stream().prop_map(|statement| match statement {
        Statement::CreateStream(create) => Statement::CreateStream(Box::new(CreateStream {
            existing: Existing::Replaced,
            ..*create
        })),
        other => other,
    });
    let sink = option::of(name().prop_map(|name| (name, NOWHERE)));
    let change = prop_oneof![alter_stream().boxed(), replace.boxed()];
    (sink, change).prop_map(|(sink, change)| Statement::Explain {
        sink,
        statement: Box::new(change),
    })
}

fn modes() -> impl Strategy<Value = TransactionModes> {
    let isolation = select(
        &[
            IsolationLevel::ReadUncommitted,
            IsolationLevel::ReadCommitted,
            IsolationLevel::RepeatableRead,
            IsolationLevel::Serializable,
        ][..],
    );
    (
        option::of(isolation),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
    )
        .prop_map(|(isolation, read_only, deferrable)| TransactionModes {
            isolation,
            read_only,
            deferrable,
        })
}

fn query() -> impl Strategy<Value = Query> {
    const TEXTS: [&str; 4] = [
        "SELECT 1",
        "(VALUES (1, 'a;b'), (2, NULL)) ORDER BY 1",
        "TABLE s.t",
        "WITH a AS (SELECT 1) SELECT * FROM a /* c */ WHERE a = $1",
    ];
    select(&TEXTS[..]).prop_map(|text| Query::parse(text).expect(text))
}

/// The arguments of an EXECUTE.
fn row() -> impl Strategy<Value = Query> {
    let statements = super::parse("EXECUTE p (1, 'a' || $$b$$)");
    let execute = statements.expect("a statement").remove(0);
    Just(match execute {
        Statement::Execute(execute) => execute.arguments.expect("arguments"),
        other => panic!("{other}"),
    })
}

/// A CALL with and without arguments.
fn call(procedure: ObjectRef, has_arguments: bool) -> Call {
    let text = match has_arguments {
        true => "CALL p('a', id => $1, b := now())",
        false => "CALL p()",
    };
    match super::parse(text).expect("a statement").remove(0) {
        Statement::Call(call) => Call { procedure, ..*call },
        other => panic!("{other}"),
    }
}

/// The types of a PREPARE.
fn types() -> impl Strategy<Value = Query> {
    let statements = super::parse("PREPARE p (int, numeric(10, 2)[]) AS SELECT 1");
    let prepare = statements.expect("a statement").remove(0);
    Just(match prepare {
        Statement::Prepare(prepare) => prepare.types.expect("types"),
        other => panic!("{other}"),
    })
}

fn direction() -> impl Strategy<Value = Direction> {
    let count = || any::<i32>().prop_map(i64::from);
    prop_oneof![
        option::of(count()).prop_map(Direction::Forward),
        option::of(count()).prop_map(Direction::Backward),
        count().prop_map(Direction::Absolute),
        count().prop_map(Direction::Relative),
    ]
}

fn copy_source() -> impl Strategy<Value = CopySource> {
    let columns = vec(name().prop_map(|name| (name, NOWHERE)), 0..3);
    prop_oneof![
        query().prop_map(CopySource::Query),
        (object(), columns).prop_map(|(name, columns)| CopySource::Relation(name, columns)),
    ]
}

fn copy_format() -> impl Strategy<Value = CopyFormat> {
    let force_quote = option::of(vec(name(), 0..3));
    prop_oneof![
        Just(CopyFormat::Binary),
        any::<bool>().prop_map(|header| CopyFormat::Text {
            delimiter: b'\t',
            null: "\\N".to_owned(),
            header
        }),
        (any::<bool>(), force_quote).prop_map(|(header, force_quote)| CopyFormat::Csv {
            delimiter: b'|',
            null: "'".to_owned(),
            header,
            quote: b'"',
            escape: b'\\',
            force_quote
        }),
    ]
}

fn conversation() -> impl Strategy<Value = Statement> {
    let some_modes = || {
        modes().prop_filter("SET needs a mode", |modes| {
            modes != &TransactionModes::default()
        })
    };
    let setting = || prop_oneof![name(), "[A-Za-z_]{1,6}(\\.[A-Za-z_]{1,6})?"];
    let value = prop_oneof![Just(SetValue::Default), text().prop_map(SetValue::Value)];
    let target = [
        DiscardTarget::All,
        DiscardTarget::Plans,
        DiscardTarget::Sequences,
        DiscardTarget::Temp,
    ];
    prop_oneof![
        (any::<bool>(), modes()).prop_map(|(start, modes)| Statement::Begin { start, modes }),
        any::<bool>().prop_map(|chain| Statement::Commit { chain }),
        any::<bool>().prop_map(|chain| Statement::Rollback { chain }),
        name().prop_map(Statement::Savepoint),
        name().prop_map(Statement::Release),
        name().prop_map(Statement::RollbackTo),
        some_modes().prop_map(Statement::SetTransaction),
        some_modes().prop_map(Statement::SetCharacteristics),
        any::<bool>().prop_map(|deferred| Statement::SetConstraints { deferred }),
        vec(object(), 1..3).prop_map(Statement::Lock),
        (
            select(&[SetScope::Session, SetScope::Local][..]),
            setting(),
            value
        )
            .prop_map(|(scope, name, value)| Statement::Set {
                scope,
                name,
                value,
                location: NOWHERE
            }),
        setting().prop_map(|name| Statement::Reset {
            name,
            location: NOWHERE
        }),
        setting().prop_map(|name| Statement::Show {
            name,
            location: NOWHERE
        }),
        select(target.to_vec()).prop_map(Statement::Discard),
        option::of(name()).prop_map(Statement::Deallocate),
        option::of(name()).prop_map(Statement::Unlisten),
        name().prop_map(Statement::Listen),
        (name(), text()).prop_map(|(channel, payload)| Statement::Notify { channel, payload }),
        name().prop_map(Statement::Close),
        query().prop_map(Statement::Query),
        (name(), option::of(types()), query()).prop_map(|(name, types, query)| {
            Statement::Prepare(Box::new(Prepare { name, types, query }))
        }),
        (name(), option::of(row())).prop_map(|(name, arguments)| Statement::Execute(Box::new(
            Execute { name, arguments }
        ))),
        (object(), any::<bool>()).prop_map(|(procedure, has_arguments)| {
            Statement::Call(Box::new(call(procedure, has_arguments)))
        }),
        (name(), any::<(bool, Option<bool>, bool)>(), query()).prop_map(
            |(name, (is_binary, scroll, is_holdable), query)| {
                Statement::Declare(Box::new(Declare {
                    name,
                    is_binary,
                    scroll,
                    is_holdable,
                    query,
                }))
            }
        ),
        (any::<bool>(), direction(), name()).prop_map(|(is_move, direction, cursor)| {
            Statement::Fetch(Fetch {
                is_move,
                direction,
                cursor,
            })
        }),
        (copy_source(), copy_format())
            .prop_map(|(source, format)| Statement::Copy(Box::new(Copy { source, format }))),
        select(vec![
            Statement::ResetAll,
            Statement::ShowAll,
            Statement::CloseAll,
            Statement::Unlisten(None),
        ]),
    ]
}

/// Any statement that the parser makes, but the unsupported.
pub(super) fn statement() -> impl Strategy<Value = Statement> {
    // Boxed: in one piece they are more than a test's stack.
    prop_oneof![
        create_stream().boxed(),
        copy_stream().boxed(),
        alter_stream().boxed(),
        other_definition().boxed(),
        inspection().boxed(),
        explain().boxed(),
        conversation().boxed(),
    ]
}
