//! Streams as Rekha speaks of them.

use crate::query::catalog::cell::*;
use crate::query::catalog::source::{Maker, Told};
use crate::registry::Version;
use crate::relation::{Row, Value};
use crate::schema::Field;

pub(super) fn streams(maker: &Maker<'_>, told: &Told) -> Vec<Row> {
    let (stream, version) = (&told.known.stream, &told.known.version);
    let datasource = stream.options.get("datasource");
    vec![maker.row([
        ("namespace", text(&stream.name.namespace)),
        ("stream", text(&stream.name.name)),
        ("version", Value::count(stream.version)),
        ("compatibility", text(told.mode.as_str())),
        ("compatibility_source", text(told.mode_source.to_string())),
        ("columns", count(version.schema.fields.len())),
        (
            "datasource",
            maybe(datasource.and_then(|value| value.as_str())),
        ),
        ("comment", maybe(stream.comment.as_ref())),
        ("created_at", Value::TimestampTz(stream.created_at.into())),
        ("updated_at", Value::TimestampTz(stream.updated_at.into())),
    ])]
}

pub(super) fn columns(maker: &Maker<'_>, told: &Told) -> Vec<Row> {
    let (stream, schema) = (&told.known.stream, &told.known.version.schema);
    let row = |(number, (field, comment)): (usize, (&Field, Option<&str>))| {
        let default = field.default.as_ref();
        maker.row([
            ("namespace", text(&stream.name.namespace)),
            ("stream", text(&stream.name.name)),
            ("column_name", text(&field.name)),
            ("ordinal_position", count(number)),
            ("data_type", text(field.data_type.to_string())),
            ("is_nullable", boolean(field.nullable)),
            ("column_default", maybe(default.map(ToString::to_string))),
            ("is_key", boolean(schema.is_key(&field.name))),
            ("comment", maybe(comment)),
        ])
    };
    (1..).zip(told.known.columns()).map(row).collect()
}

pub(super) fn schema_versions(maker: &Maker<'_>, told: &Told) -> Vec<Row> {
    let stream = &told.known.stream;
    let row = |version: &std::sync::Arc<Version>| {
        maker.row([
            ("namespace", text(&stream.name.namespace)),
            ("stream", text(&stream.name.name)),
            ("version", Value::count(version.number)),
            (
                "previous_version",
                version.previous.map_or(NULL, Value::count),
            ),
            ("evolution", text(&version.evolution.0)),
            ("schema_hash", text(version.fingerprint.to_string())),
            ("compatibility", text(version.mode.as_str())),
            ("status", text(version.status.as_str())),
            ("registered_by", text(&version.registered_by)),
            (
                "registered_at",
                Value::TimestampTz(version.registered_at.into()),
            ),
        ])
    };
    told.versions.iter().map(row).collect()
}

fn count(count: usize) -> Value {
    Value::count(u32::try_from(count).unwrap_or(u32::MAX))
}
