//! Arbitrary types, values and schemas for the laws of this crate.

use proptest::prelude::*;

use super::{
    ColumnSpec, Constraint, DataType, Field, FieldId, Index, Literal, Name, ObjectId, Schema,
};

/// Any type, nested or not.
pub(crate) fn data_type() -> impl Strategy<Value = DataType> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        let key = scalar().prop_filter("a key", |key| {
            !matches!(key, DataType::Json | DataType::Jsonb)
        });
        let nullable = any::<bool>();
        prop_oneof![
            (inner.clone(), nullable)
                .prop_map(|(element, nullable)| { DataType::array(element, nullable) }),
            (key, inner.clone(), nullable)
                .prop_map(|(key, value, nullable)| DataType::map(key, value, nullable)),
            proptest::sample::subsequence(names(), 1..=4)
                .prop_shuffle()
                .prop_flat_map(move |names| {
                    let members = names.into_iter().map(|name| member(name, inner.clone()));
                    members.collect::<Vec<_>>()
                })
                .prop_map(DataType::Struct),
        ]
    })
}

/// A part of a struct whose default, when there is one, is a value of its type.
fn member(name: Name, data_type: impl Strategy<Value = DataType>) -> impl Strategy<Value = Field> {
    let default = proptest::option::of(literal());
    (data_type, any::<bool>(), default).prop_map(move |(data_type, nullable, default)| Field {
        id: FieldId::UNASSIGNED,
        name: name.clone(),
        default: default.and_then(|literal| literal.coerce(&data_type).unwrap_or(None)),
        data_type,
        nullable,
    })
}

/// A few names, so that two schemas have some in common.
fn names() -> Vec<Name> {
    ["a", "b", "c", "d", "order id", "é", "g", "h"]
        .map(str::to_owned)
        .to_vec()
}

/// Any type without parts.
pub(crate) fn scalar() -> impl Strategy<Value = DataType> {
    use DataType::*;
    let precision = || proptest::option::of(0..=6u8);
    prop_oneof![
        Just(Boolean),
        Just(SmallInt),
        Just(Integer),
        Just(BigInt),
        Just(Real),
        Just(Double),
        Just(Numeric(None)),
        (1..=12u16, -3..=6i16).prop_map(|bounds| Numeric(Some(bounds))),
        (1..=1000u16, -1000..=1000i16).prop_map(|bounds| Numeric(Some(bounds))),
        Just(Text),
        Just(Varchar(None)),
        (1..=20u32).prop_map(|length| Varchar(Some(length))),
        (1..=20u32).prop_map(Char),
        Just(Bytea),
        Just(Date),
        precision().prop_map(Time),
        precision().prop_map(Timestamp),
        precision().prop_map(TimestampTz),
        Just(Interval),
        Just(Uuid),
        Just(Json),
        Just(Jsonb),
    ]
}

/// Any literal; many are a value of some type.
pub(crate) fn literal() -> impl Strategy<Value = Literal> {
    let number = prop_oneof![
        "-?[0-9]{1,6}",
        "[-+]?[0-9]{0,4}\\.[0-9]{1,4}(e-?[0-9]{1,2})?",
        "[0-9]{1,3}[eE][+-]?[0-9]{1,12}",
        any::<f64>().prop_map(|value| value.to_string()),
    ];
    let string = prop_oneof![
        "[a-z' ]{0,12}",
        "\\PC{0,12}",
        any::<i64>().prop_map(|value| value.to_string()),
        Just("t".to_owned()),
        Just("NaN".to_owned()),
        Just("-infinity".to_owned()),
        "\\\\x([0-9a-fA-F]{2}){0,4}",
        "[0-9]{4,5}-[01][0-9]-[0-3][0-9]",
        "[0-9]{4}-[01]?[0-9]-[0-3][0-9][ T][012][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?( ?[+-](0[0-9]|1[0-5])(:?[0-5]0)?|Z)?",
        "[012][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?",
        "-?[0-9]{1,3}(\\.5)? (year|mon|week|day)s? [+-]?[0-9]{1,3}:[0-5][0-9]:[0-5][0-9]\\.[0-9]{1,6}( ago)?",
        "P(-?[0-9]{1,3}Y)?(-?[0-9]{1,3}M)?[0-9]{1,3}(\\.[0-9]{1,4})?D(T-?[0-9]{1,4}S)?",
        any::<u128>().prop_map(|bits| uuid::Uuid::from_u128(bits).simple().to_string()),
        "\\{\"[a-z]\": ?[0-9]{1,3}, ?\"[a-z]\": ?\\[true, null, \"[a-z]\"\\]\\}",
    ];
    prop_oneof![
        1 => Just(Literal::Null),
        1 => any::<bool>().prop_map(Literal::Boolean),
        4 => number.prop_map(Literal::Number),
        8 => string.prop_map(Literal::String),
    ]
}

/// A column whose default, when there is one, is a value of its type.
fn column(name: Name) -> impl Strategy<Value = ColumnSpec> {
    let default = proptest::option::of(literal());
    (data_type(), any::<bool>(), default).prop_map(move |(data_type, not_null, default)| {
        let default = default.filter(|literal| literal.coerce(&data_type).is_ok());
        ColumnSpec {
            name: name.clone(),
            data_type,
            not_null,
            default,
            comment: None,
        }
    })
}

/// Any schema of up to six columns, nested or not, named from a few names so
/// that two of them have some in common.
pub(crate) fn schema() -> impl Strategy<Value = Schema> {
    let names = proptest::sample::subsequence(names(), 1..=6).prop_shuffle();
    let columns = names.prop_flat_map(|names| names.into_iter().map(column).collect::<Vec<_>>());
    (columns, 0..=2usize, any::<[bool; 3]>()).prop_map(
        |(columns, key, [index, unique, constraint])| {
            let names: Vec<Name> = columns
                .iter()
                .filter(|column| !column.data_type.is_nested())
                .map(|column| column.name.clone())
                .collect();
            let has_names = !names.is_empty();
            let key = &names[..key.min(names.len())];
            let mut schema = Schema::new(&columns, key).expect("the columns are valid");
            if index && has_names {
                schema.indexes.push(Index {
                    id: ObjectId(7),
                    name: "i".to_owned(),
                    columns: names[..1].to_vec(),
                    unique,
                });
            }
            if constraint && has_names {
                schema.constraints.push(Constraint {
                    id: ObjectId(8),
                    name: "u".to_owned(),
                    columns: names.clone(),
                });
            }
            schema
        },
    )
}

/// Turns the order of columns, and of the fields of structs, around.
pub(crate) fn reverse(fields: &mut [Field]) {
    fields.reverse();
    for field in fields {
        match &mut field.data_type {
            DataType::Struct(members) => reverse(members),
            other => other
                .children_mut()
                .iter_mut()
                .for_each(|part| reverse(std::slice::from_mut(part))),
        }
    }
}
