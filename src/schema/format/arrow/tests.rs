use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{
    DataType as ArrowType, Field as ArrowField, Fields, IntervalUnit, Schema as ArrowSchema,
    TimeUnit, UnionFields, UnionMode,
};
use proptest::prelude::*;

use super::data_type::{JSON, UUID};
use super::{ARROW_DEFAULT_KEY, ARROW_FIELD_ID_KEY, ARROW_KEYS_KEY, ARROW_TYPE_KEY};
use crate::error::Error;
use crate::schema::shape::MAX_DEPTH;
use crate::schema::{ColumnSpec, DataType, FieldId, Schema, sample};

fn column(name: &str, data_type: &str) -> ColumnSpec {
    ColumnSpec {
        name: name.to_owned(),
        data_type: data_type.parse().expect(data_type),
        not_null: false,
        default: None,
        comment: None,
    }
}

fn of(field: ArrowField) -> Result<Schema, Error> {
    Schema::from_arrow(&ArrowSchema::new(vec![field]))
}

fn metadata<const N: usize>(entries: [(&str, &str); N]) -> HashMap<String, String> {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    entries.into_iter().map(owned).collect()
}

#[test]
fn types_have_their_arrow_type() {
    const UTC: &str = "UTC";
    for (text, arrow, told) in [
        ("boolean", ArrowType::Boolean, true),
        ("smallint", ArrowType::Int16, true),
        ("integer", ArrowType::Int32, true),
        ("bigint", ArrowType::Int64, true),
        ("real", ArrowType::Float32, true),
        ("double precision", ArrowType::Float64, true),
        ("numeric(10,2)", ArrowType::Decimal128(10, 2), true),
        ("numeric(38,0)", ArrowType::Decimal128(38, 0), true),
        ("numeric(39,38)", ArrowType::Decimal256(39, 38), true),
        ("numeric(76,76)", ArrowType::Decimal256(76, 76), true),
        ("numeric(77,0)", ArrowType::Utf8, false),
        ("numeric(3,5)", ArrowType::Decimal128(5, 5), false),
        ("numeric(3,-2)", ArrowType::Decimal128(5, 0), false),
        ("numeric(3,-200)", ArrowType::Utf8, false),
        ("numeric", ArrowType::Utf8, false),
        ("text", ArrowType::Utf8, true),
        ("varchar", ArrowType::Utf8, false),
        ("varchar(20)", ArrowType::Utf8, false),
        ("char(2)", ArrowType::Utf8, false),
        ("bytea", ArrowType::Binary, true),
        ("date", ArrowType::Date32, true),
        ("time", ArrowType::Time64(TimeUnit::Microsecond), true),
        ("time(3)", ArrowType::Time64(TimeUnit::Microsecond), false),
        (
            "timestamp",
            ArrowType::Timestamp(TimeUnit::Microsecond, None),
            true,
        ),
        (
            "timestamp(0)",
            ArrowType::Timestamp(TimeUnit::Microsecond, None),
            false,
        ),
        (
            "timestamptz",
            ArrowType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
            true,
        ),
        (
            "interval",
            ArrowType::Interval(IntervalUnit::MonthDayNano),
            true,
        ),
        ("uuid", ArrowType::FixedSizeBinary(16), true),
        ("json", ArrowType::Utf8, true),
        ("jsonb", ArrowType::Utf8, false),
    ] {
        let schema = Schema::new(&[column("v", text)], &[]).expect("a schema");
        let field = schema.fields[0].to_arrow();
        assert_eq!(*field.data_type(), arrow, "{text}");
        assert_eq!(
            !field.metadata().contains_key(ARROW_TYPE_KEY),
            told,
            "{text}"
        );
    }
}

