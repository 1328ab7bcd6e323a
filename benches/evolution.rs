//! How long the brain thinks: a check against many versions, a difference and a
//! plan of many columns, fingerprints; and whether that grows by columns times
//! versions and no faster. Beside it a whole `ALTER STREAM`, with the store.
//!
//!     cargo bench --bench evolution --no-default-features

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rekha::evolution::{alter, diff, judge, plan};
use rekha::registry::Registry;
use rekha::schema::{
    Alteration, ColumnSpec, DataType, FieldId, FieldPath, Literal, Mode, ObjectId, Schema,
    StreamName,
};
use rekha::session::{Session, SessionOptions};

/// Times that each is measured; the median is told.
const ROUNDS: usize = 21;

/// What columns are, in turn; every eighth has parts.
const TYPES: &[&str] = &[
    "bigint",
    "integer",
    "text",
    "numeric(12,2)",
    "timestamp",
    "varchar(40)",
    "boolean",
    "struct<a integer, b text, c array<struct<d bigint, e text>>>",
];

#[tokio::main]
async fn main() -> rekha::Result<()> {
    let (new, history) = history(1_000, 100);
    println!("1,000 columns (1,750 fields) against 100 versions, FULL_TRANSITIVE:");
    let versions = views(&history);
    assert!(judge(Mode::FullTransitive, &new, &versions).is_compatible());
    tell("admitted", || judge(Mode::FullTransitive, &new, &versions));
    let retyped = every_column(&new, |_| "interval");
    tell("refused, every column in every version", || {
        judge(Mode::FullTransitive, &retyped, &versions).into_error("s")
    });
    let mut reversed = new.clone();
    reversed.fields.reverse();
    tell("admitted, columns in another order", || {
        judge(Mode::FullTransitive, &reversed, &versions)
    });
    tell("admitted by FULL, the latest only", || {
        judge(Mode::Full, &new, &versions)
    });

    println!("5,000 columns (8,750 fields), every second one changed:");
    let old = Arc::new(table(5_000));
    let new = Arc::new(every_column(&old, |index| match index % 2 {
        0 => TYPES[index % TYPES.len()],
        _ => "interval",
    }));
    tell("difference", || diff(&old, &new));
    tell("plan, FULL_TRANSITIVE", || {
        plan(Mode::FullTransitive, &new, &[(1, old.clone())])
    });
    tell("fingerprint", || old.fingerprint());
    tell("fingerprint, 1,000 columns", || history[0].1.fingerprint());

    println!("check in FULL_TRANSITIVE, ms, by columns and versions:");
    print!("{:>8}", "");
    let counts = [25, 50, 100, 200];
    counts.iter().for_each(|versions| print!("{versions:>8}"));
    println!();
    for columns in [250, 500, 1_000, 2_000] {
        print!("{columns:>8}");
        for count in counts {
            let (new, history) = self::history(columns, count);
            let versions = views(&history);
            let took = median(|| judge(Mode::FullTransitive, &new, &versions));
            print!("{:>8.2}", millis(took));
        }
        println!();
    }
    whole_statements(&history).await
}

/// The same stream in a registry over a file, altered in a transitive mode.
async fn whole_statements(history: &[(u32, Schema)]) -> rekha::Result<()> {
    let directory = tempfile::tempdir().expect("a directory for the store");
    let registry = Registry::builder()
        .sqlite(directory.path().join("bench.db"))
        .build()
        .await?;
    let name = StreamName::new("public", "s");
    for (_, schema) in history {
        registry
            .register_schema(&name, schema.clone(), "bench")
            .await?;
    }
    let mut session = Session::new(registry.clone(), SessionOptions::default())?;
    println!("ALTER STREAM of the same stream, durable, with loading its versions:");
    for mode in ["FULL", "FULL_TRANSITIVE"] {
        let set = format!("ALTER STREAM s SET (compatibility = '{mode}')");
        session.execute(&set).await?;
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            let alter = format!("ALTER STREAM s ALTER COLUMN c1 SET DEFAULT {round}");
            let begun = Instant::now();
            session.execute(&alter).await?;
            times.push(begun.elapsed());
        }
        println!("  {mode:<42} {:>9.3} ms", millis(middle(times)));
    }
    registry.close(Duration::from_secs(60)).await;
    Ok(())
}

/// A stream's versions, each made from the one before by a change that FULL
/// allows, and the schema that is to follow them. Nothing is shared between
/// them, as if they had been loaded.
fn history(columns: usize, versions: u32) -> (Schema, Vec<(u32, Schema)>) {
    let mut schema = table(columns);
    let mut last = FieldId(0);
    let mut history = Vec::new();
    for number in 1..=versions {
        history.push((number, schema.clone()));
        let change = match number % 3 {
            0 => Alteration::SetDefault {
                column: FieldPath::from("c5"),
                default: Literal::String(number.to_string()),
            },
            1 => Alteration::AddColumn {
                parent: None,
                column: column(&format!("added_{number}"), "text"),
                if_not_exists: false,
            },
            _ => Alteration::DropColumn {
                column: FieldPath::from(format!("added_{}", number - 1)),
                if_exists: false,
                cascade: false,
            },
        };
        let altered = alter("s", &schema, last, &[change], &mut || ObjectId(1));
        let altered = altered.expect("the change can be done");
        (schema, last) = (altered.schema, altered.last_field_id);
    }
    (schema, history)
}

fn views(history: &[(u32, Schema)]) -> Vec<(u32, &Schema)> {
    let versions = history.iter();
    versions.map(|(number, schema)| (*number, schema)).collect()
}

fn table(columns: usize) -> Schema {
    let columns: Vec<ColumnSpec> = (0..columns)
        .map(|index| column(&format!("c{index}"), TYPES[index % TYPES.len()]))
        .collect();
    Schema::new(&columns, &["c0".to_owned()]).expect("a schema")
}

/// The schema with a type for each column but the key.
fn every_column(schema: &Schema, data_type: impl Fn(usize) -> &'static str) -> Schema {
    let changes: Vec<Alteration> = (1..schema.fields.len())
        .map(|index| Alteration::SetType {
            column: FieldPath::from(schema.fields[index].name.as_str()),
            data_type: data_type(index).parse().expect("a type"),
        })
        .collect();
    let altered = alter("s", schema, FieldId(0), &changes, &mut || ObjectId(1));
    altered.expect("types can be changed").schema
}

fn column(name: &str, data_type: &str) -> ColumnSpec {
    ColumnSpec {
        name: name.to_owned(),
        data_type: data_type.parse::<DataType>().expect("a type"),
        not_null: false,
        default: None,
        comment: None,
    }
}

fn tell<T>(what: &str, run: impl Fn() -> T) {
    println!("  {what:<42} {:>9.3} ms", millis(median(run)));
}

fn median<T>(run: impl Fn() -> T) -> Duration {
    let time = |_| {
        let begun = Instant::now();
        let made = black_box(run());
        let took = begun.elapsed();
        drop(made);
        took
    };
    middle((0..ROUNDS).map(time).collect())
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
