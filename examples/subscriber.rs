//! Two components of the change pipeline: one over tables of the application's own,
//! without a registry, and one beside a registry.
//!
//!     cargo run --example subscriber

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use rekha::astha::{
    Astha, Capture, Component, Config, Data, Health, Refresh, Subscriber, Unit, in_unit,
};
use rekha::position::Position;
use rekha::registry::Registry;
use rekha::session::{Session, SessionOptions};
use rekha::sqlite::{Database, Options};
use rekha::tasks::Tasks;

/// Says what it is told. The same unit may come again after a crash, so whoever does
/// more than that notes the position of what it has done.
struct Printer {
    name: &'static str,
    tables: &'static [&'static str],
}

#[async_trait]
impl Subscriber for Printer {
    fn component(&self) -> Component {
        Component {
            name: self.name,
            version: "1.0.0",
            tables: self.tables,
        }
    }

    async fn on_event(&self, unit: &Unit) -> rekha::Result<()> {
        println!("{}: a commit of {} changes", self.name, unit.events.len());
        for event in &unit.events {
            let row = match &event.data {
                Data::Insert(new) | Data::Update { new, .. } => new,
                Data::Delete(old) => old,
            };
            let name = &row[if row.contains_key("name") {
                "name"
            } else {
                "id"
            }];
            println!("  {} {} {name}", event.operation().as_str(), event.table);
        }
        Ok(())
    }

    async fn on_health(&self) -> Health {
        Health::Healthy
    }

    async fn on_refresh(&self, reason: Refresh, through: Position) -> rekha::Result<()> {
        println!(
            "{}: look at the source ({reason:?}), then go on from {through:?}",
            self.name
        );
        Ok(())
    }
}

#[tokio::main]
async fn main() -> rekha::Result<()> {
    let directory = std::env::temp_dir().join(format!("rekha-subscriber-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    own_tables(&directory.join("shop.db")).await?;
    beside_a_registry(&directory.join("rekha.db")).await?;
    std::fs::remove_dir_all(&directory).expect("the directory goes");
    Ok(())
}

/// Astha alone: any SQLite file, any tables.
async fn own_tables(path: &std::path::Path) -> rekha::Result<()> {
    let database = Database::open(
        &Options::new(path),
        |_| Ok(()),
        |connection| {
            connection.execute_batch("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)")?;
            Capture::of(["items"]).install(connection)
        },
    )?;
    let (database, tasks) = (Arc::new(database), Tasks::new());
    let astha = Astha::new(database.clone(), Config::default(), tasks.clone())?;
    let printer = Printer {
        name: "shop",
        tables: &["items"],
    };
    astha.subscribe(Arc::new(printer)).await?;
    database
        .write(|connection| {
            // Told as one, however many commits are read together.
            in_unit(connection, |connection| {
                Ok(connection.execute_batch(
                    "INSERT INTO items (name) VALUES ('pen'), ('ink');
                     UPDATE items SET name = 'pencil' WHERE name = 'pen';
                     DELETE FROM items WHERE name = 'ink';",
                )?)
            })
        })
        .await?;
    let end = astha.log_state().await?.end;
    astha.delivered(end).await;
    for info in astha.components() {
        let counts = &info.counts;
        println!(
            "{} is {} after {} changes",
            info.component.name,
            info.status.as_str(),
            counts.processed
        );
    }
    tasks.stop(Duration::from_secs(10)).await;
    database.close().await;
    Ok(())
}

/// The registry's own changes: rows for a component, schemas as a stream of values.
async fn beside_a_registry(path: &std::path::Path) -> rekha::Result<()> {
    let registry = Registry::builder().sqlite(path).build().await?;
    let astha = registry.astha().expect("a SQLite store has a pipeline");
    let printer = Printer {
        name: "catalog",
        tables: &["tables", "table_columns"],
    };
    astha.subscribe(Arc::new(printer)).await?;
    let changes = registry.subscribe().await?;
    let mut session = Session::new(registry.clone(), SessionOptions::default())?;
    session
        .execute("CREATE STREAM orders (id BIGINT); ALTER STREAM orders ADD COLUMN note TEXT")
        .await?;
    let told: Vec<_> = changes.take(2).collect().await;
    for change in told {
        let change = change?;
        println!("{} {}: {}", change.stream, change.version, change.evolution);
    }
    astha.delivered(registry.position().await?).await;
    drop(session);
    registry.close(Duration::from_secs(10)).await;
    Ok(())
}
