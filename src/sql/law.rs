//! Laws: what is printed reads back, and no text makes the parser panic.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::sample::{NOWHERE, WORDS, statement};
use super::*;
use crate::schema::{Alteration, ColumnSpec, DataType};

/// Texts of the dialect's own words, in any order.
fn soup() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "CREATE",
        "ALTER",
        "DROP",
        "STREAM",
        "TABLE",
        "SCHEMA",
        "INDEX",
        "STRUCT<",
        "ARRAY<",
        "MAP",
        ">>",
        "IF",
        "NOT",
        "EXISTS",
        "NULL",
        "DEFAULT",
        "PRIMARY",
        "KEY",
        "UNIQUE",
        "CONSTRAINT",
        "COMMENT",
        "ON",
        "IS",
        "COLUMN",
        "ADD",
        "RENAME",
        "TO",
        "SET",
        "RESET",
        "DATA",
        "TYPE",
        "WITH",
        "SHOW",
        "SCHEMAS",
        "VERSIONS",
        "COMPATIBILITY",
        "FOR",
        "FROM",
        "LIKE",
        "DESCRIBE",
        "VERSION",
        "DIFF",
        "ASSERT",
        "EXPLAIN",
        "SINK",
        "OR",
        "REPLACE",
        "INCLUDING",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
        "RELEASE",
        "TRANSACTION",
        "ISOLATION",
        "LEVEL",
        "READ",
        "ONLY",
        "LOCAL",
        "SESSION",
        "TIME",
        "ZONE",
        "DEALLOCATE",
        "PREPARE",
        "ALL",
        "SELECT",
        "VALUES",
        "COPY",
        "STDOUT",
        "CSV",
        "EXECUTE",
        "DECLARE",
        "CURSOR",
        "FETCH",
        "COLLATE",
        "OPERATOR",
        "USING",
        "ISNULL",
        "a",
        "b",
        "integer",
        "numeric",
        "timestamp",
        "interval",
        "CHECK",
        "(",
        ")",
        "(",
        ")",
        ",",
        ";",
        ".",
        "=",
        "::",
        "-",
        "+",
        "*",
        "'x'",
        "1",
        "1e5",
        ".5",
        "\"q\"",
        "E'\\n'",
        "$$d$$",
        "$1",
        "STRUCT",
        "<",
        ">",
        "[",
        "]",
        "now()",
        "--c\n",
        "/*c*/",
        "é",
    ];
    vec((select(WORDS), select(&["", " ", "\n"][..])), 0..30).prop_map(|words| {
        words
            .into_iter()
            .flat_map(|(word, blank)| [word, blank])
            .collect()
    })
}

