//! Arbitrary types, values, schemas and records for the laws of this crate.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

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
    (data_type.prop_flat_map(with_default), any::<bool>()).prop_map(
        move |((data_type, default), nullable)| Field {
            id: FieldId::UNASSIGNED,
            name: name.clone(),
            default: default.and_then(|literal| literal.coerce(&data_type).unwrap_or(None)),
            data_type,
            nullable,
        },
    )
}

/// The type and, perhaps, a literal that is a value of it.
fn with_default(data_type: DataType) -> impl Strategy<Value = (DataType, Option<Literal>)> {
    let nested = match data_type.is_nested() {
        true => value(&data_type)
            .prop_map(|value| Literal::String(value.to_string()))
            .boxed(),
        false => literal().boxed(),
    };
    proptest::option::of(nested).prop_map(move |literal| {
        let literal = literal.filter(|literal| literal.coerce(&data_type).is_ok());
        (data_type.clone(), literal)
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
    (data_type().prop_flat_map(with_default), any::<bool>()).prop_map(
        move |((data_type, default), not_null)| ColumnSpec {
            name: name.clone(),
            data_type,
            not_null,
            default,
            comment: None,
        },
    )
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

/// Any record of the schema. Columns that are optional may be absent.
pub(crate) fn record(schema: &Schema) -> BoxedStrategy<Json> {
    members(&schema.fields).prop_map(Json::Object).boxed()
}

fn members(fields: &[Field]) -> BoxedStrategy<Map<String, Json>> {
    let members: Vec<_> = fields
        .iter()
        .map(|field| {
            let name = field.name.clone();
            perhaps(nullable_value(field), field.is_optional())
                .prop_map(move |value| Some((name.clone(), value?)))
        })
        .collect();
    members
        .prop_map(|members| members.into_iter().flatten().collect())
        .boxed()
}

fn nullable_value(field: &Field) -> BoxedStrategy<Json> {
    perhaps(value(&field.data_type), field.nullable)
        .prop_map(|value| value.unwrap_or(Json::Null))
        .boxed()
}

/// The value, or nothing now and then if it can be left out.
fn perhaps(value: BoxedStrategy<Json>, is_optional: bool) -> BoxedStrategy<Option<Json>> {
    match is_optional {
        true => proptest::option::weighted(0.85, value).boxed(),
        false => value.prop_map(Some).boxed(),
    }
}

/// Any value of the type, not NULL, as records have it.
pub(crate) fn value(data_type: &DataType) -> BoxedStrategy<Json> {
    use DataType as Type;
    let word = |word: &str| Just(json!(word));
    match data_type {
        Type::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        Type::SmallInt => edges([i16::MIN, 0, i16::MAX], any::<i16>()),
        Type::Integer => edges([i32::MIN, 0, i32::MAX], any::<i32>()),
        Type::BigInt => edges([i64::MIN, 0, i64::MAX], any::<i64>()),
        Type::Real => {
            let shortest = |value: f32| {
                let text = value.to_string();
                text.parse::<f64>().expect("a number").into()
            };
            prop_oneof![4 => any::<f32>().prop_map(shortest), 1 => word("NaN"), 1 => word("-Infinity")].boxed()
        }
        Type::Double => {
            prop_oneof![4 => any::<f64>().prop_map(Json::from), 1 => word("NaN"), 1 => word("Infinity")]
                .boxed()
        }
        Type::Numeric(None) => {
            prop_oneof!["-?[0-9]{1,40}(\\.[0-9]{1,9})?".prop_map(Json::from), word("NaN")].boxed()
        }
        Type::Numeric(Some((precision, scale))) => {
            let (digits, exponent) = (usize::from(*precision), -i32::from(*scale));
            let decimal = move |digits: String| Json::from(format!("{digits}e{exponent}"));
            prop_oneof![
                4 => text(format!("-?[0-9]{{1,{digits}}}")).prop_map(decimal),
                1 => Just(decimal("9".repeat(digits))),
            ]
            .boxed()
        }
        Type::Text | Type::Varchar(None) => {
            prop_oneof![8 => "\\PC{0,12}", 1 => Just("x".repeat(5000))].prop_map(Json::from).boxed()
        }
        Type::Varchar(Some(length)) | Type::Char(length) => {
            text(format!("\\PC{{0,{length}}}")).prop_map(Json::from).boxed()
        }
        Type::Bytea => "\\\\x([0-9a-f]{2}){0,9}".prop_map(Json::from).boxed(),
        Type::Date => day().prop_map(Json::from).boxed(),
        Type::Time(precision) => time(*precision).prop_map(Json::from).boxed(),
        Type::Timestamp(precision) => (day(), time(*precision))
            .prop_map(|(day, time)| format!("{day} {time}").into())
            .boxed(),
        Type::TimestampTz(precision) => (day(), time(*precision))
            .prop_map(|(day, time)| format!("{day} {time}+00").into())
            .boxed(),
        Type::Interval => (any::<i16>(), any::<i16>(), any::<i32>())
            .prop_map(|(months, days, micros)| {
                format!("{months} mons {days} days {micros} us").into()
            })
            .boxed(),
        Type::Uuid => any::<u128>()
            .prop_map(|bits| uuid::Uuid::from_u128(bits).to_string().into())
            .boxed(),
        Type::Json | Type::Jsonb => {
            prop_oneof![Just(json!({})), Just(json!([1, null, {"a": "é"}])), word("null"), Just(json!(0.1))].boxed()
        }
        Type::Array(element) => proptest::collection::vec(nullable_value(element), 0..3)
            .prop_map(Json::Array)
            .boxed(),
        Type::Map(entry) => {
            let [key, value] = entry.as_ref();
            let key_type = key.data_type.clone();
            let key = self::value(&key.data_type).prop_map(move |mut key| {
                key_type.read_json(&mut key).expect("a value");
                key_type.text_of_json(&key)
            });
            proptest::collection::btree_map(key, nullable_value(value), 0..3)
                .prop_map(|entries: BTreeMap<_, _>| Json::Object(entries.into_iter().collect()))
                .boxed()
        }
        Type::Struct(fields) => members(fields).prop_map(Json::Object).boxed(),
    }
}

/// Numbers, the smallest and the largest more often than chance has them.
fn edges<T>(edges: [T; 3], any: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Json>
where
    T: Clone + std::fmt::Debug + Into<Json> + 'static,
{
    prop_oneof![1 => proptest::sample::select(edges.to_vec()), 2 => any]
        .prop_map(Into::into)
        .boxed()
}

fn text(regex: String) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&regex).expect("a regular expression")
}

fn day() -> impl Strategy<Value = String> {
    const DAYS_OF_10_000_YEARS: i32 = 3_652_059;
    (1..=DAYS_OF_10_000_YEARS).prop_map(|day| {
        let date = chrono::NaiveDate::from_num_days_from_ce_opt(day);
        date.expect("a day of a year with four digits").to_string()
    })
}

fn time(precision: Option<u8>) -> impl Strategy<Value = String> {
    let digits = usize::from(precision.unwrap_or(6));
    (0..24u8, 0..60u8, 0..60u8, 0..1_000_000u32).prop_map(move |(hour, minute, second, micros)| {
        let fraction = &format!("{micros:06}")[..digits];
        let point = if digits == 0 { "" } else { "." };
        format!("{hour:02}:{minute:02}:{second:02}{point}{fraction}")
    })
}
