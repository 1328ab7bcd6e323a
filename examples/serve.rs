//! The server inside an application: it starts, serves, and stops as a value.
//!
//!     cargo run --example serve
//!
//! The application here is its own client: it creates a stream through the wire
//! and reads it back through the registry it embeds.

use rekha::config::{Config, StoreUrl};
use rekha::schema::StreamName;
use rekha::server::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("rekha-serve-{}.db", std::process::id()));
    let config = Config {
        listen: "127.0.0.1:0".parse()?,
        http: "127.0.0.1:0".parse()?,
        store: StoreUrl::Sqlite(path.clone()),
        ..Config::default()
    };
    let server = Server::start(config).await?;
    let address = server.listen_addr();
    println!("serving on {address}");

    let connect = format!("host={} port={} user=example", address.ip(), address.port());
    let (client, connection) = tokio_postgres::connect(&connect, tokio_postgres::NoTls).await?;
    let create = async {
        client
            .batch_execute("CREATE STREAM clicks (click_id BIGINT PRIMARY KEY, url TEXT)")
            .await?;
        let rows = client.query("DESCRIBE STREAM clicks", &[]).await?;
        for row in rows {
            println!(
                "  {} {}",
                row.get::<_, &str>("column"),
                row.get::<_, &str>("type")
            );
        }
        Ok::<_, tokio_postgres::Error>(())
    };
    tokio::select! {
        created = create => created?,
        ended = connection => ended?,
    }

    let known = server
        .registry()
        .get_latest_schema(&StreamName::new("public", "clicks"))
        .await?;
    println!("the registry has it at version {}", known.version.number);

    server.shutdown().await?;
    for suffix in ["", "-wal", "-shm"] {
        // The last process to close the file has removed the others already.
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(())
}
