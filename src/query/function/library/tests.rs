//! What functions answer: `cases/` holds calls with the answers of PostgreSQL 15,
//! in the zone America/New_York.
//!
//! ```text
//! lpad('abc', 5, 'xy') => xyabc
//! chr(0) => ERROR 54000: null character not permitted
//! ```
//!
//! NULL is `NULL`, and the rows of a set are apart by ` ; `. Which function is
//! meant is told by the simplest of rules, and a literal may have its type behind
//! it.

use std::sync::Arc;

use super::LIBRARY;
use crate::error::{Error, ErrorKind, Object, Result};
use crate::query::catalog::Catalog;
use crate::query::function::{Body, Call, Function};
use crate::query::{Context, Conversation, Cursor, PreparedStatement, Setting};
use crate::registry::{Draft, Registry};
use crate::relation::{Kind, Style, Timestamp, Type, Value};

#[tokio::test]
async fn functions_answer_what_postgresql_answers() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rekha.db");
    let registry = Registry::builder().sqlite(path).build().await.unwrap();
    let catalog = catalog(registry.clone());
    let mut differences = Vec::new();
    for (file, cases) in CASES {
        for line in cases.lines().filter(|line| line.contains(" => ")) {
            let (call, expected) = line.rsplit_once(" => ").unwrap();
            let answer = shown(&catalog, call);
            if answer != expected {
                differences.push(format!("{file}: {call}\n   is {answer}\n  not {expected}"));
            }
        }
    }
    registry.close(std::time::Duration::from_secs(10)).await;
    let count = differences.len();
    assert!(count == 0, "{}\n{count} differ", differences.join("\n"));
}

#[test]
fn no_two_functions_have_the_same_parameters() {
    let all: Vec<&Function> = LIBRARY.iter().copied().flatten().collect();
    for (index, one) in all.iter().enumerate() {
        assert!(
            !all[index + 1..]
                .iter()
                .any(|other| one.name == other.name && one.parameters == other.parameters),
            "{} {:?}",
            one.name,
            one.parameters
        );
    }
}

const CASES: &[(&str, &str)] = &[
    ("arrays", include_str!("cases/arrays.txt")),
    ("bytea", include_str!("cases/bytea.txt")),
    ("datetime", include_str!("cases/datetime.txt")),
    ("formatting", include_str!("cases/formatting.txt")),
    ("json", include_str!("cases/json.txt")),
    ("math", include_str!("cases/math.txt")),
    ("misc", include_str!("cases/misc.txt")),
    ("patterns", include_str!("cases/patterns.txt")),
    ("quoting", include_str!("cases/quoting.txt")),
    ("sets", include_str!("cases/sets.txt")),
    ("strings", include_str!("cases/strings.txt")),
];

/// Nobody to talk to.
struct Silence;

impl Conversation for Silence {
    fn setting(&self, _: &str) -> Option<String> {
        None
    }

    fn settings(&self) -> Vec<Setting> {
        Vec::new()
    }

    fn set(&self, name: &str, _: &str, _: bool) -> Result<String> {
        Err(Error::new(ErrorKind::NotFound(Object::Setting), name))
    }

    fn prepared_statements(&self) -> Vec<PreparedStatement> {
        Vec::new()
    }

    fn cursors(&self) -> Vec<Cursor> {
        Vec::new()
    }
}

fn catalog(registry: Arc<Registry>) -> Catalog {
    let start = Timestamp::from_micros(777_777_777_777_777).unwrap();
    let context = Context {
        registry,
        draft: Draft::default(),
        user: "me".into(),
        database: "here".into(),
        search_path: vec!["public".to_owned()].into(),
        style: Style {
            zone: "America/New_York".parse().unwrap(),
            ..Style::default()
        },
        transaction_start: start,
        statement_start: start,
        process: 1,
        conversation: Arc::new(Silence),
    };
    Catalog::new(Arc::new(context), Arc::new([]))
}

fn shown(catalog: &Catalog, call: &str) -> String {
    let style = catalog.context.style;
    let text = |value: &Value| value.to_text(&style).unwrap_or_else(|| "NULL".to_owned());
    let mut reader = Reader {
        catalog,
        rest: call,
    };
    let answer = reader.expression();
    assert_eq!(reader.rest, "", "left of {call}");
    let answer = match answer {
        Ok(answer) => answer
            .values
            .iter()
            .map(text)
            .collect::<Vec<_>>()
            .join(" ; "),
        Err(error) => {
            let mut shown = format!("ERROR {}: {}", error.sqlstate(), error.message());
            if let Some(detail) = error.detail() {
                shown.push_str(&format!(" DETAIL: {detail}"));
            }
            if let Some(hint) = error.hint() {
                shown.push_str(&format!(" HINT: {hint}"));
            }
            shown
        }
    };
    answer.replace('\n', "\\n")
}

