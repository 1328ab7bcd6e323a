//! Many changes at once, by chance but the same in every run.

use fastrand::Rng;
use rekha::schema::{DataType, Schema, StreamName, quote_ident};

use super::shape::{created, plan_of, try_altered};
use super::table::Table;
use crate::support::PostgreSql;

const PAIRS: u64 = 150;
const COLUMNS: [&str; 8] = ["a", "b", "c", "d", "order id", "é", "g", "h"];
const MEMBERS: [&str; 4] = ["x", "y", "z", "it's"];

/// PostgreSQL's own types, each with a default.
pub(super) const NATIVE: &[(&str, &str)] = &[
    ("boolean", "true"),
    ("smallint", "7"),
    ("integer", "7"),
    ("bigint", "7"),
    ("real", "0.5"),
    ("double precision", "0.5"),
    ("numeric(10,2)", "7.5"),
    ("numeric", "7.5"),
    ("text", "'it''s'"),
    ("varchar(9)", "'7'"),
    ("char(9)", "'7'"),
    ("bytea", "'\\x07'"),
    ("date", "'2024-02-29'"),
    ("timestamp(3)", "'2024-02-29 12:00'"),
    ("timestamptz", "'2024-02-29 12:00+02'"),
    ("time", "'12:00'"),
    ("interval", "'1 day'"),
    ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    ("jsonb", "'[]'"),
    ("integer[]", "'{7,NULL}'"),
    ("text[]", "'{7,8}'"),
];

/// Types that are kept as `jsonb`, each with a default.
const OTHERS: &[(&str, &str)] = &[
    (
        "struct<x integer, y text DEFAULT 'y', z array<struct<x integer>>>",
        r#"'{"x":7,"z":[{"x":8}]}'"#,
    ),
    (
        "map<text, struct<x integer, y date>>",
        r#"'{"k":{"x":7,"y":null}}'"#,
    ),
    (
        "array<struct<x smallint, y boolean>>",
        r#"'[{"x":7,"y":true},null]'"#,
    ),
];

#[tokio::test]
async fn any_table_becomes_what_a_new_one_would_be() {
    let postgres = PostgreSql::start();
    let client = postgres.connect().await;
    let name = StreamName::new("public", "moved");
    let mut refused = 0;
    for seed in 0..PAIRS {
        let mut rng = Rng::with_seed(seed);
        let from = stream(&mut rng);
        let to = (0..rng.usize(1..12)).fold(from.clone(), |schema, _| {
            let action = action(&mut rng, &schema);
            try_altered(&schema, &action).unwrap_or(schema)
        });
        client.rows("BEGIN").await;
        let mut moved = Table::create(&client, &name, &from).await;
        moved.insert(&from).await;
        match moved.follow(&plan_of(&from, &to)).await {
            Ok(()) => moved.must_be_as_new(&to).await,
            Err(error) => {
                assert_eq!(error.sqlstate(), "0A000", "seed {seed}: {error}");
                refused += 1;
            }
        }
        client.rows("ROLLBACK").await;
    }
    // Refusals are part of it, but not what is tested here.
    assert!(refused < PAIRS / 4, "{refused} of {PAIRS} refused");
}

fn pick<'a, T: ?Sized>(rng: &mut Rng, from: &[&'a T]) -> &'a T {
    from[rng.usize(..from.len())]
}

/// `name type [NOT NULL] [DEFAULT value]`.
fn column(rng: &mut Rng, name: &str) -> String {
    let place = rng.usize(..NATIVE.len() + OTHERS.len());
    let (data_type, default) = match place.checked_sub(NATIVE.len()) {
        Some(place) => OTHERS[place],
        None => NATIVE[place],
    };
    let not_null = if rng.bool() { " NOT NULL" } else { "" };
    let default = match rng.bool() {
        true => format!(" DEFAULT {default}"),
        false => String::new(),
    };
    format!("{name} {data_type}{not_null}{default}")
}

fn stream(rng: &mut Rng) -> Schema {
    let mut names = COLUMNS;
    rng.shuffle(&mut names);
    let count = rng.usize(2..=6);
    let columns: Vec<String> = names[..count]
        .iter()
        .map(|name| column(rng, &quote_ident(name)))
        .collect();
    let schema = created(&format!("CREATE STREAM s ({})", columns.join(", ")));
    [
        "ALTER STREAM s ADD PRIMARY KEY",
        "ALTER STREAM s ADD CONSTRAINT u UNIQUE",
        "CREATE INDEX i ON s",
    ]
    .into_iter()
    .fold(schema, |schema, declare| {
        let sql = format!("{declare} ({})", quote_ident(names[rng.usize(..count)]));
        try_altered(&schema, &sql).unwrap_or(schema)
    })
}

/// An action on the stream, which may or may not be possible.
fn action(rng: &mut Rng, schema: &Schema) -> String {
    let field = &schema.fields[rng.usize(..schema.fields.len())];
    let own = quote_ident(&field.name);
    let other = quote_ident(pick(rng, &COLUMNS));
    let member = |rng: &mut Rng| quote_ident(pick(rng, &MEMBERS));
    let within = match &field.data_type {
        DataType::Array(_) => format!("{own}.element"),
        DataType::Map(_) => format!("{own}.value"),
        _ => own.clone(),
    };
    let alter = match rng.usize(..14) {
        0 | 1 => format!("ADD COLUMN {}", column(rng, &other)),
        2 => format!("DROP COLUMN {own} CASCADE"),
        3 | 4 => format!("RENAME {own} TO {other}"),
        5 => format!(
            "ALTER COLUMN {own} TYPE {}",
            pick(rng, targets(&field.data_type))
        ),
        6 => format!("ALTER COLUMN {own} SET NOT NULL"),
        7 => format!("ALTER COLUMN {own} DROP NOT NULL"),
        8 => format!("ALTER COLUMN {own} DROP DEFAULT"),
        9 => format!("DROP PRIMARY KEY, ADD PRIMARY KEY ({own})"),
        10 => format!("ADD UNIQUE ({own}, {other})"),
        11 => {
            let member = member(rng);
            format!("ADD COLUMN {within}.{}", column(rng, &member))
        }
        12 => format!("RENAME {within}.{} TO {}", member(rng), member(rng)),
        _ => format!("DROP COLUMN {within}.{}", member(rng)),
    };
    match rng.u8(..20) {
        0 => format!("CREATE UNIQUE INDEX ON s ({own})"),
        1 => format!("CREATE INDEX ON s ({own}, {other})"),
        2 => format!("ALTER STREAM s ALTER COLUMN {within}.x TYPE text"),
        _ => format!("ALTER STREAM s {alter}"),
    }
}

/// Types that the values which fill a column of this type can become.
fn targets(data_type: &DataType) -> &'static [&'static str] {
    use DataType::{Array, BigInt, Boolean, Date, Double, Integer, Numeric, Real, SmallInt};
    match data_type {
        SmallInt | Integer | BigInt | Real | Double | Numeric(_) => &[
            "smallint",
            "integer",
            "bigint",
            "real",
            "double precision",
            "numeric(12,3)",
            "text",
            "jsonb",
        ],
        Boolean => &["text", "jsonb", "char(5)"],
        Date | DataType::Timestamp(_) | DataType::TimestampTz(_) => {
            &["date", "timestamp", "timestamptz(3)", "text", "varchar(40)"]
        }
        Array(element) if !element.data_type.is_nested() => {
            &["integer[]", "bigint[]", "text[]", "jsonb"]
        }
        nested if nested.is_nested() => &["jsonb", "text"],
        _ => &["text", "varchar(60)", "jsonb"],
    }
}
