//! The library without a server: an application that embeds the registry and
//! subscribes to its changes.

use std::sync::Arc;

use rekha::astha::{Data, Operation, Unit};
use rekha::error::Result;
use rekha::evolution::Safety;
use rekha::position::Position;
use rekha::registry::Registry;
use rekha::schema::{Alteration, DataType, StreamName};
use rekha::session::{Outcome, Session, SessionOptions};

use crate::support::{
    ColumnRow, Recorder, Store, TableRow, assert_in_order, close, eventually, inserted, rows,
    versions,
};

#[tokio::test]
async fn a_commit_is_one_unit_of_typed_events_in_order() {
    let store = Store::new();
    let (registry, recorder) = Recorder::open(&store.file()).await;

    run(
        &registry,
        "CREATE STREAM orders (id BIGINT PRIMARY KEY, note TEXT DEFAULT 'none')",
    )
    .await;
    let unit = only(delivered(&registry, &recorder).await);
    assert_eq!(inserted_columns(&unit), ["id", "note"]);
    let table = &inserted::<TableRow>(&unit, "tables")[0];
    assert_eq!(table.name, "orders");
    for column in rows::<ColumnRow>(&unit, "table_columns") {
        let column = column.row();
        assert_eq!(column.table_id, table.id);
        let of_note = column.column_name == "note";
        assert_eq!(column.is_nullable == 1, of_note);
        assert_eq!(column.default_value.is_some(), of_note);
    }
    assert_eq!(versions(&unit), [(table.id, 1)]);

    // Several actions, one statement.
    run(
        &registry,
        "ALTER STREAM orders ADD COLUMN a INT, ADD COLUMN b INT, DROP COLUMN note",
    )
    .await;
    let unit = only(delivered(&registry, &recorder).await);
    assert_eq!(inserted_columns(&unit), ["a", "b"]);
    let dropped: Vec<_> = rows::<ColumnRow>(&unit, "table_columns")
        .into_iter()
        .filter(|data| data.operation() == Operation::Delete)
        .map(|data| data.row().column_name.clone())
        .collect();
    assert_eq!(dropped, ["note"]);
    assert_eq!(versions(&unit), [(table.id, 2)]);

    // Several streams, one transaction.
    run(
        &registry,
        "BEGIN; CREATE STREAM lines (id INT); ALTER STREAM orders ADD COLUMN c INT; COMMIT",
    )
    .await;
    let unit = only(delivered(&registry, &recorder).await);
    assert_eq!(inserted_columns(&unit), ["id", "c"]);
    assert_eq!(versions(&unit).len(), 2);

    // An update has both rows.
    run(
        &registry,
        "ALTER STREAM orders SET (compatibility = 'NONE')",
    )
    .await;
    run(&registry, "ALTER STREAM orders ALTER COLUMN c SET NOT NULL").await;
    let units = delivered(&registry, &recorder).await;
    let updated = units
        .iter()
        .flat_map(|unit| rows::<ColumnRow>(unit, "table_columns"))
        .find_map(|data| match data {
            Data::Update { old, new } => Some((old, new)),
            _ => None,
        });
    let (old, new) = updated.expect("an update");
    assert_eq!((old.column_name.as_str(), old.is_nullable), ("c", 1));
    assert_eq!((new.column_name.as_str(), new.is_nullable), ("c", 0));
    close(&registry).await;
}

#[tokio::test]
async fn commits_come_in_their_order() {
    let store = Store::new();
    let (registry, recorder) = Recorder::open(&store.file()).await;
    run(&registry, "CREATE STREAM orders (id BIGINT)").await;
    for number in 0..300 {
        run(
            &registry,
            &format!("ALTER STREAM orders ADD COLUMN c{number} INT"),
        )
        .await;
    }
    let told: Vec<u32> = delivered(&registry, &recorder)
        .await
        .iter()
        .flat_map(versions)
        .map(|(_, version)| version)
        .collect();
    assert_eq!(told, (1..=301).collect::<Vec<_>>());
    assert_eq!(delivered(&registry, &recorder).await, []);
    close(&registry).await;
}