/// What an expression is: a value, or for a set any number of them.
struct Answer {
    of: Type,
    values: Vec<Value>,
}

struct Reader<'a> {
    catalog: &'a Catalog,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn take(&mut self, prefix: &str) -> bool {
        self.rest = self.rest.trim_start();
        let after = self.rest.strip_prefix(prefix);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn word(&mut self) -> &'a str {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn expression(&mut self) -> Result<Answer> {
        let mut answer = self.atom()?;
        while self.take("::") {
            let name = self.word().to_owned();
            let of = type_named(&name, self.take("[]"));
            let value = coerced(self.catalog, &answer.values[0], &of)?;
            answer = Answer {
                of,
                values: vec![value],
            };
        }
        Ok(answer)
    }

    fn atom(&mut self) -> Result<Answer> {
        let is_escaped = self.take("E'");
        if is_escaped || self.take("'") {
            return Ok(one(Type::UNKNOWN, Value::text(self.quoted(is_escaped))));
        }
        let sign = if self.take("-") { "-" } else { "" };
        let word = self.word();
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            let text = format!("{sign}{word}");
            let of = match (text.parse::<i32>(), text.parse::<i64>()) {
                (Ok(_), _) => Type::INT4,
                (_, Ok(_)) => Type::INT8,
                _ => Type::NUMERIC,
            };
            let value = coerced(self.catalog, &Value::text(text), &of)?;
            return Ok(one(of, value));
        }
        match word {
            "null" => return Ok(one(Type::UNKNOWN, Value::Null)),
            "true" => return Ok(one(Type::BOOL, Value::Bool(true))),
            "false" => return Ok(one(Type::BOOL, Value::Bool(false))),
            _ => (),
        }
        assert!(self.take("("), "a call: {word}{}", self.rest);
        let mut arguments = Vec::new();
        while !self.take(")") {
            arguments.push(self.expression()?);
            self.take(",");
        }
        let name = word
            .strip_prefix("pg_catalog.")
            .or_else(|| word.strip_prefix("information_schema."))
            .unwrap_or(word);
        call(self.catalog, name, arguments)
    }

    fn quoted(&mut self, is_escaped: bool) -> String {
        let mut text = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next().expect("the end of a literal") {
                '\'' if chars.as_str().starts_with('\'') => text.extend(chars.next()),
                '\'' => break,
                '\\' if is_escaped => text.push(match chars.next().unwrap() {
                    'n' => '\n',
                    't' => '\t',
                    'u' => {
                        let digits: String = chars.by_ref().take(4).collect();
                        char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
                    }
                    c => c,
                }),
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        text
    }
}

fn one(of: Type, value: Value) -> Answer {
    Answer {
        of,
        values: vec![value],
    }
}

fn type_named(name: &str, is_array: bool) -> Type {
    let name = match name {
        "int" | "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "real" => "float4",
        "double" => "float8",
        "boolean" => "bool",
        name => name,
    };
    let prefix = if is_array { "_" } else { "" };
    let full = format!("{prefix}{name}");
    (1..5000)
        .filter_map(Type::from_oid)
        .find(|of| of.name() == full)
        .unwrap_or_else(|| panic!("type {full}"))
}

fn coerced(catalog: &Catalog, value: &Value, of: &Type) -> Result<Value> {
    let context = &catalog.context;
    let reading = crate::relation::Reading {
        style: context.style,
        now: context.transaction_start,
    };
    match value.to_text(&context.style) {
        None => Ok(Value::Null),
        Some(text) => Value::from_text(&text, of, &reading),
    }
}

