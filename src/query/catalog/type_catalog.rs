//! The types there are: what `pg_type` says of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::copy_text;
use super::schemas::{self, PG_CATALOG};
use crate::relation::{Type, type_name};
use crate::schema::{DataType, quote_ident};

/// The rows of `pg_type`.
pub(super) const FILE: &str = include_str!("postgresql/pg_type.tsv");

/// A type.
#[derive(Debug)]
pub(super) struct TypeEntry {
    pub(super) oid: u32,
    /// `int4`, `_text`
    pub(super) name: String,
    /// The OID of its schema.
    pub(super) schema: u32,
    /// `typlen`
    pub(super) length: i16,
    /// `typbyval`
    pub(super) is_by_value: bool,
    /// `typelem` of a true array
    pub(super) element: Option<u32>,
    /// `typarray`
    pub(super) array: u32,
    /// `typalign`
    pub(super) alignment: u8,
    /// `typstorage`
    pub(super) storage: u8,
    /// `typcollation`
    pub(super) collation: u32,
}

/// All types, by OID.
static TYPES: LazyLock<HashMap<u32, TypeEntry>> = LazyLock::new(|| {
    let entry = |line| {
        let fields: Vec<_> = copy_text::fields(line)
            .map(Option::unwrap_or_default)
            .collect();
        let number = |place: usize| fields[place].parse::<u32>().unwrap_or_default();
        let letter = |place: usize| fields[place].bytes().next().unwrap_or_default();
        let is_array = letter(7) == b'A' && number(13) != 0;
        TypeEntry {
            oid: number(0),
            name: fields[1].to_string(),
            schema: number(2),
            length: fields[4].parse().unwrap_or(-1),
            is_by_value: fields[5] == "t",
            element: is_array.then(|| number(13)),
            array: number(14),
            alignment: letter(22),
            storage: letter(23),
            collation: number(28),
        }
    };
    let entries = FILE.lines().map(entry);
    entries.map(|entry| (entry.oid, entry)).collect()
});

/// The type of this OID.
pub(super) fn of_oid(oid: u32) -> Option<&'static TypeEntry> {
    TYPES.get(&oid)
}

/// The type of this name in `pg_type`, in a schema: `int4`.
pub(super) fn of_name(schema: u32, name: &str) -> Option<&'static TypeEntry> {
    static BY_NAME: LazyLock<HashMap<(u32, &str), &TypeEntry>> = LazyLock::new(|| {
        let entries = TYPES.values();
        entries
            .map(|entry| ((entry.schema, entry.name.as_str()), entry))
            .collect()
    });
    BY_NAME.get(&(schema, name)).copied()
}

/// The type of the values of a column, and its modifier: PostgreSQL's own where it
/// has one, `jsonb` for structs, maps and arrays of them, as for a sink.
pub(super) fn of_column(data_type: &DataType) -> (Type, i32) {
    let precision = |digits: &Option<u8>| digits.map_or(-1, i32::from);
    // A length counts the four bytes of the header too.
    let length = |length: u32| i32::try_from(length).map_or(-1, |length| length + 4);
    match data_type {
        DataType::Boolean => (Type::BOOL, -1),
        DataType::SmallInt => (Type::INT2, -1),
        DataType::Integer => (Type::INT4, -1),
        DataType::BigInt => (Type::INT8, -1),
        DataType::Real => (Type::FLOAT4, -1),
        DataType::Double => (Type::FLOAT8, -1),
        DataType::Numeric(size) => {
            let modifier = |(precision, scale): (u16, i16)| {
                (i32::from(precision) << 16 | i32::from(scale) & 0x7ff) + 4
            };
            (Type::NUMERIC, size.map_or(-1, modifier))
        }
        DataType::Text => (Type::TEXT, -1),
        DataType::Varchar(most) => (Type::VARCHAR, most.map_or(-1, length)),
        DataType::Char(exactly) => (Type::BPCHAR, length(*exactly)),
        DataType::Bytea => (Type::BYTEA, -1),
        DataType::Date => (Type::DATE, -1),
        DataType::Time(digits) => (Type::TIME, precision(digits)),
        DataType::Timestamp(digits) => (Type::TIMESTAMP, precision(digits)),
        DataType::TimestampTz(digits) => (Type::TIMESTAMPTZ, precision(digits)),
        DataType::Interval => (Type::INTERVAL, -1),
        DataType::Uuid => (Type::UUID, -1),
        DataType::Json => (Type::JSON, -1),
        DataType::Array(element) if !element.data_type.is_nested() => {
            let (element, modifier) = of_column(&element.data_type);
            let array = of_oid(element.oid()).and_then(|entry| Type::from_oid(entry.array));
            (array.expect("every scalar has an array"), modifier)
        }
        DataType::Jsonb | DataType::Array(_) | DataType::Map(_) | DataType::Struct(_) => {
            (Type::JSONB, -1)
        }
    }
}

