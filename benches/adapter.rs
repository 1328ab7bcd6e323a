//! How fast records and batches are carried from one schema to another, beside
//! what reading and writing them costs anyway.
//!
//!     cargo bench --bench adapter

use std::hint::black_box;
use std::time::Instant;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::take::take_record_batch;
use rekha::evolution::{Adapter, BatchAdapter, alter};
use rekha::schema::{Alteration, ColumnSpec, FieldId, FieldPath, ObjectId, Schema};
use serde_json::{Value as Json, json};

/// Rows of the batch, and records.
const ROWS: usize = 10_000;

/// Runs of each, of which the median counts.
const RUNS: usize = 15;

/// The columns of an order, of which the adapter has something to do with five.
const COLUMNS: [(&str, &str); 20] = [
    ("order_id", "bigint"),
    ("customer_id", "uuid"),
    ("state", "varchar(20)"),
    ("quantity", "integer"),
    ("priority", "smallint"),
    ("amount", "numeric(10,2)"),
    ("tax", "numeric(10,2)"),
    ("weight", "real"),
    ("score", "double precision"),
    ("paid", "boolean"),
    ("ordered_on", "date"),
    ("ordered_at", "timestamptz"),
    ("opens_at", "time"),
    ("note", "text"),
    ("country", "char(2)"),
    ("payload", "bytea"),
    ("address", "struct<street text, zip text, city text>"),
    ("tags", "text[]"),
    ("items", "array<struct<sku text, count integer>>"),
    ("labels", "map<text, text>"),
];

fn main() -> rekha::Result<()> {
    let old = schema()?;
    let new = altered(&old)?;
    let records: Vec<Json> = (0..ROWS).map(record).collect();
    for (way, from, to) in [("old to new", &old, &new), ("new to old", &new, &old)] {
        let records: Vec<Json> = match way {
            "old to new" => records.clone(),
            _ => carried(&old, &new, &records)?,
        };
        println!("{way}");
        json(from, to, &records);
        arrow(from, to, from.record_batch(records.clone())?);
    }
    Ok(())
}

fn json(from: &Schema, to: &Schema, records: &[Json]) {
    let texts: Vec<String> = records.iter().map(Json::to_string).collect();
    let reading = median(|| {
        for text in &texts {
            let record: Json = serde_json::from_str(text).expect("it is JSON");
            black_box(record.to_string());
        }
    });
    report("JSON: parse and print", reading);
    let adapter = Adapter::new(from, to);
    let adapting = median_after(
        || records.to_vec(),
        |records| {
            for record in records {
                black_box(adapter.adapt(record).expect("it is carried"));
            }
        },
    );
    report("JSON: adapt", adapting);
}

fn arrow(from: &Schema, to: &Schema, batch: RecordBatch) {
    let all = UInt32Array::from_iter_values(0..ROWS as u32);
    let copying = median(|| {
        black_box(take_record_batch(&batch, &all).expect("the rows are there"));
    });
    report("Arrow: copy", copying);
    let adapter = BatchAdapter::new(from, to);
    let adapting = median(|| {
        black_box(adapter.adapt(&batch).expect("it is carried"));
    });
    report("Arrow: adapt", adapting);
}

fn schema() -> rekha::Result<Schema> {
    let column = |(name, data_type): (&str, &str)| -> rekha::Result<ColumnSpec> {
        Ok(ColumnSpec {
            name: name.to_owned(),
            data_type: data_type.parse()?,
            not_null: false,
            default: None,
            comment: None,
        })
    };
    let columns = COLUMNS
        .into_iter()
        .map(column)
        .collect::<rekha::Result<Vec<_>>>()?;
    Ok(Schema::new(&columns, &["order_id".to_owned()])?)
}

/// Widens four types, one of them within an array, renames a column, adds one.
fn altered(old: &Schema) -> rekha::Result<Schema> {
    let set_type = |column: FieldPath, data_type: &str| -> rekha::Result<Alteration> {
        let data_type = data_type.parse()?;
        Ok(Alteration::SetType { column, data_type })
    };
    let count = FieldPath::from("items").child("element").child("count");
    let region = ColumnSpec {
        name: "region".to_owned(),
        data_type: "text".parse()?,
        not_null: true,
        default: Some("'EU'".parse()?),
        comment: None,
    };
    let alterations = [
        set_type("quantity".into(), "bigint")?,
        set_type("amount".into(), "numeric(14,2)")?,
        set_type("state".into(), "text")?,
        set_type(count, "bigint")?,
        Alteration::RenameColumn {
            column: "note".into(),
            to: "remark".to_owned(),
        },
        Alteration::AddColumn {
            parent: None,
            column: region,
            if_not_exists: false,
        },
    ];
    let mut ids = (1..).map(ObjectId);
    let mut next_id = || ids.next().expect("endless");
    let altered = alter(
        "orders",
        old,
        FieldId::UNASSIGNED,
        &alterations,
        &mut next_id,
    );
    Ok(altered?.schema)
}

fn record(row: usize) -> Json {
    json!({
        "order_id": row,
        "customer_id": format!("00000000-0000-4000-8000-{row:012x}"),
        "state": if row.is_multiple_of(3) { "open" } else { "delivered" },
        "quantity": row % 100,
        "priority": row % 5,
        "amount": format!("{}.{:02}", row % 10_000, row % 100),
        "tax": if row.is_multiple_of(4) { Json::Null } else { format!("{}.19", row % 100).into() },
        "weight": row as f64 / 4.0,
        "score": row as f64 / 3.0,
        "paid": row.is_multiple_of(2),
        "ordered_on": format!("2024-{:02}-{:02}", row % 12 + 1, row % 28 + 1),
        "ordered_at": format!("2024-{:02}-{:02} 12:34:56.{:03}+00", row % 12 + 1, row % 28 + 1, row % 1_000),
        "opens_at": format!("{:02}:30:00", row % 24),
        "note": if row.is_multiple_of(5) { Json::Null } else { format!("leave at the door of house {row}").into() },
        "country": "DE",
        "payload": format!("\\x{row:016x}"),
        "address": {"street": format!("Way {row}"), "zip": format!("{:05}", row % 100_000), "city": "Ulm"},
        "tags": ["new", "gift"],
        "items": [{"sku": format!("sku-{row}"), "count": 1}, {"sku": "bag", "count": row % 7}],
        "labels": {"channel": "web", "shop": format!("{}", row % 50)},
    })
}

fn carried(from: &Schema, to: &Schema, records: &[Json]) -> rekha::Result<Vec<Json>> {
    let adapter = Adapter::new(from, to);
    let carried = records.iter().map(|record| adapter.adapt(record.clone()));
    Ok(carried.collect::<Result<_, _>>()?)
}

/// The median of some runs, in rows a second.
fn median(mut run: impl FnMut()) -> f64 {
    median_after(|| (), |()| run())
}

/// As [`median`], after a preparation that is not measured.
fn median_after<T>(mut prepare: impl FnMut() -> T, mut run: impl FnMut(T)) -> f64 {
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let prepared = prepare();
            let start = Instant::now();
            run(prepared);
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    ROWS as f64 / seconds[RUNS / 2]
}

fn report(what: &str, rows_per_second: f64) {
    println!("  {what:<24}{rows_per_second:>14.0} rows/s");
}
