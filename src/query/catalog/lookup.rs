//! From the names of objects to their OIDs and back (PostgreSQL manual, 8.19).

use std::sync::Arc;

use futures::TryStreamExt;

use super::identifiers::{identifiers, no_name};
use super::objects::{DICTIONARY, FUNCTIONS, ORDERS, Objects, SIGNS, TEXT_SEARCH};
use super::stream::of_key_name;
use super::table::Table;
use super::wanted::Wanted;
use super::{Catalog, oid, schemas, source, system, type_catalog, type_text};
use crate::error::{Definition, Error, ErrorKind, Object, Result};
use crate::relation::Type;
use crate::schema::{StreamName, quote_ident};

/// How many tables are kept for the next question about them.
const RECENT: usize = 64;

impl Catalog {
    /// What an object is called that a `regclass`, `regtype` or the like tells by
    /// its OID: qualified if it is not seen without it; the number itself if there
    /// is no such object, and `-` for 0 that is no operator (PostgreSQL manual, 8.19).
    ///
    /// # Errors
    /// What keeps it from asking the registry.
    pub(in crate::query) fn name_of(&self, oid: u32, of: &Type) -> Result<Arc<str>> {
        if oid == 0 {
            let is_operator = matches!(*of, Type::REGOPER | Type::REGOPERATOR);
            return Ok(if is_operator { "0" } else { "-" }.into());
        }
        let bare = |objects: &Objects| Some(quote_ident(&objects.name(oid)?));
        let name = match *of {
            Type::REGCLASS => self.relation_name(oid)?,
            Type::REGTYPE => self.type_name(oid, -1)?,
            Type::REGNAMESPACE => self.schema_name(oid)?.map(|name| quote_ident(&name)),
            Type::REGROLE => (oid == oid::USER).then(|| quote_ident(&self.context.user)),
            Type::REGPROC => FUNCTIONS.name(oid).map(|name| {
                // One of many is told with its schema, though it is seen without.
                let is_one = FUNCTIONS.of_name(&name).len() == 1;
                let schema = if is_one { "" } else { "pg_catalog." };
                format!("{schema}{}", quote_ident(&name))
            }),
            Type::REGPROCEDURE => FUNCTIONS.name(oid).map(|name| {
                let types = super::objects::Proc::of_oid(oid).map(|own| own.arguments());
                format!(
                    "{}({})",
                    quote_ident(&name),
                    spelled(&types.unwrap_or_default())
                )
            }),
            Type::REGOPER => SIGNS.name(oid).map(|name| {
                let is_one = SIGNS.of_name(&name).len() == 1;
                format!("{}{name}", if is_one { "" } else { "pg_catalog." })
            }),
            Type::REGOPERATOR => SIGNS.of_oid(oid).map(|fields| {
                let side = |place: usize| match fields[place].as_deref() {
                    None | Some("0") => "NONE".to_owned(),
                    Some(side) => type_catalog::spelled(side.parse().unwrap_or(0), -1),
                };
                let name = fields[1].as_deref().unwrap_or_default();
                format!("{name}({},{})", side(7), side(8))
            }),
            Type::REGCOLLATION => bare(&ORDERS),
            Type::REGCONFIG => bare(&TEXT_SEARCH),
            Type::REGDICTIONARY => bare(&DICTIONARY),
            _ => None,
        };
        Ok(name.unwrap_or_else(|| oid.to_string()).into())
    }

