//! Functions about lists of privileges (PostgreSQL manual, 5.7 and 9.26.2).

use crate::error::{Error, ErrorKind, Result, Value as Fault};
use crate::query::catalog::cell::*;
use crate::query::catalog::oid::USER;
use crate::query::function::{Arguments, Call, Function};
use crate::relation::{Type, Value};

pub(in crate::query) static PRIVILEGE_LISTS: &[Function] = &[
    Function::row(
        "acldefault",
        &[Type::CHAR, Type::OID],
        Type::ACLITEM_ARRAY,
        |call, values| default(call, &values[0]),
    ),
    Function::set(
        "aclexplode",
        &[Type::ACLITEM_ARRAY],
        Type::RECORD,
        |call, values| {
            let items = values.array(0).values.iter();
            let exploded = items.flat_map(|item| match item {
                Value::Text(item) => explode(call, item),
                _ => Vec::new(),
            });
            Ok(exploded.collect())
        },
    )
    .with_columns(&[
        ("grantor", Type::OID),
        ("grantee", Type::OID),
        ("privilege_type", Type::TEXT),
        ("is_grantable", Type::BOOL),
    ]),
];

/// The privileges by their letters, in the order in which a list has them.
const PRIVILEGES: [(char, &str); 14] = [
    ('a', "INSERT"),
    ('r', "SELECT"),
    ('w', "UPDATE"),
    ('d', "DELETE"),
    ('D', "TRUNCATE"),
    ('x', "REFERENCES"),
    ('t', "TRIGGER"),
    ('X', "EXECUTE"),
    ('U', "USAGE"),
    ('C', "CREATE"),
    ('T', "TEMPORARY"),
    ('c', "CONNECT"),
    ('s', "SET"),
    ('A', "ALTER SYSTEM"),
];

/// What a role has granted to another one, nobody for all: `bob=UC/alice`.
pub(in crate::query::catalog) fn granted(grantee: &str, letters: &str, grantor: &str) -> Value {
    text(format!("{}={letters}/{}", quoted(grantee), quoted(grantor)))
}

/// A role in a list: in quotes unless it has letters, digits and `_` only.
fn quoted(role: &str) -> String {
    match role.chars().all(|c| c.is_alphanumeric() || c == '_') {
        true => role.to_owned(),
        false => format!("\"{}\"", role.replace('"', "\"\"")),
    }
}

/// What an object of this sort has before anything was granted.
fn default(call: &Call<'_>, sort: &Value) -> Result<Value> {
    let (everybody, owner) = match sort {
        Value::Char(b'c') => ("", ""),
        Value::Char(b'r') => ("", "arwdDxt"),
        Value::Char(b's') => ("", "rwU"),
        Value::Char(b'd') => ("Tc", "CTc"),
        Value::Char(b'f') => ("X", "X"),
        Value::Char(b'l' | b'T') => ("U", "U"),
        Value::Char(b'L') => ("", "rw"),
        Value::Char(b'n') => ("", "UC"),
        Value::Char(b'p') => ("", "sA"),
        Value::Char(b't') => ("", "C"),
        Value::Char(b'F' | b'S') => ("", "U"),
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidValue(Fault::Parameter),
                "unrecognized object type abbreviation",
            ));
        }
    };
    let user = &call.catalog.context.user;
    let lists = [("", everybody), (user, owner)].into_iter();
    let lists = lists.filter(|(_, letters)| !letters.is_empty());
    let items = lists.map(|(grantee, letters)| granted(grantee, letters, user));
    Ok(array(Type::ACLITEM, items))
}

/// An item of a list, a privilege a row.
fn explode(call: &Call<'_>, item: &str) -> Vec<Value> {
    let (grantee, rest) = role(item);
    let (letters, grantor) = rest.split_once('/').unwrap_or((rest, ""));
    let (grantor, _) = role(grantor);
    let known = |name: &str| {
        oid(if *name == *call.catalog.context.user {
            USER
        } else {
            0
        })
    };
    let letters = letters.strip_prefix('=').unwrap_or(letters);
    let privileges = letters.char_indices().filter_map(|(place, letter)| {
        let (_, privilege) = PRIVILEGES.iter().find(|(own, _)| *own == letter)?;
        let is_grantable = letters[place..].chars().nth(1) == Some('*');
        let fields = [
            (Type::OID, known(&grantor)),
            (Type::OID, known(&grantee)),
            (Type::TEXT, text(privilege)),
            (Type::BOOL, boolean(is_grantable)),
        ];
        Some(Value::Record(fields.into()))
    });
    privileges.collect()
}

/// The role that an item begins with, and the rest of it.
fn role(item: &str) -> (String, &str) {
    let mut role = String::new();
    let mut letters = item.char_indices().peekable();
    let mut is_quoted = false;
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' if is_quoted && letters.next_if(|(_, next)| *next == '"').is_some() => {
                role.push('"');
            }
            '"' => is_quoted = !is_quoted,
            '=' if !is_quoted => return (role, &item[place..]),
            letter => role.push(letter),
        }
    }
    (role, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for name in ["ann", "", "Ann Lee", "a=b", "say \"x\"", "d\u{e9}j\u{e0}"] {
            let Value::Text(item) = granted(name, "UC", "bob") else {
                panic!("an item is a text");
            };
            assert_eq!(role(&item), (name.to_owned(), "=UC/bob"), "{item}");
        }
    }
}
