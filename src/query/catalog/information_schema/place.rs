//! How the information schema names things: by catalog, schema and name.

use crate::query::catalog::cell::*;
use crate::query::catalog::oid::COLLATION_C;
use crate::query::catalog::source::Maker;
use crate::query::catalog::table::{Attribute, Table};
use crate::query::catalog::{schemas, type_catalog};
use crate::relation::{Type, Value};

impl Maker<'_> {
    /// The catalog and the schema that a table is in, and its name.
    pub(super) fn place(&self, table: &Table) -> [Value; 3] {
        [self.database(), text(&table.schema), text(&table.name)]
    }

    /// The catalog and the schema of a type, and its name.
    pub(super) fn udt(&self, type_oid: u32) -> [Value; 3] {
        let entry = type_catalog::of_oid(type_oid);
        let schema = entry.and_then(|entry| schemas::of_oid(entry.schema));
        [
            self.database(),
            maybe(schema.map(|schema| schema.name)),
            maybe(entry.map(|entry| &entry.name)),
        ]
    }

    /// The catalog and the schema of a column's collation, and its name; nothing for
    /// the default one.
    pub(super) fn collation(&self, attribute: &Attribute) -> [Value; 3] {
        match attribute.collation {
            COLLATION_C => [self.database(), text(schemas::PG_CATALOG.name), text("C")],
            _ => [NULL, NULL, NULL],
        }
    }
}

/// What the standard says of a type: `character_maximum_length`,
/// `character_octet_length`, `numeric_precision`, `numeric_precision_radix`,
/// `numeric_scale`, `datetime_precision`.
pub(in crate::query::catalog) struct Measures {
    pub(in crate::query::catalog) length: Value,
    pub(in crate::query::catalog) octets: Value,
    pub(in crate::query::catalog) precision: Value,
    pub(in crate::query::catalog) radix: Value,
    pub(in crate::query::catalog) scale: Value,
    pub(in crate::query::catalog) seconds: Value,
}

impl Measures {
    pub(in crate::query::catalog) fn new(type_oid: u32, modifier: i32) -> Self {
        /// The most bytes of a text that has no bound.
        const MOST_OCTETS: i32 = 1 << 30;
        /// The most bytes of a character in UTF-8.
        const CHARACTER: i32 = 4;
        let mut measures = Self {
            length: NULL,
            octets: NULL,
            precision: NULL,
            radix: NULL,
            scale: NULL,
            seconds: NULL,
        };
        let Some(of) = Type::from_oid(type_oid) else {
            return measures;
        };
        let is_bare = modifier < 0;
        match of {
            Type::TEXT => measures.octets = int4(MOST_OCTETS),
            Type::VARCHAR | Type::BPCHAR if is_bare => measures.octets = int4(MOST_OCTETS),
            Type::VARCHAR | Type::BPCHAR => {
                measures.length = int4(modifier - 4);
                measures.octets = int4((modifier - 4).saturating_mul(CHARACTER));
            }
            Type::BIT | Type::VARBIT if !is_bare => measures.length = int4(modifier),
            Type::INT2 => measures.number(16, 2, Some(0)),
            Type::INT4 => measures.number(32, 2, Some(0)),
            Type::INT8 => measures.number(64, 2, Some(0)),
            Type::FLOAT4 => measures.number(24, 2, None),
            Type::FLOAT8 => measures.number(53, 2, None),
            Type::NUMERIC if is_bare => measures.radix = int4(10),
            Type::NUMERIC => {
                let (precision, scale) = type_catalog::decimal(modifier);
                measures.number(precision, 10, Some(scale));
            }
            Type::DATE => measures.seconds = int4(0),
            Type::TIME | Type::TIMETZ | Type::TIMESTAMP | Type::TIMESTAMPTZ | Type::INTERVAL => {
                measures.seconds = int4(if is_bare { 6 } else { modifier });
            }
            _ => {}
        }
        measures
    }

    fn number(&mut self, precision: i32, radix: i32, scale: Option<i32>) {
        self.precision = int4(precision);
        self.radix = int4(radix);
        self.scale = scale.map_or(NULL, int4);
    }
}

/// The standard's name of a type: `ARRAY`, `USER-DEFINED`, or as SQL spells it.
pub(super) fn data_type(type_oid: u32) -> Value {
    match type_catalog::of_oid(type_oid) {
        Some(entry) if entry.element.is_some() => text("ARRAY"),
        Some(entry) if entry.schema != schemas::PG_CATALOG.oid => text("USER-DEFINED"),
        _ => text(type_catalog::spelled(type_oid, -1)),
    }
}
