//! Batches carried over: the same values as records are, in whatever layout.

use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int64Array, LargeStringArray, ListArray, RecordBatch,
    RecordBatchOptions, StringArray, StringViewArray, StructArray, TimestampNanosecondArray,
    UInt8Array, UInt32Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_cast::cast;
use arrow_schema::{DataType as ArrowType, Field as ArrowField, Fields, Schema as ArrowSchema};
use serde_json::{Value as Json, json};

use super::super::build::*;
use crate::evolution::{Adapter, BatchAdapter};
use crate::schema::{RecordError, Schema};

/// Checks that a batch with this record becomes what the record becomes.
pub(super) fn agree(from: &Schema, to: &Schema, record: &Json) {
    let carried = Adapter::new(from, to).adapt(record.clone());
    let batch = from.record_batch(vec![record.clone()]);
    let batch = batch.and_then(|batch| BatchAdapter::new(from, to).adapt(&batch));
    match (carried, batch) {
        (Ok(carried), Ok(batch)) => {
            assert_eq!(to.record_batch(vec![carried]).expect("a batch"), batch);
        }
        (Err(error), Err(in_batch)) => fail_alike(&error, &in_batch),
        (Ok(carried), Err(error)) => {
            // Decimals of Arrow have no NaN.
            assert_eq!(error.problem.sqlstate(), "22003", "{carried}: {error}");
            assert!(carried.to_string().contains("NaN"), "{carried}: {error}");
        }
        (Err(error), Ok(batch)) => panic!("{error}: {batch:?}"),
    }
}

/// Checks that the first row of a batch fails like the record that it is.
fn fail_alike(error: &RecordError, in_batch: &RecordError) {
    let dot = if error.path.is_empty() { "" } else { "." };
    let path = format!("[0]{dot}{}", error.path);
    assert_eq!(in_batch.path.to_string(), path);
    assert_eq!(in_batch.problem.sqlstate(), error.problem.sqlstate());
    assert_eq!(in_batch.problem.message(), error.problem.message());
}

/// Checks that no batch with this record is carried, like the record, which
/// fails so. Of more failures than one it may meet another first.
pub(super) fn refuse(
    from: &Schema,
    to: &Schema,
    record: &Json,
    error: &RecordError,
    is_only_one: bool,
) {
    if let Ok(batch) = from.record_batch(vec![record.clone()]) {
        let in_batch = BatchAdapter::new(from, to).adapt(&batch);
        let in_batch = in_batch.expect_err(&format!("{record} is carried"));
        if is_only_one {
            fail_alike(error, &in_batch);
        }
    }
}

/// Both adapters carry all records, to the same.
pub(super) fn agree_on_all(from: &Schema, to: &Schema, records: &[Json]) {
    let adapter = Adapter::new(from, to);
    let carried = records.iter().map(|record| adapter.adapt(record.clone()));
    let carried: Vec<Json> = carried.collect::<Result<_, _>>().expect("records");
    let before = from.record_batch(records.to_vec()).expect("a batch");
    let after = to.record_batch(carried).expect("a batch");
    let adapter = BatchAdapter::new(from, to);
    assert_eq!(adapter.adapt(&before).expect("a batch"), after);
    // A slice is carried as the rows that it has.
    for offset in 0..=records.len() {
        let rest = records.len() - offset;
        let sliced = adapter.adapt(&before.slice(offset, rest)).expect("a batch");
        assert_eq!(sliced, after.slice(offset, rest));
    }
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).expect("a batch")
}

/// Carries the batch from the schema with this column to itself.
fn read(column: &str, array: ArrayRef) -> Result<ArrayRef, RecordError> {
    let schema = schema(&[column], &[]);
    let name = &schema.fields[0].name;
    let adapted = BatchAdapter::new(&schema, &schema).adapt(&batch(vec![(name, array)]))?;
    Ok(Arc::clone(adapted.column(0)))
}

fn failure<T: std::fmt::Debug>(result: Result<T, RecordError>) -> String {
    let error = result.expect_err("a failure");
    format!("{} {}", error.problem.sqlstate(), error.path)
}

#[test]
fn a_value_with_parts_is_none_of_a_type_without_them() {
    let old = schema(&["a: struct<x integer>"], &[]);
    agree(&old, &schema(&["a: text"], &[]), &json!({"a": {"x": 1}}));
}

