//! Real clients: tokio-postgres, in the extended protocol, and psql.

use std::pin::pin;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use futures::future::try_join_all;
use futures::{FutureExt, TryStreamExt};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::types::Type;
use tokio_postgres::{Config, NoTls};

use crate::drivers::INSTALL;
use crate::support::{Client, Rekha, Row, within};

const CREATE_ORDERS: &str =
    "CREATE STREAM orders (order_id BIGINT PRIMARY KEY, customer_id INTEGER NOT NULL,
         amount DECIMAL(10,2), order_time TIMESTAMP)
     WITH (datasource = 'kafka://localhost:9092/raw-orders', format = 'json', schema_registry = true)";

/// The columns of every statement that answers rows, with their types.
#[tokio::test]
async fn results_have_the_columns_of_the_contract() {
    let (bool, int4, text, time) = (Type::BOOL, Type::INT4, Type::TEXT, Type::TIMESTAMPTZ);
    let streams = vec![
        ("namespace", text.clone()),
        ("stream", text.clone()),
        ("version", int4.clone()),
        ("compatibility", text.clone()),
        ("columns", int4.clone()),
        ("datasource", text.clone()),
        ("updated_at", time.clone()),
    ];
    let describe = vec![
        ("column", text.clone()),
        ("type", text.clone()),
        ("nullable", bool.clone()),
        ("default", text.clone()),
        ("key", text.clone()),
        ("comment", text.clone()),
    ];
    let cases = [
        ("SHOW SCHEMAS", streams.clone()),
        ("SHOW STREAMS IN public LIKE 'o%'", streams),
        ("DESCRIBE STREAM orders", describe.clone()),
        ("DESC orders", describe.clone()),
        ("DESCRIBE STREAM orders VERSION 1", describe),
        (
            "SHOW SCHEMA VERSIONS FOR orders",
            vec![
                ("version", int4.clone()),
                ("evolution", text.clone()),
                ("changes", text.clone()),
                ("schema_hash", text.clone()),
                ("compatibility", text.clone()),
                ("registered_by", text.clone()),
                ("registered_at", time),
            ],
        ),
        (
            "SHOW SCHEMA COMPATIBILITY FOR orders",
            vec![
                ("version", int4.clone()),
                ("mode", text.clone()),
                ("mode_source", text.clone()),
                ("backward", bool.clone()),
                ("forward", bool.clone()),
                ("compatible", bool.clone()),
                ("reason", text.clone()),
            ],
        ),
        (
            "SHOW SCHEMA DIFF FOR orders",
            vec![
                ("change", text.clone()),
                ("column", text.clone()),
                ("before", text.clone()),
                ("after", text.clone()),
                ("backward", bool.clone()),
                ("forward", bool.clone()),
            ],
        ),
        (
            "EXPLAIN ALTER STREAM orders DROP COLUMN amount",
            vec![
                ("step", int4.clone()),
                ("action", text.clone()),
                ("column", text.clone()),
                ("detail", text.clone()),
                ("safety", text.clone()),
            ],
        ),
        (
            "SHOW CREATE STREAM orders",
            vec![("stream", text.clone()), ("statement", text.clone())],
        ),
        ("ASSERT SCHEMA FOR orders VERSION 1", vec![]),
        ("SHOW search_path", vec![("search_path", text.clone())]),
        (
            "SHOW ALL",
            vec![
                ("name", text.clone()),
                ("setting", text.clone()),
                ("description", text),
            ],
        ),
        ("BEGIN", vec![]),
        ("CREATE STREAM never_run (id INT)", vec![]),
    ];
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    client.rows(CREATE_ORDERS).await;
    for (sql, expected) in cases {
        let statement = client.prepare(sql).await.unwrap();
        assert!(statement.params().is_empty(), "{sql}");
        let columns: Vec<_> = statement
            .columns()
            .iter()
            .map(|column| (column.name(), column.type_().clone()))
            .collect();
        assert_eq!(columns, expected, "{sql}");
    }
}

#[tokio::test]
async fn binary_results_are_values() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    let before = SystemTime::now();
    client.execute(CREATE_ORDERS, &[]).await.unwrap();

    let row = client.query_one("SHOW SCHEMAS", &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>("namespace"), "public");
    assert_eq!(row.get::<_, i32>("version"), 1);
    assert_eq!(row.get::<_, i32>("columns"), 4);
    assert_eq!(
        row.get::<_, &str>("datasource"),
        "kafka://localhost:9092/raw-orders"
    );
    assert!(row.get::<_, SystemTime>("updated_at") >= before);

    let rows = client.query("DESCRIBE STREAM orders", &[]).await.unwrap();
    let nullable: Vec<bool> = rows.iter().map(|row| row.get("nullable")).collect();
    assert_eq!(nullable, [false, false, true, true]);
    let keys: Vec<Option<&str>> = rows.iter().map(|row| row.get("key")).collect();
    assert_eq!(keys, [Some("PRI"), None, None, None]);
}