#[tokio::test]
async fn nothing_of_what_did_not_happen_arrives() {
    let store = Store::new();
    let (registry, recorder) = Recorder::open(&store.file()).await;
    run(&registry, "CREATE STREAM orders (id BIGINT PRIMARY KEY)").await;
    delivered(&registry, &recorder).await;

    run(
        &registry,
        "BEGIN; ALTER STREAM orders ADD COLUMN rolled_back INT; CREATE STREAM lines (id INT); ROLLBACK",
    )
    .await;
    for refused in [
        "ALTER STREAM orders ADD COLUMN required INT NOT NULL",
        "ALTER STREAM orders ADD COLUMN first INT; DROP STREAM nowhere",
        "CREATE STREAM orders (id INT)",
    ] {
        let refused = try_run(&registry, refused).await;
        refused.expect_err("refused");
    }
    // Refused at COMMIT.
    let mut slow = session(&registry);
    slow.execute("BEGIN; ALTER STREAM orders ADD COLUMN slow INT")
        .await
        .unwrap();
    run(&registry, "ALTER STREAM orders ADD COLUMN fast INT").await;
    let error = slow.execute("COMMIT").await.expect_err("too late");
    assert_eq!(error.sqlstate(), "40001");

    let unit = only(delivered(&registry, &recorder).await);
    assert_eq!(inserted_columns(&unit), ["fast"]);
    close(&registry).await;
}

#[tokio::test]
async fn a_unit_that_was_refused_comes_again_and_nothing_before_it() {
    let store = Store::new();
    let (registry, recorder) = Recorder::open(&store.file()).await;
    run(&registry, "CREATE STREAM first (id INT)").await;
    run(&registry, "CREATE STREAM second (id INT)").await;

    let astha = registry.astha().unwrap();
    recorder.refuse(2);
    for _ in 0..2 {
        let error = astha.activate().await.expect_err("the recorder's");
        assert_eq!(error.message(), "the recorder was told to refuse");
        assert_eq!(recorder.take(), []);
    }
    let units = delivered(&registry, &recorder).await;
    let [first, second] = units.as_slice() else {
        panic!("{units:?}");
    };
    assert!(first.position < second.position);
    // The first three times, and the second only after it was taken.
    assert_eq!(
        recorder.take_offered(),
        [first, first, first, second].map(|unit| unit.position)
    );

    // In the middle: what was taken does not come again.
    run(&registry, "CREATE STREAM third (id INT)").await;
    delivered(&registry, &recorder).await;
    recorder.take_offered();
    run(&registry, "CREATE STREAM fourth (id INT)").await;
    recorder.refuse(1);
    astha.activate().await.expect_err("the recorder's");
    let unit = only(delivered(&registry, &recorder).await);
    assert_eq!(recorder.take_offered(), [unit.position; 2]);
    close(&registry).await;
}

#[tokio::test]
async fn what_another_program_wrote_is_a_unit_of_its_own() {
    let store = Store::new();
    let (registry, recorder) = Recorder::open(&store.file()).await;
    run(
        &registry,
        "CREATE STREAM orders (id BIGINT NOT NULL, note TEXT NOT NULL)",
    )
    .await;
    let created = only(delivered(&registry, &recorder).await);
    assert!(created.own);

    let mut outside = store.open_outside();
    let transaction = outside.transaction().unwrap();
    for column in ["id", "note"] {
        let sql = "UPDATE table_columns SET is_nullable = 1 WHERE column_name = ?1";
        assert_eq!(transaction.execute(sql, [column]).unwrap(), 1);
    }
    transaction.commit().unwrap();
    run(&registry, "CREATE STREAM lines (id INT)").await;

    // Once for the Schema Manager, which makes it a version, and once for that.
    let mut units = delivered(&registry, &recorder).await;
    units.extend(delivered(&registry, &recorder).await);
    let [foreign, own @ ..] = units.as_slice() else {
        panic!("nothing came");
    };
    assert!(!foreign.own);
    let updated: Vec<_> = rows::<ColumnRow>(foreign, "table_columns")
        .iter()
        .map(|data| (data.operation(), data.row().column_name.clone()))
        .collect();
    let update = |column: &str| (Operation::Update, column.to_owned());
    assert_eq!(updated, [update("id"), update("note")]);
    assert_eq!(foreign.events.len(), 2);

    assert!(own.iter().all(|unit| unit.own), "{own:?}");
    let mut told: Vec<_> = own.iter().flat_map(versions).collect();
    told.sort_unstable_by_key(|(_, version)| *version);
    let told: Vec<_> = told.into_iter().map(|(_, version)| version).collect();
    assert_eq!(told, [1, 2], "`lines`, and the version of `orders`");
    assert_eq!(latest(&registry, "orders").await, 2);
    close(&registry).await;
}