#[test]
fn rows_of_all_sorts_are_carried_like_records() {
    let old = schema(
        &[
            "id: bigint !",
            "code: varchar(9)",
            "address: struct<street text, zip char(5) not null, geo struct<x real, y real>>",
            "items: array<struct<sku text not null, count smallint>>",
            "labels: map<int, varchar(3)>",
            "gone: text",
            "at: timestamp(6)",
            "price: numeric(12,2)",
        ],
        &["id"],
    );
    let new = altered(
        &old,
        &[
            drop("gone"),
            rename("code", "sign"),
            set_type("sign", "text"),
            add("address.country: char(2) ! = 'XX'"),
            drop("address.geo.x"),
            rename("address.geo.y", "z"),
            set_type("address.geo.z", "double precision"),
            set_type("items.element.count", "bigint"),
            add("items.element.tags: text[] = '[\"new\"]'"),
            set_type("labels.key", "bigint"),
            set_type("labels.value", "text"),
            set_type("price", "numeric(40,2)"),
            add("state: text ! = 'open'"),
            add("note: jsonb"),
        ],
    );
    let records = [
        json!({"id": 1}),
        json!({"id": 2, "code": "x", "address": null, "items": [], "labels": {}}),
        json!({
            "id": 3, "address": {"zip": "1234", "geo": {"x": 0.5, "y": 0.1}},
            "items": [{"sku": "a", "count": 7}, null, {"sku": "b"}],
            "labels": {"1": "a", "2": null}, "at": "2024-02-29 12:34:56.789", "price": "-1.50",
        }),
        json!({"id": 4, "address": {"street": "", "zip": ""}, "items": [null], "at": "infinity"}),
        json!({"id": 5, "items": [{"sku": "c"}], "labels": {"-5": "abc"}, "gone": "gone"}),
    ];
    agree_on_all(&old, &new, &records);
    agree_on_all(&old, &old, &records);
    let adapter = Adapter::new(&old, &new);
    let back = records.map(|record| adapter.adapt(record).expect("a record"));
    agree_on_all(&new, &old, &back);
    agree_on_all(&old, &new, &[]);
}

#[test]
fn columns_that_stay_share_their_buffers() {
    let old = schema(
        &[
            "a: bigint !",
            "b: int",
            "c: struct<d text, e int>",
            "f: text[]",
        ],
        &[],
    );
    let new = altered(
        &old,
        &[
            rename("a", "x"),
            set_type("b", "bigint"),
            set_type("c.e", "bigint"),
            set_default("c.d", "'none'"),
            drop_not_null("x"),
        ],
    );
    let row = json!({"a": 1, "b": 2, "c": {"d": "x", "e": 3}, "f": ["y"]});
    let before = old.record_batch(vec![row]).expect("a batch");
    let after = BatchAdapter::new(&old, &new)
        .adapt(&before)
        .expect("a batch");
    let begins = |array: &dyn Array| array.to_data().buffers()[0].as_ptr();
    let text = |batch: &RecordBatch| begins(batch.column(2).as_struct().column(0));
    assert_eq!(begins(before.column(0)), begins(after.column(0)));
    assert_eq!(text(&before), text(&after));
    assert!(Arc::ptr_eq(before.column(3), after.column(3)));
    assert_eq!(**after.schema_ref(), new.to_arrow());
}

#[test]
fn columns_are_found_by_name() {
    let old = schema(&["a: int", "b: text = 'x'", "c: int !"], &[]);
    let new = altered(&old, &[add("d: int")]);
    let adapter = BatchAdapter::new(&old, &new);
    let number = || -> ArrayRef { Arc::new(UInt8Array::from(vec![1])) };
    let int = |array: ArrayRef| cast(&array, &ArrowType::Int32).expect("integers");
    let expected = |a: Json| {
        let row = json!({"a": a, "b": "x", "c": 1});
        new.record_batch(vec![row]).expect("a batch")
    };
    let turned = batch(vec![("c", int(number())), ("a", int(number()))]);
    assert_eq!(adapter.adapt(&turned).expect("a batch"), expected(json!(1)));
    let only = batch(vec![("c", int(number()))]);
    assert_eq!(
        adapter.adapt(&only).expect("a batch"),
        expected(json!(null))
    );
    let missing = batch(vec![("a", int(number()))]);
    assert_eq!(failure(adapter.adapt(&missing)), "22004 [0].c");
    let none = RecordBatchOptions::new().with_row_count(Some(0));
    let none = RecordBatch::try_new_with_options(Arc::new(ArrowSchema::empty()), vec![], &none);
    let adapted = adapter.adapt(&none.expect("a batch")).expect("a batch");
    assert_eq!(adapted.num_rows(), 0);
    let unknown = batch(vec![("c", int(number())), ("z", int(number()))]);
    assert_eq!(failure(adapter.adapt(&unknown)), "22P02 z");
    let twice = batch(vec![("c", int(number())), ("c", int(number()))]);
    assert_eq!(failure(adapter.adapt(&twice)), "22P02 c");
    let narrow = batch(vec![("c", number())]);
    assert_eq!(failure(adapter.adapt(&narrow)), "22P02 c");
}

