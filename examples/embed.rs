//! A registry inside an application: no server, no network.
//!
//!     cargo run --example embed
//!
//! An application can speak SQL to it through a [`Session`], or call the
//! [`Registry`] itself; both see the same streams.

use std::time::Duration;

use rekha::registry::Registry;
use rekha::schema::{Alteration, ColumnSpec, DataType, Literal, Schema, StreamName};
use rekha::session::{Session, SessionOptions, Style, Value};

#[tokio::main]
async fn main() -> rekha::Result<()> {
    let path = std::env::temp_dir().join(format!("rekha-embed-{}.db", std::process::id()));
    let registry = Registry::builder().sqlite(&path).build().await?;

    // As calls: register a schema, evolve it.
    let clicks = StreamName::new("public", "clicks");
    let columns = [
        column("click_id", DataType::BigInt, None),
        column("url", DataType::Text, None),
    ];
    let schema = Schema::new(&columns, &["click_id".to_owned()])?;
    let first = registry.register_schema(&clicks, schema, "embed").await?;
    println!(
        "clicks is at version {}, {}",
        first.number, first.fingerprint
    );

    let country = column("country", DataType::Char(2), Some("XX"));
    let add = Alteration::AddColumn {
        parent: None,
        column: country,
        if_not_exists: false,
    };
    let second = registry.evolve_schema(&clicks, vec![add], "embed").await?;
    println!("clicks is at version {}:", second.version.number);
    for step in &second.plan.steps {
        println!("  {}: {}", step.change, step.safety);
    }

    // As SQL: the same stream, and a change that its mode does not allow.
    let options = SessionOptions {
        user: "embed".to_owned(),
        ..SessionOptions::default()
    };
    let mut session = Session::new(registry.clone(), options)?;
    for outcome in session.execute("DESCRIBE STREAM clicks").await? {
        for row in &outcome.rows {
            println!(
                "  {}",
                row.iter().map(shown).collect::<Vec<_>>().join(" | ")
            );
        }
    }
    let refused = session
        .execute("ALTER STREAM clicks ADD COLUMN user_id BIGINT NOT NULL")
        .await;
    if let Err(error) = refused {
        println!("refused with {}: {error}", error.sqlstate());
        println!("  {}", error.detail().unwrap_or_default());
        println!("  {}", error.hint().unwrap_or_default());
    }

    println!("cache: {:?}", registry.cache_statistics());
    registry.close(Duration::from_secs(10)).await;
    for suffix in ["", "-wal", "-shm"] {
        // The last process to close the file has removed the others already.
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(())
}

fn column(name: &str, data_type: DataType, default: Option<&str>) -> ColumnSpec {
    ColumnSpec {
        name: name.to_owned(),
        data_type,
        not_null: false,
        default: default.map(|text| Literal::String(text.to_owned())),
        comment: None,
    }
}

fn shown(value: &Value) -> String {
    value
        .to_text(&Style::default())
        .unwrap_or_else(|| "-".to_owned())
}