/// A prepared statement answers what is true when it runs.
#[tokio::test]
async fn a_prepared_statement_sees_changes() {
    let rekha = Rekha::start();
    let (client, other) = (rekha.connect().await, rekha.connect().await);
    client.rows(CREATE_ORDERS).await;
    let describe = client.prepare("DESCRIBE STREAM orders").await.unwrap();
    assert_eq!(client.query(&describe, &[]).await.unwrap().len(), 4);
    other.rows("ALTER STREAM orders ADD COLUMN note TEXT").await;
    assert_eq!(client.query(&describe, &[]).await.unwrap().len(), 5);
    other.rows("DROP STREAM orders").await;
    let error = client.query(&describe, &[]).await.unwrap_err();
    assert_eq!(error.code().map(|state| state.code()), Some("42P01"));
}

/// Sends before it receives: every answer belongs to its question.
#[tokio::test]
async fn pipelined_statements_are_answered_in_order() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    let creates: Vec<String> = (0..50)
        .map(|number| format!("CREATE STREAM s{number} (c{number} INTEGER)"))
        .collect();
    try_join_all(creates.iter().map(|sql| client.execute(sql.as_str(), &[])))
        .await
        .unwrap();
    let describes: Vec<String> = (0..50)
        .map(|number| format!("DESCRIBE STREAM s{number}"))
        .collect();
    let rows = try_join_all(
        describes
            .iter()
            .map(|sql| client.query_one(sql.as_str(), &[])),
    )
    .await
    .unwrap();
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row.get::<_, &str>(0), format!("c{number}"));
    }
}

#[tokio::test]
async fn errors_have_their_fields() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    client.rows(CREATE_ORDERS).await;
    client
        .rows("ALTER STREAM orders SET (compatibility = 'FULL')")
        .await;

    let error = client
        .must_fail("ALTER STREAM orders DROP COLUMN customer_id")
        .await;
    assert_eq!(error.code().code(), "23514");
    assert_eq!(error.severity(), "ERROR");
    assert_eq!(error.constraint(), Some("FULL"));
    assert!(
        error.detail().unwrap().contains("\"customer_id\""),
        "{error:?}"
    );
    assert!(error.hint().is_some(), "{error:?}");

    // Positions are characters of what was sent, also behind a first statement.
    let error = client
        .must_fail("SHOW SCHEMAS; ALTER STREAM žádný DROP COLUMN x")
        .await;
    assert_eq!(error.code().code(), "42P01");
    assert_eq!(error.position(), Some(&ErrorPosition::Original(28)));

    // By the extended protocol too, and the connection goes on.
    let error = client.prepare("DESCRIBE TABLE").await.unwrap_err();
    assert_eq!(error.code().map(|state| state.code()), Some("42601"));
    client.rows("DESCRIBE STREAM orders").await;
}

#[tokio::test]
async fn notices_tell_the_version() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    client.rows(CREATE_ORDERS).await;
    client.take_notices();
    let alter = "ALTER STREAM orders ADD COLUMN discount DECIMAL(5,2) DEFAULT 0.0";
    client.execute(alter, &[]).await.unwrap();
    let notices = client.take_notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0].severity(), "NOTICE");
    assert_eq!(
        notices[0].message(),
        "stream \"orders\" is now at version 2"
    );
    assert_eq!(
        notices[0].detail(),
        Some("added column \"discount\"; BACKWARD: compatible")
    );
}

/// What every client says and hears; see the file.
#[tokio::test]
async fn the_conversation_of_all_clients() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    for block in include_str!("../clients/conversation.txt").split("\n\n") {
        let lines = block.lines().filter(|line| !line.starts_with('#'));
        let (expected, sql): (Vec<&str>, Vec<&str>) =
            lines.partition(|line| line.starts_with("=> "));
        let sql = sql.join("\n");
        if sql.is_empty() {
            continue;
        }
        let mut answer: Vec<String> = match within(&sql, client.try_rows(&sql)).await {
            Ok(rows) => rows.iter().map(line_of).collect(),
            Err(error) => vec![format!("=> ERROR {}", error.code().unwrap().code())],
        };
        if answer.is_empty() {
            answer.push("=> (none)".to_owned());
        }
        match expected.is_empty() {
            true => assert!(!answer[0].starts_with("=> ERROR"), "{sql}: {answer:?}"),
            false => assert_eq!(answer, expected, "{sql}"),
        }
    }
}

/// A row as the conversation writes it.
fn line_of(row: &Row) -> String {
    let cells = row.iter().map(|cell| cell.as_deref().unwrap_or("NULL"));
    format!("=> {}", cells.collect::<Vec<_>>().join(" | "))
}