#[test]
fn other_layouts_are_read() {
    let texts = || StringArray::from(vec![Some("a"), None, Some("a")]);
    let text: ArrayRef = Arc::new(texts());
    let dictionary: DictionaryArray<Int8Type> = texts().iter().collect();
    // NULL may be a key or a value of a dictionary.
    let keys = vec![Some(1), Some(0), Some(1)].into_iter().collect();
    let values = Arc::new(StringArray::from(vec![None, Some("a")]));
    let nulls = DictionaryArray::<Int8Type>::new(keys, values);
    for array in [
        Arc::new(dictionary) as ArrayRef,
        Arc::new(nulls),
        Arc::new(LargeStringArray::from_iter(texts().iter())),
        Arc::new(StringViewArray::from_iter(texts().iter())),
    ] {
        let shown = array.data_type().to_string();
        assert_eq!(
            &read("t: varchar(5)", Arc::clone(&array)).expect(&shown),
            &text
        );
        let null = read("t: text !", array);
        assert_eq!(failure(null), "22004 [1].t", "{shown}");
    }
    let run = ArrowType::RunEndEncoded(
        Arc::new(ArrowField::new("run_ends", ArrowType::Int32, false)),
        Arc::new(ArrowField::new("values", ArrowType::Utf8, true)),
    );
    let runs = cast(&text, &run).expect("runs");
    assert_eq!(&read("t: text", runs).expect("runs"), &text);
    let unsigned: ArrayRef = Arc::new(UInt32Array::from(vec![u32::MAX]));
    let signed = read("v: bigint", unsigned).expect("integers");
    assert_eq!(*signed, Int64Array::from(vec![i64::from(u32::MAX)]));

    let mut lists = ListBuilder::new(Int32Builder::new());
    lists.append_value([Some(1), None]);
    lists.append_null();
    lists.append_value([]);
    lists.append_value([Some(2), Some(3)]);
    let lists: ArrayRef = Arc::new(lists.finish());
    let expected = read("v: int[]", Arc::clone(&lists)).expect("lists");
    let item = || Arc::new(ArrowField::new("item", ArrowType::Int32, true));
    for layout in [ArrowType::LargeList(item()), ArrowType::ListView(item())] {
        let other = cast(&lists, &layout).expect("lists");
        let shown = layout.to_string();
        assert_eq!(
            &read("v: int[]", other.slice(1, 3)).expect(&shown),
            &expected.slice(1, 3)
        );
    }
    let null = read("v: array<int not null>", lists);
    assert_eq!(failure(null), "22004 [0].v[1]");
}

#[test]
fn what_is_finer_than_the_type_is_refused() {
    let nanos = |values: Vec<i64>| -> ArrayRef { Arc::new(TimestampNanosecondArray::from(values)) };
    let micros = read("at: timestamp", nanos(vec![-1_000, 2_000])).expect("timestamps");
    let expected = cast(&nanos(vec![-1_000, 2_000]), micros.data_type()).expect("timestamps");
    assert_eq!(&micros, &expected);
    let finer = read("at: timestamp", nanos(vec![1_000, 1_001]));
    assert_eq!(failure(finer), "22008 [1].at");
}

