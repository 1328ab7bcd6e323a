//! Streams as tables.

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt};
use serde_json::Value as Json;

use super::table::{Attribute, Constraint, Index, Kind, Table};
use super::{oid, type_catalog};
use crate::error::Result;
use crate::registry::Known;
use crate::relation::{
    Array, Column, Kind as TypeKind, Reading, Relation, Row, Scan, Style, Timestamp, Type, Value,
};
use crate::schema::{DataType, DefaultValue, Name, quote_literal};

/// A stream as the catalogs tell it.
pub(super) fn table(known: &Known) -> Table {
    let (stream, schema) = (&known.stream, &known.version.schema);
    let mut table = Table {
        oid: oid::of(stream.id),
        schema_oid: oid::of(stream.namespace_id),
        schema: stream.name.namespace.clone().into(),
        name: stream.name.name.clone().into(),
        kind: Kind::Table,
        row_type: oid::of_row(stream.id),
        comment: stream.comment.clone().map(Into::into),
        columns: Vec::new(),
        attributes: Vec::new(),
        key: Vec::new(),
        indexes: Vec::new(),
    };
    for (field, comment) in known.columns() {
        let (of, modifier) = type_catalog::of_column(&field.data_type);
        let default = field.default.as_ref();
        let attribute = Attribute {
            not_null: !field.nullable,
            default: default.map(|default| expression(default, &field.data_type, &of)),
            comment: comment.map(ToOwned::to_owned),
            ..Attribute::of_type(of.oid())
        };
        table.add_column(field.name.clone().into(), (of, modifier), attribute);
    }
    let numbers = |names: &[Name]| -> Vec<i16> {
        let place = |name: &Name| table.columns.iter().position(|column| column.name == *name);
        let places = names.iter().filter_map(place);
        places
            .filter_map(|place| i16::try_from(place + 1).ok())
            .collect()
    };
    let mut indexes = Vec::new();
    if !schema.primary_key.is_empty() {
        let key = oid::of_key(stream.id);
        indexes.push(Index {
            oid: key,
            name: key_name(&stream.name.name).into(),
            columns: numbers(&schema.primary_key),
            is_unique: true,
            constraint: Some(Constraint {
                oid: oid::of_constraint(key),
                is_primary: true,
            }),
        });
    }
    indexes.extend(schema.constraints.iter().map(|unique| Index {
        oid: oid::of(unique.id),
        name: unique.name.clone().into(),
        columns: numbers(&unique.columns),
        is_unique: true,
        constraint: Some(Constraint {
            oid: oid::of_constraint(oid::of(unique.id)),
            is_primary: false,
        }),
    }));
    indexes.extend(schema.indexes.iter().map(|index| Index {
        oid: oid::of(index.id),
        name: index.name.clone().into(),
        columns: numbers(&index.columns),
        is_unique: index.unique,
        constraint: None,
    }));
    for index in indexes {
        table.add_index(index);
    }
    table
}

/// What ends the name of a primary key.
const KEY_SUFFIX: &str = "_pkey";

/// The name of a stream's primary key: `orders_pkey`.
fn key_name(stream: &str) -> String {
    format!("{stream}{KEY_SUFFIX}")
}

/// The stream whose primary key may have this name.
pub(super) fn of_key_name(name: &str) -> Option<&str> {
    name.strip_suffix(KEY_SUFFIX)
}

/// How the names of all streams begin whose own names, or those of their primary
/// keys, begin so.
pub(super) fn before_key_suffix(prefix: &str) -> &str {
    let ends = (1..=KEY_SUFFIX.len())
        .rev()
        .map(|length| &KEY_SUFFIX[..length]);
    let mut stems = ends.filter_map(|end| prefix.strip_suffix(end));
    stems.next().unwrap_or(prefix)
}

/// A default as `pg_get_expr` shows it: `5`, `'x'::text`. A negative number is a
/// quoted one.
fn expression(default: &DefaultValue, data_type: &DataType, of: &Type) -> String {
    let text = default.text();
    let is_bare = match *of {
        Type::BOOL => true,
        Type::INT2 | Type::INT4 | Type::INT8 => !text.starts_with('-'),
        Type::NUMERIC | Type::FLOAT4 | Type::FLOAT8 => {
            text.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    };
    if is_bare {
        return text.to_owned();
    }
    let text = match of.kind() {
        TypeKind::Array(element) => array(text, data_type, element),
        _ => text.to_owned(),
    };
    // The constant has no modifier; without one, PostgreSQL has a name of its own
    // for this type.
    let spelled = match *of {
        Type::BPCHAR => "bpchar".to_owned(),
        _ => type_catalog::spelled(of.oid(), -1),
    };
    format!("{}::{spelled}", quote_literal(&text))
}

/// An array's canonical text, which is JSON, as PostgreSQL writes arrays.
fn array(text: &str, data_type: &DataType, element: &Type) -> String {
    let reading = Reading {
        style: Style::default(),
        now: Timestamp::INFINITY,
    };
    let (Some(part), Ok(Json::Array(list))) =
        (data_type.children().first(), data_type.json_of_text(text))
    else {
        return text.to_owned();
    };
    let value = |value: &Json| match value {
        Json::Null => Value::Null,
        value => {
            let text = part.data_type.text_of_json(value);
            Value::from_text(&text, element, &reading).unwrap_or_else(|_| Value::text(text))
        }
    };
    let array = Array::list(element.clone(), list.iter().map(value).collect());
    let array = Value::Array(array.into());
    array.to_text(&reading.style).unwrap_or_default()
}

/// A stream as a relation: its columns, and no rows.
pub(super) struct StreamRelation(pub(super) Arc<Table>);

impl Relation for StreamRelation {
    fn schema(&self) -> &str {
        &self.0.schema
    }

    fn name(&self) -> &str {
        &self.0.name
    }

    fn columns(&self) -> &[Column] {
        &self.0.columns
    }

    fn primary_key(&self) -> &[usize] {
        &self.0.key
    }

    fn scan(&self, _: Scan) -> BoxStream<'static, Result<Vec<Row>>> {
        stream::empty().boxed()
    }
}