/// A type with its modifier as SQL spells it (`format_type`): `numeric(10,2)`,
/// `character varying(20)[]`; `???` when there is no such type, `-` for the OID 0.
pub(super) fn spelled(oid: u32, modifier: i32) -> String {
    let Some(entry) = of_oid(oid) else {
        return if oid == 0 { "-" } else { "???" }.to_owned();
    };
    // `int2vector` and `oidvector`, which have elements too, are called by their names.
    if let (Some(element), true) = (entry.element, entry.storage != b'p') {
        return format!("{}[]", spelled(element, modifier));
    }
    if entry.schema != PG_CATALOG.oid {
        let schema = schemas::of_oid(entry.schema).map_or("", |schema| schema.name);
        return format!("{}.{}", quote_ident(schema), quote_ident(&entry.name));
    }
    // Either a phrase of SQL's own or the type's name.
    let known = Type::from_oid(oid);
    let name = match known.as_ref().map(type_name) {
        Some(phrase) if phrase != entry.name => phrase,
        _ => quote_ident(&entry.name).into(),
    };
    match (size(oid, modifier), name.split_once(' ')) {
        (None, _) => name.into_owned(),
        // The size of a time stands before its zone.
        (Some(size), Some((first, rest))) if rest.ends_with("time zone") => {
            format!("{first}{size} {rest}")
        }
        (Some(size), _) => format!("{name}{size}"),
    }
}

/// The precision and the scale that the modifier of a `numeric` says.
pub(super) fn decimal(modifier: i32) -> (i32, i32) {
    let bits = modifier - 4;
    // Eleven bits with a sign.
    (bits >> 16 & 0xffff, ((bits & 0x7ff) ^ 0x400) - 0x400)
}

/// What a modifier says: `(10,2)`.
fn size(oid: u32, modifier: i32) -> Option<String> {
    if modifier < 0 {
        return None;
    }
    Some(match Type::from_oid(oid)? {
        Type::NUMERIC => {
            let (precision, scale) = decimal(modifier);
            format!("({precision},{scale})")
        }
        Type::VARCHAR | Type::BPCHAR => format!("({})", modifier - 4),
        Type::BIT | Type::VARBIT => format!("({modifier})"),
        Type::TIME | Type::TIMETZ | Type::TIMESTAMP | Type::TIMESTAMPTZ => format!("({modifier})"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_spelled_as_format_type_spells_them() {
        for (oid, modifier, text) in [
            (0, -1, "-"),
            (1, -1, "???"),
            (16, -1, "boolean"),
            (18, -1, "\"char\""),
            (23, -1, "integer"),
            (22, -1, "int2vector"),
            (30, -1, "oidvector"),
            (1007, -1, "integer[]"),
            (1042, 7, "character(3)"),
            (1043, -1, "character varying"),
            (1043, 24, "character varying(20)"),
            (1015, 24, "character varying(20)[]"),
            (1184, -1, "timestamp with time zone"),
            (1184, 3, "timestamp(3) with time zone"),
            (1186, -1, "interval"),
            (1700, 655_366, "numeric(10,2)"),
            (1700, 198_658, "numeric(3,-2)"),
            (2205, -1, "regclass"),
        ] {
            assert_eq!(spelled(oid, modifier), text);
        }
    }

    #[test]
    fn columns_have_types_of_postgresql() {
        for (text, expected) in [
            ("numeric(10,2)", "numeric(10,2)"),
            ("numeric(3,-2)", "numeric(3,-2)"),
            ("char(3)", "character(3)"),
            ("varchar(20)[]", "character varying(20)[]"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("int[][]", "jsonb"),
            ("array<int not null>", "integer[]"),
            ("struct<a int>", "jsonb"),
            ("map<text, int>", "jsonb"),
        ] {
            let (of, modifier) = of_column(&text.parse().expect(text));
            assert_eq!(spelled(of.oid(), modifier), expected);
        }
    }
}