/// Everything travels in binary, there and back.
#[tokio::test]
async fn parameters_come_back_as_they_went() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    let sql =
        "SELECT $1::boolean, $2::smallint, $3::integer, $4::bigint, $5::real, $6::double precision,
                   $7::text, $8::bytea, $9::integer[], $10::text[], $11::timestamptz";
    let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_709_210_096_789_012);
    let (numbers, texts) = (vec![Some(1), None, Some(3)], vec!["a", "b \"c", ""]);
    let bytes: &[u8] = &[0, 255, 16];
    let row = client
        .query_one(
            sql,
            &[
                &true,
                &i16::MIN,
                &i32::MAX,
                &i64::MIN,
                &1.5_f32,
                &-2.25e-7_f64,
                &"ž🐴",
                &bytes,
                &numbers,
                &texts,
                &time,
            ],
        )
        .await
        .unwrap();
    assert!(row.get::<_, bool>(0));
    assert_eq!(row.get::<_, i16>(1), i16::MIN);
    assert_eq!(row.get::<_, i32>(2), i32::MAX);
    assert_eq!(row.get::<_, i64>(3), i64::MIN);
    assert_eq!(row.get::<_, f32>(4), 1.5);
    assert_eq!(row.get::<_, f64>(5), -2.25e-7);
    assert_eq!(row.get::<_, &str>(6), "ž🐴");
    assert_eq!(row.get::<_, &[u8]>(7), bytes);
    assert_eq!(row.get::<_, Vec<Option<i32>>>(8), numbers);
    assert_eq!(row.get::<_, Vec<&str>>(9), texts);
    assert_eq!(row.get::<_, SystemTime>(10), time);

    let streams = "SELECT stream FROM rekha.streams WHERE namespace = $1 AND version >= $2";
    let statement = client.prepare(streams).await.unwrap();
    assert_eq!(statement.params(), [Type::TEXT, Type::INT4]);
    client.rows(CREATE_ORDERS).await;
    let row = client
        .query_one(&statement, &[&"public", &1])
        .await
        .unwrap();
    assert_eq!(row.get::<_, &str>(0), "orders");
}

#[tokio::test]
async fn a_transaction_hands_out_portals_and_savepoints() {
    let rekha = Rekha::start();
    let mut client = rekha.connect().await;
    let mut transaction = client.transaction().await.unwrap();
    transaction.execute(CREATE_ORDERS, &[]).await.unwrap();
    let savepoint = transaction.savepoint("half").await.unwrap();
    savepoint.execute("DROP STREAM orders", &[]).await.unwrap();
    let error = savepoint
        .execute("DROP STREAM orders", &[])
        .await
        .unwrap_err();
    assert_eq!(error.code().map(|state| state.code()), Some("42P01"));
    let error = savepoint.execute("SELECT 1", &[]).await.unwrap_err();
    assert_eq!(error.code().map(|state| state.code()), Some("25P02"));
    savepoint.rollback().await.unwrap();
    let numbers = "SELECT n FROM generate_series(1, $1) AS n";
    let portal = transaction.bind(numbers, &[&5]).await.unwrap();
    for expected in [vec![1, 2], vec![3, 4], vec![5]] {
        let rows = transaction.query_portal(&portal, 2).await.unwrap();
        let rows: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(rows, expected);
    }
    transaction.commit().await.unwrap();
    client.rows("DESCRIBE STREAM orders").await;
}

#[tokio::test]
async fn copy_answers_its_bytes() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    let copy = "COPY (SELECT 1, 'a b', NULL) TO STDOUT (FORMAT csv)";
    let data = client.copy_out(copy).await.unwrap();
    let data: Vec<_> = data.try_collect().await.unwrap();
    assert_eq!(data.concat(), b"1,a b,\n");
}

#[tokio::test]
async fn a_running_query_is_cancelled() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    let mut asleep = pin!(client.simple_query("SELECT pg_sleep(60)"));
    // A request that comes before the statement does nothing.
    let error = loop {
        within("a cancel", cancel(&rekha, &client)).await;
        if let Some(answer) = asleep.as_mut().now_or_never() {
            break answer.unwrap_err();
        }
    };
    assert_eq!(error.code().map(|state| state.code()), Some("57014"));
    client.rows("SHOW SCHEMAS").await;
}

/// A cancel that comes when nothing runs does nothing.
#[tokio::test]
async fn a_late_cancel_harms_nobody() {
    let rekha = Rekha::start();
    let client = rekha.connect().await;
    within("a cancel", cancel(&rekha, &client)).await;
    client.rows("SHOW SCHEMAS").await;
    client.rows("BEGIN").await;
    within("a cancel", cancel(&rekha, &client)).await;
    client.rows(CREATE_ORDERS).await;
    client.rows("COMMIT").await;
    assert_eq!(client.rows("DESCRIBE STREAM orders").await.len(), 4);
}

