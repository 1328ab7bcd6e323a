//! Schemas that come out of each other.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::build::column;
use crate::evolution::{Rule, alter};
use crate::schema::{Alteration, FieldPath, ObjectId, Schema, sample};

/// Something that is done to one of a schema's fields, whichever it is.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    at: Index,
    deed: Deed,
}

#[derive(Clone, Debug)]
enum Deed {
    Add(&'static str),
    Drop,
    Rename(&'static str),
    /// To a wider or a narrower type.
    Resize(Index),
    Retype(&'static str),
    SetNotNull,
    DropNotNull,
}

/// Types of which many are wider or narrower than others.
const TYPES: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "text",
    "varchar(3)",
    "varchar(9)",
    "char(2)",
    "char(9)",
    "time",
    "time(2)",
    "timestamp",
    "timestamp(0)",
    "timestamptz",
    "timestamptz(3)",
    "numeric(3,1)",
    "numeric(9,1)",
];

/// Columns and members that come to be.
const ADDED: &[&str] = &[
    "n: integer",
    "d: integer ! = 5",
    "r: integer !",
    "s: struct<x int not null, y text default 'y'>",
    "t: struct<x int, y real> ! = '{\"x\": 1, \"y\": 0.1}'",
    "l: bigint[] = '[1, null]'",
    "m: map<int, numeric(5,2)> ! = '{\"1\": 2}'",
];

pub(super) fn edit() -> impl Strategy<Value = Edit> {
    let deed = prop_oneof![
        proptest::sample::select(ADDED).prop_map(Deed::Add),
        Just(Deed::Drop),
        proptest::sample::select(&["x", "y", "order no"][..]).prop_map(Deed::Rename),
        any::<Index>().prop_map(Deed::Resize),
        proptest::sample::select(TYPES).prop_map(Deed::Retype),
        Just(Deed::SetNotNull),
        Just(Deed::DropNotNull),
    ];
    (any::<Index>(), deed).prop_map(|(at, deed)| Edit { at, deed })
}

/// Edits that take nothing away.
pub(super) fn keeping() -> impl Strategy<Value = Edit> {
    edit().prop_filter("nothing is dropped", |edit| {
        !matches!(edit.deed, Deed::Drop)
    })
}

/// A schema whose types other types are wider and narrower than, else any.
pub(super) fn schema() -> impl Strategy<Value = Schema> {
    let names = ["a", "b", "c"];
    let columns = names.map(|name| {
        let data_type = proptest::sample::select(TYPES);
        let shape = proptest::sample::select(
            &[
                "",
                " !",
                "[]",
                "array<",
                "struct<",
                "map<integer",
                "map<real",
            ][..],
        );
        (data_type, shape).prop_map(move |(data_type, shape)| {
            column(&match shape {
                "array<" => format!("{name}: array<struct<e {data_type} not null, f {data_type}>>"),
                "struct<" => format!("{name}: struct<g {data_type}, h int not null>"),
                map if map.starts_with("map") => format!("{name}: {map}, {data_type} not null> !"),
                shape => format!("{name}: {data_type}{shape}"),
            })
        })
    });
    let graded = columns.prop_map(|columns| Schema::new(&columns, &[]).expect("a schema"));
    prop_oneof![2 => graded, 1 => sample::schema()]
}

/// The schema after those edits that can be made and that leave one `fit`.
pub(super) fn edited(schema: &Schema, edits: &[Edit], fit: impl Fn(&Schema) -> bool) -> Schema {
    let mut last = schema.last_field_id();
    edits.iter().fold(schema.clone(), |schema, edit| {
        let Some(alteration) = edit.alteration(&schema) else {
            return schema;
        };
        let mut ids = (100..).map(ObjectId);
        let mut next = || ids.next().expect("endless");
        match alter("orders", &schema, last, &[alteration], &mut next) {
            Ok(altered) if fit(&altered.schema) => {
                last = last.max(altered.last_field_id);
                altered.schema
            }
            _ => schema,
        }
    })
}

impl Edit {
    fn alteration(&self, schema: &Schema) -> Option<Alteration> {
        let paths = paths(schema);
        let path = self.at.get(&paths).clone();
        Some(match &self.deed {
            Deed::Add(text) => Alteration::AddColumn {
                parent: path.parent(),
                column: column(text),
                if_not_exists: false,
            },
            Deed::Drop => Alteration::DropColumn {
                column: path,
                if_exists: false,
                cascade: true,
            },
            Deed::Rename(to) => Alteration::RenameColumn {
                column: path,
                to: (*to).to_owned(),
            },
            Deed::Resize(index) => {
                let from = &schema.field_at(&path)?.data_type;
                let types = TYPES.iter().map(|text| text.parse().expect(text));
                let graded: Vec<_> = types
                    .filter(|to| {
                        let rule = Rule::of_types(from, to);
                        matches!(rule, Some(Rule::Widened | Rule::Narrowed))
                    })
                    .collect();
                if graded.is_empty() {
                    return None;
                }
                Alteration::SetType {
                    column: path,
                    data_type: index.get(&graded).clone(),
                }
            }
            Deed::Retype(to) => Alteration::SetType {
                column: path,
                data_type: to.parse().expect(to),
            },
            Deed::SetNotNull => Alteration::SetNotNull { column: path },
            Deed::DropNotNull => Alteration::DropNotNull { column: path },
        })
    }
}

/// The ways to all fields.
fn paths(schema: &Schema) -> Vec<FieldPath> {
    let mut found: Vec<FieldPath> = Vec::new();
    let mut open: Vec<FieldPath> = schema
        .fields
        .iter()
        .map(|field| field.name.as_str().into())
        .collect();
    while let Some(path) = open.pop() {
        let field = schema.field_at(&path).expect("a way to a field");
        let parts = field.data_type.children().iter();
        open.extend(parts.map(|part| path.child(part.name.as_str())));
        found.push(path);
    }
    found
}