    /// The OID of the object that a text names as a `regclass`, `regtype` or the
    /// like; nothing when there is none. [`Catalog::missing`] says so.
    ///
    /// # Errors
    /// 42602 for what is no name, 0A000 for another database, 42725 for one of
    /// several functions or operators.
    pub(in crate::query) fn oid_of(&self, name: &str, of: &Type) -> Result<Option<u32>> {
        let name = name.trim();
        if name == "-" {
            return Ok(Some(0));
        }
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(name.parse().ok());
        }
        match *of {
            Type::REGTYPE => {
                let named = type_text::named(name);
                // What is no name is no row type either.
                let row_type = || match identifiers(name).ok()?.as_slice() {
                    [name] => self.row_type(None, name).transpose(),
                    [schema, name] => self.row_type(Some(schema), name).transpose(),
                    _ => None,
                };
                return named.map_or_else(|| row_type().transpose(), |oid| Ok(Some(oid)));
            }
            Type::REGPROCEDURE => return procedure(name),
            Type::REGOPER => return one_of(SIGNS.of_name(bare_sign(name)), "operator", name),
            Type::REGOPERATOR => return Ok(operator(name)),
            _ => {}
        }
        let parts = identifiers(name)?;
        let (schema, last) = match parts.as_slice() {
            [last] => (None, last),
            [schema, last] => (Some(schema.as_str()), last),
            [database, schema, last] if *database == *self.context.database => {
                (Some(schema.as_str()), last)
            }
            [_, _, _] => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    format!("cross-database references are not implemented: \"{name}\""),
                ));
            }
            _ => {
                return Err(no_name(format!(
                    "improper relation name (too many dotted names): {name}"
                )));
            }
        };
        let is_here = schema.is_none_or(|schema| schema == schemas::PG_CATALOG.name);
        let first = |objects: &Objects| objects.of_name(last).first().copied();
        match *of {
            Type::REGCLASS => self.relation_oid(schema, last),
            Type::REGNAMESPACE if schema.is_none() => self.schema_oid(last),
            Type::REGROLE if schema.is_none() => {
                Ok((**last == *self.context.user).then_some(oid::USER))
            }
            Type::REGPROC if is_here => one_of(FUNCTIONS.of_name(last), "function", name),
            Type::REGCOLLATION if is_here => Ok(first(&ORDERS)),
            Type::REGCONFIG if is_here => Ok(first(&TEXT_SEARCH)),
            Type::REGDICTIONARY if is_here => Ok(first(&DICTIONARY)),
            _ => Ok(None),
        }
    }

    /// The error for an object that [`Catalog::oid_of`] does not find.
    pub(in crate::query) fn missing(&self, name: &str, of: &Type) -> Error {
        // PostgreSQL shows the parts of the name, not as they were spelled.
        let parts = identifiers(name).unwrap_or_else(|_| vec![name.to_owned()]);
        if let ([schema, _], &Type::REGCLASS | &Type::REGTYPE) = (parts.as_slice(), of)
            && matches!(self.schema_oid(schema), Ok(None))
        {
            return self.missing(schema, &Type::REGNAMESPACE);
        }
        let shown = parts.join(".");
        let quoted = |object, what: &str| {
            let message = format!("{what} \"{shown}\" does not exist");
            Error::new(ErrorKind::NotFound(object), message)
        };
        match *of {
            Type::REGCLASS => quoted(Object::Stream, "relation"),
            Type::REGTYPE => quoted(Object::Type, "type"),
            Type::REGNAMESPACE => quoted(Object::Namespace, "schema"),
            Type::REGROLE => quoted(Object::Other, "role"),
            Type::REGCONFIG => quoted(Object::Other, "text search configuration"),
            Type::REGDICTIONARY => quoted(Object::Other, "text search dictionary"),
            Type::REGCOLLATION => Error::new(
                ErrorKind::NotFound(Object::Other),
                format!("collation \"{shown}\" for encoding \"UTF8\" does not exist"),
            ),
            Type::REGOPER | Type::REGOPERATOR => Error::new(
                ErrorKind::NotFound(Object::Function),
                format!("operator does not exist: {name}"),
            ),
            _ => quoted(Object::Function, "function"),
        }
    }

    /// The table of this OID, or that has the index or constraint of this OID.
    pub(super) fn table_of(&self, oid: u32) -> Result<Option<Arc<Table>>> {
        if let Some(table) = self.recent.lock().iter().find(|table| table.has(oid)) {
            return Ok(Some(table.clone()));
        }
        let tables = source::tables(self.context.clone(), Wanted::object(oid));
        let found: Vec<_> = self.wait(tables.try_collect())?;
        let found = found.into_iter().flatten().find(|table| table.has(oid));
        if let Some(table) = &found {
            let mut recent = self.recent.lock();
            if recent.len() == RECENT {
                recent.pop_back();
            }
            recent.push_front(table.clone());
        }
        Ok(found)
    }

    /// The schema and the name of a table or index.
    pub(super) fn relation_of(&self, oid: u32) -> Result<Option<(String, String)>> {
        let Some(table) = self.table_of(oid)? else {
            return Ok(None);
        };
        let index = table.indexes.iter().find(|index| index.oid == oid);
        let name = match index {
            _ if table.oid == oid => &table.name,
            Some(index) => &index.name,
            None => return Ok(None),
        };
        Ok(Some((table.schema.to_string(), name.to_string())))
    }

    /// Whether a table or index is what its name means; nothing when there is no
    /// such relation.
    pub(super) fn is_visible(&self, oid: u32) -> Result<Option<bool>> {
        let Some((_, name)) = self.relation_of(oid)? else {
            return Ok(None);
        };
        Ok(Some(self.relation_oid(None, &name)? == Some(oid)))
    }

    /// A type with its modifier as SQL spells it; nothing when there is no such type.
    ///
    /// # Errors
    /// What keeps it from asking the registry.
    pub(super) fn type_name(&self, oid: u32, modifier: i32) -> Result<Option<String>> {
        match oid::stream_of_row(oid) {
            _ if type_catalog::of_oid(oid).is_some() => {
                Ok(Some(type_catalog::spelled(oid, modifier)))
            }
            Some(stream) => self.relation_name(stream),
            None => Ok(None),
        }
    }

    /// The OID of the type of a stream's rows.
    fn row_type(&self, schema: Option<&str>, name: &str) -> Result<Option<u32>> {
        let Some(oid) = self.relation_oid(schema, name)? else {
            return Ok(None);
        };
        let table = self.table_of(oid)?.filter(|table| table.oid == oid);
        Ok(table.map(|table| table.row_type).filter(|oid| *oid != 0))
    }

    fn relation_name(&self, oid: u32) -> Result<Option<String>> {
        let Some((schema, name)) = self.relation_of(oid)? else {
            return Ok(None);
        };
        let is_visible = self.relation_oid(None, &name)? == Some(oid);
        Ok(Some(match is_visible {
            true => quote_ident(&name),
            false => format!("{}.{}", quote_ident(&schema), quote_ident(&name)),
        }))
    }

    /// The OID of the table or index of this name.
    pub(super) fn relation_oid(&self, schema: Option<&str>, name: &str) -> Result<Option<u32>> {
        let schemas = match schema {
            Some(schema) => vec![schema],
            None => self.path(),
        };
        for schema in schemas {
            let found = match system::oid_of(schema, name) {
                None if schemas::of_name(schema).is_none() => self.stream_oid(schema, name)?,
                found => found,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The OID of a stream, or of the index or key of one.
    fn stream_oid(&self, namespace: &str, name: &str) -> Result<Option<u32>> {
        if let Some(stream) = self.stream(namespace, name)? {
            return Ok(Some(stream.oid));
        }
        let view = self.context.registry.view(&self.context.draft);
        let owner = match self.wait(view.index_owner(namespace, &name.to_owned()))? {
            Some(owner) => Some(owner),
            None => match of_key_name(name) {
                Some(stream) => self.wait(view.stream(&StreamName::new(namespace, stream)))?,
                None => None,
            },
        };
        let owner = owner.map(|owner| super::stream::table(&owner.known));
        Ok(owner.and_then(|table| {
            let mut indexes = table.indexes.iter();
            Some(indexes.find(|index| index.name == name)?.oid)
        }))
    }

    /// The name of a schema.
    pub(super) fn schema_name(&self, oid: u32) -> Result<Option<String>> {
        if let Some(schema) = schemas::of_oid(oid) {
            return Ok(Some(schema.name.to_owned()));
        }
        let view = self.context.registry.view(&self.context.draft);
        let namespaces = self.wait(view.namespaces())?;
        let found = namespaces.into_iter().find(|own| oid::of(own.id) == oid);
        Ok(found.map(|namespace| namespace.name))
    }

    /// The OID of a schema.
    pub(super) fn schema_oid(&self, name: &str) -> Result<Option<u32>> {
        if let Some(schema) = schemas::of_name(name) {
            return Ok(Some(schema.oid));
        }
        let view = self.context.registry.view(&self.context.draft);
        let found = self.wait(view.namespace(name))?;
        Ok(found.map(|(namespace, _)| oid::of(namespace.id)))
    }
}

fn spelled(types: &[u32]) -> String {
    let types = types.iter().map(|of| type_catalog::spelled(*of, -1));
    types.collect::<Vec<_>>().join(",")
}

/// The only one there is.
fn one_of(oids: &[u32], what: &str, name: &str) -> Result<Option<u32>> {
    match oids {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        _ => Err(Error::new(
            ErrorKind::InvalidDefinition(Definition::AmbiguousFunction),
            match what {
                "operator" => format!("more than one operator named {name}"),
                _ => format!("more than one {what} named \"{name}\""),
            },
        )),
    }
}

fn bare_sign(name: &str) -> &str {
    name.strip_prefix("pg_catalog.").unwrap_or(name)
}

/// `abs(integer)`
fn procedure(text: &str) -> Result<Option<u32>> {
    let Some((name, types)) = call(text) else {
        return Err(no_name("expected a left parenthesis".to_owned()));
    };
    let parts = identifiers(name)?;
    let Some(name) = parts.last() else {
        return Ok(None);
    };
    let is_it = |oid: &&u32| {
        let own = super::objects::Proc::of_oid(**oid).map(|own| own.arguments());
        own.is_some_and(|own| own.iter().copied().map(Some).eq(types.iter().copied()))
    };
    Ok(FUNCTIONS.of_name(name).iter().find(is_it).copied())
}

/// `+(integer,integer)`
fn operator(text: &str) -> Option<u32> {
    let (name, types) = call(text)?;
    let is_it = |oid: &&u32| {
        let Some(fields) = SIGNS.of_oid(**oid) else {
            return false;
        };
        let side = |place: usize| {
            let side = fields[place].as_deref().unwrap_or_default();
            side.parse().ok().filter(|side| *side != 0)
        };
        types.as_slice() == [side(7), side(8)]
    };
    SIGNS.of_name(bare_sign(name)).iter().find(is_it).copied()
}

/// The name and the types of `name(type, type)`; nothing for `NONE` and for what is
/// no type.
fn call(text: &str) -> Option<(&str, Vec<Option<u32>>)> {
    let (name, rest) = text.split_once('(')?;
    let types = rest.trim_end().strip_suffix(')')?;
    let types = match types.trim() {
        "" => Vec::new(),
        types => types.split(',').map(type_text::named).collect(),
    };
    Some((name.trim(), types))
}