/// What holds for every text: it is read or refused at a place in it, and what
/// is read is printed as something that reads back.
fn holds(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(statements) => {
            let printed: Vec<_> = statements.iter().map(ToString::to_string).collect();
            let again = parse(&printed.join(";\n"));
            prop_assert!(again.is_ok(), "{printed:?}: {again:?}");
            prop_assert_eq!(again.unwrap_or_default(), statements, "{:?}", printed);
        }
        Err(error) => {
            let position = error.position();
            prop_assert!(
                position.is_some_and(|at| (1..=text.chars().count() + 1).contains(&at)),
                "{error:?}"
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_printed_statement_reads_back(statement in statement()) {
        let printed = statement.to_string();
        let read = parse(&printed);
        prop_assert!(read.is_ok(), "{printed}: {read:?}");
        prop_assert_eq!(read.unwrap_or_default(), vec![statement], "{}", printed);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..80)) {
        holds(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn no_words_make_it_panic(text in soup()) {
        holds(&text)?;
    }

    #[test]
    fn no_end_makes_it_panic(statement in statement(), end in any::<prop::sample::Index>()) {
        let mut printed = statement.to_string();
        let ends: Vec<_> = printed.char_indices().map(|(at, _)| at).collect();
        printed.truncate(*end.get(&ends));
        holds(&printed)?;
    }
}

#[test]
fn no_text_is_too_deep() {
    let deep = 100_000;
    for (open, inside, close) in [
        ("(", "SELECT 1", ")"),
        ("/*", "", "*/"),
        ("CREATE STREAM s (a int DEFAULT ", "1", ")"),
        ("COMMIT;", "", ""),
    ] {
        let text = format!("{}{inside}{}", open.repeat(deep), close.repeat(deep));
        let _ = parse(&text);
    }
    let default = format!(
        "CREATE STREAM s (a int DEFAULT {}1{})",
        "(".repeat(deep),
        "::int)".repeat(deep)
    );
    assert!(parse(&default).is_ok());
}

/// Every place where a name can stand.
fn statements_with(word: &str) -> Vec<Statement> {
    let name = || word.to_owned();
    let bare = || ObjectRef {
        namespace: None,
        name: name(),
        location: NOWHERE,
    };
    let full = || ObjectRef {
        namespace: Some(name()),
        ..bare()
    };
    let column = || ColumnSpec {
        name: name(),
        data_type: DataType::Interval,
        not_null: false,
        default: None,
        comment: Some(name()),
    };
    let alter = |action| {
        Statement::AlterStream(Box::new(AlterStream {
            spelling: Spelling::Stream,
            if_exists: false,
            name: bare(),
            actions: vec![action],
        }))
    };
    let shape = |alteration| alter(AlterAction::Shape(alteration, NOWHERE));
    let location = NOWHERE;
    let version = Some((7, location));
    let option = || OptionWord {
        key: name(),
        value: OptionValue::Text(name()),
        location,
    };
    let set = |scope| Statement::Set {
        scope,
        name: name(),
        value: SetValue::Value(name()),
        location,
    };
    vec![
        Statement::Describe(bare(), None),
        Statement::Describe(full(), version),
        Statement::ShowDiff {
            stream: bare(),
            from: version,
            to: version,
        },
        Statement::AssertSchema(bare(), Box::new(AssertedSchema::Version((1, location)))),
        Statement::ShowVersions(bare()),
        Statement::ShowCompatibility(full()),
        Statement::ShowCreateStream(bare(), version),
        Statement::ShowStreams {
            namespace: Some((name(), location)),
            like: None,
        },
        Statement::Show {
            name: name(),
            location,
        },
        Statement::Show {
            name: format!("{word}.{word}"),
            location,
        },
        Statement::Reset {
            name: name(),
            location,
        },
        set(SetScope::Session),
        set(SetScope::Local),
        Statement::Deallocate(Some(name())),
        Statement::Close(name()),
        Statement::Fetch(Fetch {
            is_move: true,
            direction: Direction::Forward(Some(1)),
            cursor: name(),
        }),
        Statement::Execute(Box::new(Execute {
            name: name(),
            arguments: None,
        })),
        Statement::Copy(Box::new(Copy {
            source: CopySource::Relation(full(), vec![(name(), location)]),
            format: CopyFormat::Binary,
        })),
        Statement::Savepoint(name()),
        Statement::Release(name()),
        Statement::RollbackTo(name()),
        Statement::CreateStream(Box::new(CreateStream {
            spelling: Spelling::Table,
            existing: Existing::Replaced,
            name: bare(),
            elements: Elements {
                columns: vec![(column(), location)],
                primary_key: Vec::new(),
                unique: vec![(Some(name()), vec![name()])],
            },
            options: vec![option()],
        })),
        Statement::CopyStream(Box::new(CopyStream {
            spelling: Spelling::Stream,
            if_not_exists: false,
            name: bare(),
            source: full(),
            options: vec![option()],
        })),
        shape(Alteration::AddColumn {
            parent: None,
            column: column(),
            if_not_exists: false,
        }),
        shape(Alteration::DropColumn {
            column: name().into(),
            if_exists: false,
            cascade: true,
        }),
        shape(Alteration::RenameColumn {
            column: name().into(),
            to: name(),
        }),
        shape(Alteration::DropDefault {
            column: name().into(),
        }),
        shape(Alteration::DropConstraint { name: name() }),
        alter(AlterAction::RenameTo(name(), location)),
        alter(AlterAction::Reset(vec![(name(), location)])),
        Statement::DropStreams(DropStreams {
            spelling: Spelling::Stream,
            if_exists: false,
            names: vec![bare(), full()],
            cascade: false,
        }),
        Statement::CreateIndex(Box::new(CreateIndex {
            unique: false,
            if_not_exists: false,
            name: Some(name()),
            stream: bare(),
            columns: vec![(name(), location)],
        })),
        Statement::CreateNamespace {
            if_not_exists: false,
            name: name(),
            location,
        },
        Statement::SetNamespace {
            name: name(),
            location,
            options: vec![option()],
        },
        Statement::Comment {
            target: CommentTarget::Column(full(), name(), location),
            text: None,
        },
    ]
}

#[test]
fn every_word_can_be_a_name() {
    for word in WORDS {
        for statement in statements_with(word) {
            let printed = statement.to_string();
            assert_eq!(parse(&printed).expect(&printed), [statement], "{printed}");
        }
    }
}
