//! Records carried from one version of a stream to another, and back.
//!
//!     cargo run --example adapt
//!
//! The registry keeps the versions; an [`Adapter`] made of two of them carries
//! JSON records over: renames, new types, defaults, what is dropped.

use std::time::Duration;

use rekha::evolution::Adapter;
use rekha::registry::Registry;
use rekha::schema::StreamName;
use rekha::session::{Session, SessionOptions};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> rekha::Result<()> {
    let path = std::env::temp_dir().join(format!("rekha-adapt-{}.db", std::process::id()));
    let registry = Registry::builder().sqlite(&path).build().await?;
    let mut session = Session::new(registry.clone(), SessionOptions::default())?;
    session
        .execute(
            "CREATE STREAM orders (
                 id INT PRIMARY KEY,
                 customer TEXT NOT NULL,
                 address STRUCT<street TEXT, zip VARCHAR(5)>,
                 note TEXT
             ) WITH (compatibility = 'BACKWARD')",
        )
        .await?;
    session
        .execute(
            "ALTER STREAM orders
                 ALTER COLUMN id TYPE BIGINT,
                 RENAME COLUMN customer TO buyer,
                 ADD COLUMN address.country CHAR(2) NOT NULL DEFAULT 'DE',
                 ADD COLUMN tags TEXT[] DEFAULT '[\"new\"]',
                 DROP COLUMN note",
        )
        .await?;

    let orders = StreamName::new("public", "orders");
    let old = registry.get_schema(&orders, 1).await?;
    let new = registry.get_schema(&orders, 2).await?;

    println!("version 1 to version 2");
    let forth = Adapter::new(&old.schema, &new.schema);
    show(
        &forth,
        [
            json!({"id": 1, "customer": "Ada", "address": {"street": "Oak 1", "zip": "10115"}, "note": "ring twice"}),
            json!({"id": 2, "customer": "Bob"}),
            json!({"id": "3", "customer": "Cleo"}),
        ],
    );
    println!("version 2 to version 1");
    let back = Adapter::new(&new.schema, &old.schema);
    show(
        &back,
        [
            json!({"id": 4, "buyer": "Dora", "address": {"zip": "20095", "country": "DK"}, "tags": []}),
            json!({"id": 5_000_000_000_i64, "buyer": "Eve"}),
        ],
    );

    registry.close(Duration::from_secs(10)).await;
    for suffix in ["", "-wal", "-shm"] {
        // The last process to close the file has removed the others already.
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(())
}

fn show(adapter: &Adapter, records: impl IntoIterator<Item = Value>) {
    for record in records {
        println!("  {record}");
        match adapter.adapt(record) {
            Ok(carried) => println!("    = {carried}"),
            Err(error) => println!("    refused with {}: {error}", error.problem.sqlstate()),
        }
    }
}