#[test]
fn what_arrow_has_no_word_for_is_in_the_metadata() {
    let amount = ColumnSpec {
        not_null: true,
        default: Some("1.5".parse().expect("a literal")),
        ..column("amount", "numeric(10,2)")
    };
    let columns = [
        column("id", "uuid"),
        amount,
        column("doc", "jsonb"),
        column("items", "array<struct<sku char(8) not null>>"),
    ];
    let arrow = Schema::new(&columns, &["id".to_owned()])
        .expect("a schema")
        .to_arrow();
    assert_eq!(
        arrow.metadata()[ARROW_KEYS_KEY],
        r#"{"constraints":[],"indexes":[],"primary_keys":["id"]}"#
    );
    let id = arrow.field(0);
    assert!(!id.is_nullable());
    assert_eq!(id.metadata()[EXTENSION_TYPE_NAME_KEY], UUID);
    assert_eq!(id.metadata()[ARROW_FIELD_ID_KEY], "1");
    assert_eq!(arrow.field(1).metadata()[ARROW_DEFAULT_KEY], "1.50");
    let doc = arrow.field(2).metadata();
    assert_eq!(doc[EXTENSION_TYPE_NAME_KEY], JSON);
    assert_eq!(doc[ARROW_TYPE_KEY], "jsonb");
    let ArrowType::List(element) = arrow.field(3).data_type() else {
        panic!("a list");
    };
    assert_eq!(element.name(), "element");
    assert_eq!(element.metadata()[ARROW_FIELD_ID_KEY], "5");
    let ArrowType::Struct(members) = element.data_type() else {
        panic!("a struct");
    };
    assert_eq!(members[0].metadata()[ARROW_TYPE_KEY], "character(8)");
}

#[test]
fn arrow_types_of_others_are_read() {
    let item = |data_type| Arc::new(ArrowField::new("item", data_type, true));
    let int = || item(ArrowType::Int32);
    let dictionary = |values| ArrowType::Dictionary(Box::new(ArrowType::Int8), Box::new(values));
    let timestamp = |unit, zone: Option<&str>| ArrowType::Timestamp(unit, zone.map(Arc::from));
    let ends = Arc::new(ArrowField::new("run_ends", ArrowType::Int32, false));
    let pair = |key, value| {
        let fields = vec![
            ArrowField::new("keys", key, false),
            ArrowField::new("values", value, true),
        ];
        let entries = ArrowField::new("key_value", ArrowType::Struct(fields.into()), false);
        ArrowType::Map(Arc::new(entries), true)
    };
    for (arrow, text) in [
        (ArrowType::Int8, "smallint"),
        (ArrowType::UInt8, "smallint"),
        (ArrowType::UInt16, "integer"),
        (ArrowType::UInt32, "bigint"),
        (ArrowType::UInt64, "numeric(20,0)"),
        (ArrowType::Float16, "real"),
        (ArrowType::Decimal32(9, 2), "numeric(9,2)"),
        (ArrowType::Decimal64(18, -2), "numeric(18,-2)"),
        (ArrowType::LargeUtf8, "text"),
        (ArrowType::Utf8View, "text"),
        (ArrowType::LargeBinary, "bytea"),
        (ArrowType::BinaryView, "bytea"),
        (ArrowType::FixedSizeBinary(16), "bytea"),
        (ArrowType::Date64, "date"),
        (ArrowType::Time32(TimeUnit::Second), "time(0)"),
        (ArrowType::Time32(TimeUnit::Millisecond), "time(3)"),
        (ArrowType::Time64(TimeUnit::Nanosecond), "time"),
        (timestamp(TimeUnit::Second, None), "timestamp(0)"),
        (timestamp(TimeUnit::Nanosecond, None), "timestamp"),
        (
            timestamp(TimeUnit::Millisecond, Some("Europe/Paris")),
            "timestamptz(3)",
        ),
        (ArrowType::Interval(IntervalUnit::YearMonth), "interval"),
        (ArrowType::Duration(TimeUnit::Second), "interval"),
        (dictionary(ArrowType::Utf8View), "text"),
        (ArrowType::RunEndEncoded(ends, int()), "integer"),
        (ArrowType::List(int()), "integer[]"),
        (ArrowType::LargeList(int()), "integer[]"),
        (ArrowType::FixedSizeList(int(), 3), "integer[]"),
        (ArrowType::ListView(int()), "integer[]"),
        (
            ArrowType::LargeListView(item(dictionary(ArrowType::Utf8))),
            "text[]",
        ),
        (
            pair(ArrowType::LargeUtf8, ArrowType::UInt8),
            "map<text, smallint>",
        ),
        (
            ArrowType::Struct(vec![int()].into()),
            "struct<item integer>",
        ),
    ] {
        let shown = arrow.to_string();
        let schema = of(ArrowField::new("v", arrow, true)).expect(&shown);
        let expected: DataType = text.parse().expect(text);
        let mut found = schema.fields[0].data_type.clone();
        found.forget_identities();
        assert_eq!(found, expected, "{shown}");
    }
}