#[test]
fn what_is_under_a_null_is_nobodys() {
    // The lists are [1, 70000], NULL over [70000], [2].
    let item = Arc::new(ArrowField::new("item", ArrowType::Int32, true));
    let values = Arc::new(arrow_array::Int32Array::from(vec![
        9, 1, 2, 70_000, 3, 70_000,
    ]));
    let offsets = OffsetBuffer::new(vec![1, 3, 4, 5].into());
    let nulls = NullBuffer::from(vec![true, false, true]);
    let lists: ArrayRef = Arc::new(ListArray::new(item, offsets, values, Some(nulls)));
    let old = schema(&["v: int[]"], &[]);
    let new = altered(&old, &[set_type("v.element", "smallint")]);
    let hidden = batch(vec![("v", Arc::clone(&lists))]);
    let adapted = BatchAdapter::new(&old, &new).adapt(&hidden).expect("lists");
    let expected = [json!({"v": [1, 2]}), json!({"v": null}), json!({"v": [3]})];
    assert_eq!(
        adapted,
        new.record_batch(expected.to_vec()).expect("a batch")
    );

    // The structs are {70000, [1, 70000]}, NULL, each over one that would fail.
    let members = vec![
        (
            "n".to_owned(),
            Arc::new(arrow_array::Int32Array::from(vec![1, 70_000, 2])) as ArrayRef,
        ),
        ("v".to_owned(), lists),
    ];
    let fields: Fields = members
        .iter()
        .map(|(name, array)| ArrowField::new(name, array.data_type().clone(), true))
        .collect();
    let arrays = members.into_iter().map(|(_, array)| array).collect();
    let nulls = NullBuffer::from(vec![true, false, true]);
    let structs: ArrayRef = Arc::new(StructArray::new(fields, arrays, Some(nulls)));
    let old = schema(&["s: struct<n int, v int[]>"], &[]);
    let new = altered(
        &old,
        &[
            set_type("s.n", "smallint"),
            set_not_null("s.n"),
            set_not_null("s.v"),
            set_type("s.v.element", "smallint"),
            set_not_null("s.v.element"),
        ],
    );
    let hidden = batch(vec![("s", structs)]);
    let adapted = BatchAdapter::new(&old, &new)
        .adapt(&hidden)
        .expect("structs");
    let expected = [
        json!({"s": {"n": 1, "v": [1, 2]}}),
        json!({"s": null}),
        json!({"s": {"n": 2, "v": [3]}}),
    ];
    assert_eq!(
        adapted,
        new.record_batch(expected.to_vec()).expect("a batch")
    );
}

#[test]
fn a_failure_names_the_row_and_the_way() {
    let old = schema(
        &[
            "n: int",
            "items: array<struct<sku text, count int>>",
            "labels: map<text, int>",
            "s: struct<t text>",
        ],
        &[],
    );
    let plain = json!({"n": 1});
    for (alteration, record, expected) in [
        (
            set_type("n", "smallint"),
            json!({"n": 70_000}),
            "22003 [2].n",
        ),
        (
            set_type("n", "text"),
            json!({"n": 1, "s": {}}),
            "22P02 [0].n",
        ),
        (set_not_null("n"), json!({}), "22004 [2].n"),
        (add("m: int !"), json!({}), "22004 [0].m"),
        (add("s.m: int !"), json!({"s": {}}), "22004 [2].s.m"),
        (
            set_type("items.element.count", "smallint"),
            json!({"items": [null, {"count": 1}, {"count": -70_000}]}),
            "22003 [2].items[2].count",
        ),
        (
            set_type("labels.value", "smallint"),
            json!({"labels": {"a": 1, "b c": 70_000}}),
            "22003 [2].labels[\"b c\"]",
        ),
        (
            set_type("s.t", "char(3)"),
            json!({"s": {"t": "a "}}),
            "22001 [2].s.t",
        ),
    ] {
        let new = altered(&old, &[alteration]);
        let rows = vec![plain.clone(), plain.clone(), record];
        let before = old.record_batch(rows).expect("a batch");
        let adapted = BatchAdapter::new(&old, &new).adapt(&before);
        assert_eq!(failure(adapted), expected);
    }
}

#[test]
fn a_padded_text_is_the_text() {
    let old = schema(&["c: char(3)"], &[]);
    let new = altered(&old, &[set_type("c", "text")]);
    let padded: ArrayRef = Arc::new(StringArray::from(vec!["a  ", "b", "cde"]));
    let adapted = BatchAdapter::new(&old, &new).adapt(&batch(vec![("c", padded)]));
    let adapted = adapted.expect("a batch");
    let expected = StringArray::from(vec!["a", "b", "cde"]);
    assert_eq!(adapted.column(0).as_string::<i32>(), &expected);
}
