//! `SET`, `RESET`, `SHOW` of settings, and what gives a session's things back.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed, is_keyword};
use super::statement::{DiscardTarget, Location, SetScope, SetValue, Statement};
use super::transaction::modes;
use crate::schema::{check_name, is_reserved, quote_ident};

/// `SET [SESSION | LOCAL] {name {= | TO} value | TIME ZONE … | NAMES … | TRANSACTION …}`
pub(super) fn set(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.accept_all(&["SESSION", "CHARACTERISTICS"]) {
        cursor.expect("AS")?;
        cursor.expect("TRANSACTION")?;
        return Ok(Statement::SetCharacteristics(modes(cursor)?));
    }
    let mut scope = SetScope::Session;
    // The words are names of settings too when a value follows.
    if !is_assignment(cursor.second()) && !cursor.is_all(&["SESSION", "AUTHORIZATION"]) {
        if cursor.accept("LOCAL") {
            scope = SetScope::Local;
        } else {
            cursor.accept("SESSION");
        }
    }
    if !is_assignment(cursor.second()) {
        if let Some(foreign) = foreign(cursor)? {
            return Ok(foreign);
        }
        let location = cursor.location();
        if let Some((name, value)) = special(cursor)? {
            return Ok(Statement::Set {
                scope,
                name: name.to_owned(),
                value,
                location,
            });
        }
    }
    let (name, location) = name(cursor)?;
    if !cursor.accept_sign(&Token::Eq) && !cursor.accept("TO") {
        return Err(cursor.unexpected("\"=\" or TO").into());
    }
    Ok(Statement::Set {
        scope,
        value: value(cursor, &name)?,
        name,
        location,
    })
}

fn is_assignment(token: &Token) -> bool {
    matches!(token, Token::Eq | Token::Period) || is_keyword(token, "TO")
}

/// `SET TRANSACTION` and the sorts of SET that are not about a setting.
fn foreign(cursor: &mut Cursor<'_>) -> Parsed<Option<Statement>> {
    if cursor.accept("TRANSACTION") {
        if cursor.is("SNAPSHOT") {
            return cursor.unsupported(
                "SET TRANSACTION SNAPSHOT",
                "Use BEGIN ISOLATION LEVEL REPEATABLE READ to see one state.",
            );
        }
        return Ok(Some(Statement::SetTransaction(modes(cursor)?)));
    }
    if cursor.is("CONSTRAINTS") {
        return constraints(cursor).map(Some);
    }
    for (word, hint) in [
        ("CATALOG", "Connect to the other database instead."),
        ("XML", "Leave it out: there is no type XML."),
    ] {
        if cursor.is(word) {
            return cursor.unsupported(format!("SET {word}"), hint);
        }
    }
    Ok(None)
}

/// `CONSTRAINTS ALL {DEFERRED | IMMEDIATE}`
fn constraints(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if !cursor.accept_all(&["CONSTRAINTS", "ALL"]) {
        return cursor.unsupported(
            "SET CONSTRAINTS of some",
            "Leave it out: no constraint can be deferred.",
        );
    }
    let deferred = cursor.accept("DEFERRED");
    if !deferred && !cursor.accept("IMMEDIATE") {
        return Err(cursor.unexpected("DEFERRED or IMMEDIATE").into());
    }
    Ok(Statement::SetConstraints { deferred })
}

/// The settings that SQL sets with words of their own.
fn special(cursor: &mut Cursor<'_>) -> Parsed<Option<(&'static str, SetValue)>> {
    if cursor.accept_all(&["TIME", "ZONE"]) {
        return Ok(Some(("TimeZone", time_zone(cursor)?)));
    }
    if cursor.accept("NAMES") {
        let value = match cursor.is_at_end() || cursor.accept("DEFAULT") {
            true => SetValue::Default,
            false => SetValue::Value(cursor.expect_string()?),
        };
        return Ok(Some(("client_encoding", value)));
    }
    if cursor.accept_all(&["SESSION", "AUTHORIZATION"]) {
        return Ok(Some(("session_authorization", word(cursor)?)));
    }
    if cursor.accept("ROLE") {
        return Ok(Some(("role", word(cursor)?)));
    }
    if cursor.accept("SCHEMA") {
        let path = quote_ident(&cursor.expect_string()?);
        return Ok(Some(("search_path", SetValue::Value(path))));
    }
    Ok(None)
}

/// `{'zone' | zone | hours | INTERVAL 'offset' | LOCAL | DEFAULT}`
fn time_zone(cursor: &mut Cursor<'_>) -> Parsed<SetValue> {
    if cursor.accept("LOCAL") || cursor.accept("DEFAULT") {
        return Ok(SetValue::Default);
    }
    if cursor.accept("INTERVAL") {
        let offset = cursor.expect_string()?;
        cursor.accept_all(&["HOUR", "TO", "MINUTE"]);
        return Ok(SetValue::Value(offset));
    }
    Ok(SetValue::Value(item(cursor)?.text))
}