#[test]
fn what_has_no_like_is_refused_by_its_column() {
    let item = |data_type| Arc::new(ArrowField::new("item", data_type, true));
    let field = |data_type| ArrowField::new("v", data_type, true);
    let with = |data_type, entry| field(data_type).with_metadata(metadata([entry]));
    let deep = (0..=MAX_DEPTH).fold(ArrowType::Int8, |inner, _| ArrowType::List(item(inner)));
    let json_keys = {
        let key = ArrowField::new("key", ArrowType::Utf8, false)
            .with_metadata(metadata([(EXTENSION_TYPE_NAME_KEY, JSON)]));
        let entries = ArrowType::Struct(vec![Arc::new(key), item(ArrowType::Int8)].into());
        ArrowType::Map(Arc::new(ArrowField::new("entries", entries, false)), false)
    };
    let union = ArrowType::Union(UnionFields::empty(), UnionMode::Sparse);
    for (field, sqlstate, message) in [
        (
            field(ArrowType::Null),
            "0A000",
            "Arrow type Null of column \"v\" is not supported",
        ),
        (
            field(ArrowType::List(item(ArrowType::Null))),
            "0A000",
            "Arrow type Null of column \"v.element\" is not supported",
        ),
        (field(union), "0A000", "of column \"v\" is not supported"),
        (
            field(ArrowType::Struct(Fields::empty())),
            "0A000",
            "of column \"v\" is not supported",
        ),
        (field(deep), "54001", "type is nested too deeply"),
        (
            field(json_keys),
            "0A000",
            "a map with keys of type json is not supported",
        ),
        (
            ArrowField::new("", ArrowType::Int8, true),
            "42601",
            "zero-length",
        ),
        (
            with(ArrowType::Utf8, (ARROW_TYPE_KEY, "txt")),
            "42704",
            "type \"txt\" does not exist",
        ),
        (
            with(ArrowType::Int32, (ARROW_DEFAULT_KEY, "'x'")),
            "22P02",
            "invalid input syntax for type integer: \"x\"",
        ),
    ] {
        let error = of(field).expect_err(message);
        assert!(error.message().contains(message), "{error}");
        assert_eq!(error.sqlstate(), sqlstate, "{error}");
    }
    let keyed = |keys| {
        let schema = ArrowSchema::new(vec![field(ArrowType::Int8)]);
        Schema::from_arrow(&schema.with_metadata(metadata([(ARROW_KEYS_KEY, keys)])))
    };
    let error = keyed("{").expect_err("no JSON");
    assert_eq!(error.sqlstate(), "22023");
    let error = keyed(r#"{"primary_keys":["x"]}"#).expect_err("no such column");
    assert_eq!(error.sqlstate(), "42703");
}

#[test]
fn a_type_in_the_metadata_counts_while_the_arrow_type_is_its_own() {
    let named = |arrow: ArrowType, text: &str| {
        let field = ArrowField::new("v", arrow, true);
        let field = field.with_metadata(metadata([(ARROW_TYPE_KEY, text)]));
        let schema = of(field).expect(text);
        schema.fields[0].data_type.to_string()
    };
    let dictionary = ArrowType::Dictionary(Box::new(ArrowType::Int8), Box::new(ArrowType::Utf8));
    assert_eq!(named(dictionary, "varchar(5)"), "character varying(5)");
    assert_eq!(named(ArrowType::LargeUtf8, "numeric"), "numeric");
    assert_eq!(named(ArrowType::Int64, "varchar(5)"), "bigint");
}

#[test]
fn fields_without_an_identity_get_one_after_the_others() {
    let id = |name: &str, id: &str| {
        let field = ArrowField::new(name, ArrowType::Int32, true);
        Arc::new(field.with_metadata(metadata([(ARROW_FIELD_ID_KEY, id)])))
    };
    let inner = ArrowField::new("s", ArrowType::Struct(vec![id("c", "9")].into()), true);
    let fields = vec![id("a", "-1"), id("b", "7"), Arc::new(inner)];
    let schema = Schema::from_arrow(&ArrowSchema::new(fields)).expect("a schema");
    let ids: Vec<FieldId> = schema.fields.iter().map(|field| field.id).collect();
    assert_eq!(ids, [FieldId(10), FieldId(7), FieldId(11)]);
    let fields = vec![id("a", "1"), id("b", "1")];
    let error = Schema::from_arrow(&ArrowSchema::new(fields)).expect_err("one identity twice");
    assert_eq!(error.sqlstate(), "42P16");
}

proptest! {
    #[test]
    fn a_schema_reads_back_from_arrow(schema in sample::schema()) {
        let read = Schema::from_arrow(&schema.to_arrow()).expect("a schema");
        prop_assert_eq!(read.fingerprint(), schema.fingerprint());
        prop_assert_eq!(read, schema);
    }
}
