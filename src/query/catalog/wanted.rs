//! Which tables the rows of a catalog are asked for.

use super::oid;
use super::stream::{before_key_suffix, of_key_name};
use super::table::Table;
use crate::registry::{Namespace, Search};
use crate::relation::{Filter, Scan, Test, Value};

/// What a column of a catalog says of the table that its row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The OID of the table, or that of one of its indexes or constraints.
    Object,
    /// Its name, or that of one of its indexes or constraints.
    Name,
    /// The OID of its schema.
    SchemaOid,
    /// The name of its schema.
    SchemaName,
}

/// The tables whose rows are looked at; nothing said is everything. It lets more
/// through than was asked for: the rows are looked at again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    objects: Option<Vec<u32>>,
    names: Option<Vec<String>>,
    prefix: Option<String>,
    schema_oids: Option<Vec<u32>>,
    schemas: Option<Vec<String>>,
}

impl Wanted {
    /// What the filters on these columns ask for.
    pub(super) fn new(scan: &Scan, keys: &[(usize, Key)]) -> Self {
        let mut wanted = Self::default();
        for Filter { column, test } in &scan.filters {
            let Some((_, key)) = keys.iter().find(|(place, _)| place == column) else {
                continue;
            };
            match (key, test) {
                (Key::Object, Test::In(values)) => wanted.objects = Some(oids(values)),
                (Key::SchemaOid, Test::In(values)) => wanted.schema_oids = Some(oids(values)),
                (Key::Name, Test::In(values)) => wanted.names = Some(texts(values)),
                (Key::SchemaName, Test::In(values)) => wanted.schemas = Some(texts(values)),
                (Key::Name, Test::Prefix(prefix)) => wanted.prefix = Some(prefix.clone()),
                (_, Test::Prefix(_)) => {}
            }
        }
        wanted
    }

    /// The table of this OID, or that has an index or a constraint of it.
    pub(super) fn object(oid: u32) -> Self {
        Self {
            objects: Some(vec![oid]),
            ..Self::default()
        }
    }

    /// Whether a table of the system's is asked for.
    pub(super) fn has(&self, table: &Table) -> bool {
        let is_one = |of: &dyn Fn(u32, &str) -> bool| {
            of(table.oid, &table.name)
                || table.indexes.iter().any(|index| {
                    let constraint = index.constraint.map(|constraint| constraint.oid);
                    of(index.oid, &index.name) || constraint.is_some_and(|oid| of(oid, &index.name))
                })
        };
        let among = |all: &Option<Vec<u32>>, oid| all.as_ref().is_none_or(|all| all.contains(&oid));
        let named = |all: &Option<Vec<String>>, name: &str| {
            all.as_ref()
                .is_none_or(|all| all.iter().any(|one| one == name))
        };
        let begins = |name: &str| {
            self.prefix
                .as_ref()
                .is_none_or(|prefix| name.starts_with(prefix))
        };
        among(&self.schema_oids, table.schema_oid)
            && named(&self.schemas, &table.schema)
            && is_one(&|oid, _| among(&self.objects, oid))
            && is_one(&|_, name| named(&self.names, name))
            && is_one(&|_, name| begins(name))
    }

    /// How streams are looked for: by what leaves the fewest. Nothing when there
    /// can be none.
    pub(super) fn search(&self, namespaces: &[Namespace]) -> Option<Search> {
        let is_in = |namespace: &&Namespace| {
            let by_oid = self.schema_oids.as_ref();
            let by_name = self.schemas.as_ref();
            by_oid.is_none_or(|oids| oids.contains(&oid::of(namespace.id)))
                && by_name.is_none_or(|names| names.contains(&namespace.name))
        };
        let within = namespaces
            .iter()
            .filter(is_in)
            .map(|namespace| namespace.id);
        let within: Vec<_> = within.collect();
        if within.is_empty() {
            return None;
        }
        if let Some(oids) = &self.objects {
            let objects: Vec<_> = oids.iter().filter_map(|oid| oid::object(*oid)).collect();
            return (!objects.is_empty()).then_some(Search::Objects(objects));
        }
        if let Some(names) = &self.names {
            // A primary key has the name of its stream and some letters more.
            let keys = names.iter().filter_map(|name| of_key_name(name));
            let mut all: Vec<String> = keys.map(ToOwned::to_owned).collect();
            all.extend(names.iter().cloned());
            return (!all.is_empty()).then_some(Search::Named(all));
        }
        if let Some(prefix) = &self.prefix {
            return Some(Search::Prefixed(before_key_suffix(prefix).to_owned()));
        }
        Some(if within.len() < namespaces.len() {
            Search::Namespaces(within)
        } else {
            Search::All
        })
    }
}

fn oids(values: &[Value]) -> Vec<u32> {
    let oid = |value: &Value| match value {
        Value::Oid(oid) | Value::Reg { oid, .. } => Some(*oid),
        Value::Int4(number) => u32::try_from(*number).ok(),
        Value::Int8(number) => u32::try_from(*number).ok(),
        _ => None,
    };
    values.iter().filter_map(oid).collect()
}

fn texts(values: &[Value]) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    };
    values.iter().filter_map(text).collect()
}