/// Asks to cancel and waits until the server has taken note: it closes the
/// connection of the request then. Before that the request may as well meet the
/// statement that is sent next.
async fn cancel(rekha: &Rekha, client: &Client) {
    let stream = std::net::TcpStream::connect(rekha.address()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let request = TcpStream::from_std(stream.try_clone().unwrap()).unwrap();
    let mut answer = TcpStream::from_std(stream).unwrap();
    let token = client.cancel_token();
    token.cancel_query_raw(request, NoTls).await.unwrap();
    assert_eq!(answer.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn start_up_settings_are_taken() {
    let rekha = Rekha::start();
    let config = Config::new()
        .user("tester")
        .dbname("any name")
        .application_name("it")
        .options("-c search_path=sales,public -c TimeZone=UTC")
        .to_owned();
    let client = Client::connect_with(rekha.address(), &config)
        .await
        .unwrap();
    for (setting, value) in [
        ("application_name", "it"),
        ("search_path", "sales,public"),
        ("TimeZone", "UTC"),
    ] {
        let shown = client.rows(&format!("SHOW {setting}")).await;
        let shown = shown[0][0].as_deref().unwrap().replace(", ", ",");
        assert_eq!(shown, value, "{setting}");
    }
}

/// The first conversation everybody has.
#[tokio::test]
async fn psql_talks_to_it() {
    let rekha = Rekha::start();
    let script = format!(
        "{CREATE_ORDERS};
         ALTER STREAM orders ADD COLUMN discount DECIMAL(5,2) DEFAULT 0.0;
         ALTER STREAM orders DROP COLUMN IF EXISTS temp_field;
         DESCRIBE STREAM orders;
         CREATE TABLE t (id INT);
         DROP TABLE t;
         BEGIN;
         DROP STREAM orders;
         ROLLBACK;
         DROP STREAM nowhere;"
    );
    let output = psql(&rekha, &["-c", &script.replace('\n', " ")]);
    assert!(!output.status.success(), "the last statement fails");
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere"));

    // A string is one transaction; statement by statement each has its tag.
    let arguments: Vec<&str> = script
        .split_inclusive(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .flat_map(|statement| ["-c", statement])
        .collect();
    let output = psql(&rekha, &arguments);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "CREATE STREAM",
            "ALTER STREAM",
            "ALTER STREAM",
            "column|type|nullable|default|key|comment",
            "order_id|bigint|f||PRI|",
            "customer_id|integer|f|||",
            "amount|numeric(10,2)|t|||",
            "order_time|timestamp without time zone|t|||",
            "discount|numeric(5,2)|t|0.00||",
            "CREATE TABLE",
            "DROP TABLE",
            "BEGIN",
            "DROP STREAM",
            "ROLLBACK",
        ]
    );
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("NOTICE:  stream \"orders\" is now at version 2"),
        "{stderr}"
    );
    assert!(
        stderr.contains("ERROR:  relation \"nowhere\" does not exist"),
        "{stderr}"
    );
}

/// psql, like other drivers, makes a savepoint before each statement if it is
/// told to, so that a mistake costs nothing but itself.
#[tokio::test]
async fn psql_goes_on_after_a_mistake() {
    let rekha = Rekha::start();
    let statements = [
        "BEGIN",
        "CREATE STREAM one (id INT)",
        "nonsense",
        "DESCRIBE nothing",
        "CREATE STREAM two (id INT)",
        "COMMIT",
        "DESCRIBE two",
    ];
    let statements = statements
        .into_iter()
        .flat_map(|statement| ["-c", statement]);
    let arguments: Vec<&str> = ["-v", "ON_ERROR_ROLLBACK=on", "-v", "ON_ERROR_STOP=off"]
        .into_iter()
        .chain(statements)
        .collect();
    let output = psql(&rekha, &arguments);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .collect::<Vec<_>>(),
        [
            "BEGIN",
            "CREATE STREAM",
            "CREATE STREAM",
            "COMMIT",
            "column|type|nullable|default|key|comment",
            "id|integer|t|||",
        ]
    );
}

/// Runs psql without the user's settings, unaligned.
pub(crate) fn psql(rekha: &Rekha, arguments: &[&str]) -> Output {
    let address = rekha.address();
    Command::new("psql")
        .args([
            "--no-psqlrc",
            "--no-password",
            "--no-align",
            "--pset=footer=off",
        ])
        .args(["--host", &address.ip().to_string()])
        .args(["--port", &address.port().to_string()])
        .args(["--username", "tester", "--dbname", "rekha"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("psql: {error}; {INSTALL}"))
}