#[tokio::test]
async fn a_second_registry_follows_the_first() {
    let store = Store::new();
    let (here, there) = (open(&store).await, open(&store).await);
    run(&here, "CREATE STREAM orders (id BIGINT)").await;
    there.astha().unwrap().activate().await.unwrap();
    assert_eq!(latest(&there, "orders").await, 1);

    for version in 2..20 {
        let sql = format!("ALTER STREAM orders ADD COLUMN c{version} INT");
        let (changes, reads) = if version % 2 == 0 {
            (&here, &there)
        } else {
            (&there, &here)
        };
        run(changes, &sql).await;
        assert_eq!(latest(changes, "orders").await, version);
        reads.astha().unwrap().activate().await.unwrap();
        assert_eq!(latest(reads, "orders").await, version);
    }

    run(&here, "DROP STREAM orders").await;
    there.astha().unwrap().activate().await.unwrap();
    let error = there.get_latest_schema(&name("orders")).await;
    assert_eq!(error.expect_err("dropped").sqlstate(), "42P01");
    close(&here).await;
    close(&there).await;
}

#[tokio::test]
async fn offsets_outlive_the_process() {
    let store = Store::new();
    let (registry, recorder) = Recorder::open(&store.file()).await;
    run(&registry, "CREATE STREAM seen (id INT)").await;
    let seen = only(delivered(&registry, &recorder).await);
    run(&registry, "CREATE STREAM unseen (id INT)").await;
    close(&registry).await;

    // Without the recorder: its events wait.
    let registry = open(&store).await;
    run(&registry, "CREATE STREAM missed (id INT)").await;
    registry.astha().unwrap().activate().await.unwrap();
    close(&registry).await;

    let (registry, recorder) = Recorder::open(&store.file()).await;
    run(&registry, "CREATE STREAM later (id INT)").await;
    let units = delivered(&registry, &recorder).await;
    // At least once: the last one it took may come again.
    let new = units.iter().filter(|unit| unit.position > seen.position);
    let created: Vec<_> = new
        .flat_map(|unit| rows::<TableRow>(unit, "tables"))
        .map(|data| data.row().name.clone())
        .collect();
    assert_eq!(created, ["unseen", "missed", "later"]);
    close(&registry).await;
}

#[tokio::test]
async fn who_comes_late_begins_now() {
    let store = Store::new();
    let registry = open(&store).await;
    run(&registry, "CREATE STREAM before (id INT)").await;
    let recorder = Recorder::register(&registry).await;
    run(&registry, "CREATE STREAM after (id INT)").await;
    let unit = only(delivered(&registry, &recorder).await);
    assert_eq!(rows::<TableRow>(&unit, "tables")[0].row().name, "after");
    close(&registry).await;
}