/// `{'text' | word | DEFAULT}`
fn word(cursor: &mut Cursor<'_>) -> Parsed<SetValue> {
    if cursor.accept("DEFAULT") {
        return Ok(SetValue::Default);
    }
    if let Some(text) = cursor.string()? {
        return Ok(SetValue::Value(text));
    }
    Ok(SetValue::Value(cursor.name("a name")?.0))
}

/// `{DEFAULT | item [, …]}`
fn value(cursor: &mut Cursor<'_>, name: &str) -> Parsed<SetValue> {
    if cursor.accept("DEFAULT") {
        return Ok(SetValue::Default);
    }
    let items = cursor.list(item)?;
    if let [
        Item {
            text,
            kind: Kind::String,
        },
    ] = items.as_slice()
    {
        return Ok(SetValue::Value(text.clone()));
    }
    // Only a list of names keeps its names apart by quotes (PostgreSQL's
    // GUC_LIST_QUOTE): `DateStyle = ISO, DMY` does not.
    let is_list_of_names = name.eq_ignore_ascii_case("search_path");
    let items: Vec<String> = items
        .into_iter()
        .map(|item| match item.kind {
            Kind::String | Kind::Name if is_list_of_names => quote_ident(&item.text),
            _ => item.text,
        })
        .collect();
    Ok(SetValue::Value(items.join(", ")))
}

struct Item {
    text: String,
    kind: Kind,
}

#[derive(PartialEq, Eq)]
enum Kind {
    String,
    Name,
    Number,
}

fn item(cursor: &mut Cursor<'_>) -> Parsed<Item> {
    if let Some(text) = cursor.string()? {
        return Ok(Item {
            text,
            kind: Kind::String,
        });
    }
    if let Some(text) = cursor.number() {
        return Ok(Item {
            text,
            kind: Kind::Number,
        });
    }
    // Reserved, but values of booleans.
    let boolean = ["TRUE", "FALSE", "ON"].iter().any(|word| cursor.is(word));
    let (text, _) = match boolean {
        true => cursor.label("a value")?,
        false => cursor.name("a value")?,
    };
    Ok(Item {
        text,
        kind: Kind::Name,
    })
}

/// `{name | ALL | TIME ZONE | …}`
pub(super) fn reset(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.accept("ALL") {
        return Ok(Statement::ResetAll);
    }
    let (name, location) = name_in_words(cursor)?;
    Ok(Statement::Reset { name, location })
}

/// `{name | ALL | TIME ZONE | …}`
pub(super) fn show(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    if cursor.accept("ALL") {
        return Ok(Statement::ShowAll);
    }
    let (name, location) = name_in_words(cursor)?;
    Ok(Statement::Show { name, location })
}

fn name_in_words(cursor: &mut Cursor<'_>) -> Parsed<(String, Location)> {
    let words: [(&[&str], &str); 3] = [
        (&["TIME", "ZONE"], "TimeZone"),
        (
            &["TRANSACTION", "ISOLATION", "LEVEL"],
            "transaction_isolation",
        ),
        (&["SESSION", "AUTHORIZATION"], "session_authorization"),
    ];
    let location = cursor.location();
    for (words, name) in words {
        if cursor.accept_all(words) {
            return Ok((name.to_owned(), location));
        }
    }
    name(cursor)
}

/// Reads a setting's name as it is written: `DateStyle`, `my.setting`.
fn name(cursor: &mut Cursor<'_>) -> Parsed<(String, Location)> {
    let location = cursor.location();
    let mut name = String::new();
    loop {
        match cursor.token() {
            Token::Word(word)
                if word.quote_style.is_some() || !is_reserved(&word.value.to_ascii_lowercase()) =>
            {
                name.push_str(&word.value);
                cursor.advance();
            }
            _ => return Err(cursor.unexpected("the name of a setting").into()),
        }
        if !cursor.accept_sign(&Token::Period) {
            check_name(&name).map_err(|error| error.at(location.0))?;
            return Ok((name, location));
        }
        name.push('.');
    }
}

/// `DISCARD {ALL | PLANS | SEQUENCES | TEMP | TEMPORARY}`
pub(super) fn discard(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    for (word, target) in [
        ("ALL", DiscardTarget::All),
        ("PLANS", DiscardTarget::Plans),
        ("SEQUENCES", DiscardTarget::Sequences),
        ("TEMP", DiscardTarget::Temp),
        ("TEMPORARY", DiscardTarget::Temp),
    ] {
        if cursor.accept(word) {
            return Ok(Statement::Discard(target));
        }
    }
    Err(cursor.unexpected("ALL, PLANS, SEQUENCES or TEMP").into())
}