/// How little an argument fits a parameter; nothing if it does not.
fn misfit(argument: &Type, parameter: &Type) -> Option<u32> {
    let is_array = matches!(argument.kind(), Kind::Array(_)) || *argument == Type::INT2_VECTOR;
    Some(match (parameter, argument) {
        (parameter, argument) if parameter == argument => 0,
        (&Type::ANYARRAY | &Type::ANYCOMPATIBLEARRAY, _) if is_array => 1,
        (&Type::ANYARRAY | &Type::ANYCOMPATIBLEARRAY, &Type::UNKNOWN) => 5,
        (&Type::ANYARRAY | &Type::ANYCOMPATIBLEARRAY, _) => return None,
        (&Type::ANY | &Type::ANYELEMENT | &Type::ANYCOMPATIBLE, _) => 4,
        (&Type::TEXT, &Type::UNKNOWN) => 1,
        (_, &Type::UNKNOWN) => 2,
        (&Type::TEXT, &Type::VARCHAR | &Type::NAME | &Type::BPCHAR) => 1,
        (&Type::INT8, &Type::INT2 | &Type::INT4) | (&Type::INT4, &Type::INT2) => 1,
        (&Type::FLOAT8, &Type::INT2 | &Type::INT4 | &Type::INT8) => 2,
        (&Type::FLOAT8, &Type::NUMERIC | &Type::FLOAT4) => 2,
        (&Type::NUMERIC, &Type::INT2 | &Type::INT4 | &Type::INT8) => 3,
        (&Type::TIMESTAMPTZ, &Type::DATE | &Type::TIMESTAMP) => 1,
        (&Type::TIMESTAMP, &Type::DATE) => 2,
        _ => return None,
    })
}

fn call(catalog: &Catalog, name: &str, arguments: Vec<Answer>) -> Result<Answer> {
    let count = arguments.len();
    let fit = |function: &Function| {
        let parameters = function.parameters;
        let repeats = function.is_variadic && count >= parameters.len();
        if function.name != name || parameters.len() != count && !repeats {
            return None;
        }
        arguments
            .iter()
            .enumerate()
            .map(|(at, argument)| misfit(&argument.of, &parameters[at.min(parameters.len() - 1)]))
            .try_fold(0, |sum, misfit| Some(sum + misfit?))
    };
    let all = LIBRARY.iter().copied().flatten();
    let (function, _) = all
        .filter_map(|function| Some((function, fit(function)?)))
        .min_by_key(|(_, misfit)| *misfit)
        .unwrap_or_else(|| {
            let types: Vec<&Type> = arguments.iter().map(|argument| &argument.of).collect();
            panic!("no function {name} {types:?}")
        });
    let element = element(function.parameters, &arguments);
    let array = array_of(&element);
    let concrete = |of: &Type| match *of {
        Type::ANYARRAY | Type::ANYCOMPATIBLEARRAY => array.clone(),
        Type::ANYELEMENT | Type::ANYCOMPATIBLE => element.clone(),
        _ => of.clone(),
    };
    let mut types = Vec::new();
    let mut values = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        let parameter = &function.parameters[at.min(function.parameters.len() - 1)];
        let (to, value) = match (concrete(parameter), &argument.of) {
            (Type::ANY, &Type::UNKNOWN) => (Type::TEXT, argument.values[0].clone()),
            (Type::ANY, of) => (of.clone(), argument.values[0].clone()),
            (to, of) if to == *of => (to, argument.values[0].clone()),
            (to, _) => {
                let value = coerced(catalog, &argument.values[0], &to)?;
                (to, value)
            }
        };
        types.push(to);
        values.push(value);
    }
    let returns = concrete(&function.returns);
    let call = Call {
        catalog,
        arguments: &types,
        returns: &returns,
    };
    let is_null = function.is_strict && values.contains(&Value::Null);
    let values = match function.body {
        Body::Row(_) if is_null => vec![Value::Null],
        Body::Row(body) => vec![body(&call, &values)?],
        Body::Set(_) if is_null => Vec::new(),
        Body::Set(body) => body(&call, &values)?,
        _ => panic!("{name} is neither a row's nor a set's"),
    };
    Ok(Answer {
        of: returns,
        values,
    })
}

/// What the polymorphic parameters stand for.
fn element(parameters: &[Type], arguments: &[Answer]) -> Type {
    let mut found = Type::TEXT;
    let mut rank = 0;
    for (at, argument) in arguments.iter().enumerate() {
        let of = match parameters[at.min(parameters.len() - 1)] {
            Type::ANYARRAY | Type::ANYCOMPATIBLEARRAY => match argument.of.kind() {
                Kind::Array(element) => element.clone(),
                _ => continue,
            },
            Type::ANYELEMENT | Type::ANYCOMPATIBLE => argument.of.clone(),
            _ => continue,
        };
        let of_rank = match of {
            Type::UNKNOWN => 0,
            Type::INT4 => 2,
            Type::INT8 => 3,
            Type::NUMERIC => 4,
            Type::FLOAT8 => 5,
            _ => 1,
        };
        if of_rank > rank {
            (found, rank) = (of, of_rank);
        }
    }
    found
}

fn array_of(element: &Type) -> Type {
    (1..5000)
        .filter_map(Type::from_oid)
        .find(|of| matches!(of.kind(), Kind::Array(inner) if inner == element))
        .unwrap_or(Type::TEXT_ARRAY)
}