#[tokio::test]
async fn the_log_goes_when_everybody_has_seen_it() {
    let store = Store::new();
    let (registry, recorder) = Recorder::open(&store.file()).await;
    let outside = store.open_outside();
    let logged = |after: Position| -> i64 {
        let sql = "SELECT count(*) FROM __cdc_log WHERE id > ?1";
        outside.query_row(sql, [after.0], |row| row.get(0)).unwrap()
    };
    let begun = registry.position().await.unwrap();
    run(&registry, "CREATE STREAM orders (id INT)").await;
    let rows = logged(begun);
    assert!(rows > 0);

    // The Schema Manager has seen it, the recorder has not.
    let position = registry.position().await.unwrap();
    registry.invalidate_schema(&name("orders"));
    run(&registry, "ALTER STREAM orders ADD COLUMN a INT").await;
    assert!(logged(begun) > rows, "nothing is gone before it was seen");

    delivered(&registry, &recorder).await;
    eventually("the end of the log", async || {
        registry.position().await.unwrap();
        (logged(begun) == 0).then_some(())
    })
    .await;
    let horizon: i64 = outside
        .query_row("SELECT pruned_through FROM __cdc_horizon", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(horizon > position.0);
    // Positions go on where they were.
    assert!(registry.position().await.unwrap().0 >= horizon);
    run(&registry, "ALTER STREAM orders ADD COLUMN b INT").await;
    let unit = only(delivered(&registry, &recorder).await);
    assert!(unit.position.0 > horizon);
    close(&registry).await;
}

async fn open(store: &Store) -> Arc<Registry> {
    Registry::builder()
        .sqlite(store.file())
        .build()
        .await
        .unwrap()
}

fn session(registry: &Arc<Registry>) -> Session {
    Session::new(registry.clone(), SessionOptions::default()).unwrap()
}

async fn run(registry: &Arc<Registry>, sql: &str) {
    try_run(registry, sql).await.unwrap();
}

async fn try_run(registry: &Arc<Registry>, sql: &str) -> Result<Vec<Outcome>> {
    session(registry).execute(sql).await
}

fn name(stream: &str) -> StreamName {
    StreamName::new("public", stream)
}

async fn latest(registry: &Registry, stream: &str) -> u32 {
    let known = registry.get_latest_schema(&name(stream)).await.unwrap();
    known.version.number
}

/// Everything the recorder has not seen: each unit's events are in order, and
/// so are the units.
async fn delivered(registry: &Registry, recorder: &Recorder) -> Vec<Unit> {
    registry.astha().unwrap().activate().await.unwrap();
    let units = recorder.take();
    assert_in_order(&units);
    units
}

fn only(units: Vec<Unit>) -> Unit {
    let [unit] = <[Unit; 1]>::try_from(units).unwrap_or_else(|units| panic!("{units:#?}"));
    unit
}

/// Names of the new columns.
fn inserted_columns(unit: &Unit) -> Vec<String> {
    let columns = inserted::<ColumnRow>(unit, "table_columns");
    columns.into_iter().map(|row| row.column_name).collect()
}

/// Columns that are alike and change places leave the same hash, and are another
/// version: whoever finds data by name reads another column. Comments go along.
#[tokio::test]
async fn columns_that_are_alike_change_places() {
    use rekha::session::Value;

    let store = Store::new();
    let registry = open(&store).await;
    let mut session = session(&registry);
    session
        .execute("CREATE STREAM s (x INT COMMENT 'X', y INT COMMENT 'Y')")
        .await
        .unwrap();
    let swap = "ALTER STREAM s RENAME x TO t, RENAME y TO x, RENAME t TO y";
    assert_eq!(session.execute(swap).await.unwrap_err().sqlstate(), "23514");
    session
        .execute("ALTER STREAM s SET (compatibility = 'NONE')")
        .await
        .unwrap();
    session.execute(swap).await.unwrap();
    let versions = session.execute("SHOW SCHEMA VERSIONS FOR s").await.unwrap();
    let rows = &versions[0].rows;
    assert_eq!(rows[0][3], rows[1][3]);
    assert_eq!(rows[1][1], Value::text("rename_column"));
    let asserted = session.execute("ASSERT SCHEMA FOR s VERSION 1").await;
    assert_eq!(asserted.unwrap_err().sqlstate(), "P0004");
    let described = session.execute("DESCRIBE s").await.unwrap();
    let told: Vec<_> = described[0]
        .rows
        .iter()
        .map(|row| (row[0].clone(), row[5].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (Value::text("y"), Value::text("X")),
            (Value::text("x"), Value::text("Y"))
        ]
    );
    registry.close(std::time::Duration::from_secs(60)).await;
}

/// A schema that was taken from another stream brings no identities with it.
#[tokio::test]
async fn a_schema_is_registered_under_another_name() {
    use rekha::schema::StreamName;

    let store = Store::new();
    let registry = open(&store).await;
    let mut session = session(&registry);
    session
        .execute("CREATE SCHEMA two; CREATE STREAM s (a INT, CONSTRAINT u UNIQUE (a)); CREATE INDEX i ON s (a)")
        .await
        .unwrap();
    let known = registry
        .get_latest_schema(&StreamName::new("public", "s"))
        .await
        .unwrap();
    let schema = known.version.schema.as_ref().clone();
    let copy = StreamName::new("two", "copy");
    for number in [1, 1] {
        let version = registry
            .register_schema(&copy, schema.clone(), "me")
            .await
            .unwrap();
        assert_eq!(
            (version.number, version.fingerprint),
            (number, known.version.fingerprint)
        );
    }
    let taken = registry
        .register_schema(&StreamName::new("public", "copy"), schema, "me")
        .await;
    assert_eq!(taken.unwrap_err().sqlstate(), "42P07");
    registry.close(std::time::Duration::from_secs(60)).await;
}

/// What would become of a stream is asked as it is evolved.
#[tokio::test]
async fn a_change_is_explained_before_it_is_made() {
    let store = Store::new();
    let registry = open(&store).await;
    run(&registry, "CREATE STREAM s (a INT NOT NULL, b BIGINT)").await;
    let set_type = |column: &str, data_type| {
        let column = column.into();
        vec![Alteration::SetType { column, data_type }]
    };
    let (widened, narrowed) = (
        set_type("a", DataType::BigInt),
        set_type("b", DataType::Integer),
    );
    let plan = registry.explain_schema(&name("s"), &widened).await.unwrap();
    assert_eq!((plan.alterations(), &plan.route), (widened.clone(), &None));
    let refused = registry.explain_schema(&name("s"), &narrowed).await;
    assert!(refused.unwrap().route.is_some());
    let nobody = registry.explain_schema(&name("t"), &widened).await;
    assert_eq!(nobody.unwrap_err().sqlstate(), "42P01");
    assert_eq!(latest(&registry, "s").await, 1);

    let evolved = registry.evolve_schema(&name("s"), widened, "me").await;
    assert_eq!(evolved.unwrap().plan, plan);
    let refused = registry.evolve_schema(&name("s"), narrowed, "me").await;
    assert_eq!(refused.unwrap_err().sqlstate(), "23514");
    close(&registry).await;
}

#[tokio::test]
async fn evolving_answers_the_way_that_was_gone() {
    let store = Store::new();
    let registry = open(&store).await;
    run(&registry, "CREATE STREAM s (id BIGINT, a INT)").await;
    let name = StreamName::new("public", "s");
    let widen = || Alteration::SetType {
        column: "a".into(),
        data_type: DataType::BigInt,
    };
    let evolved = registry.evolve_schema(&name, vec![widen()], "u").await;
    let evolved = evolved.expect("BACKWARD allows it");
    assert_eq!(evolved.version.number, 2);
    assert_eq!(evolved.plan.alterations(), [widen()]);
    assert_eq!(evolved.plan.safety(), Safety::Risky);
    assert_eq!(evolved.plan.route, None);

    let again = registry.evolve_schema(&name, vec![widen()], "u").await;
    let again = again.expect("nothing to do");
    assert_eq!(again.version.number, 2);
    assert!(again.plan.steps.is_empty());
    close(&registry).await;
}
