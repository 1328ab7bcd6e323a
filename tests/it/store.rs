//! What every store must do. One suite for each of them; there is one so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rekha::error::ErrorKind;
use rekha::position::Position;
use rekha::schema::{
    ColumnSpec, DataType, FieldId, Index, Literal, Mode, Name, ObjectId, Schema, StreamName,
};
use rekha::store::{
    Cell, Change, CompatibilityStatus, Evolution, Namespace, Requirement, RowRequest, RowTest,
    Search, SqliteStore, Store, Stream, StreamColumn, Update, Version,
};

const PUBLIC: ObjectId = ObjectId(1);

/// A store and what it lives in.
struct Subject {
    store: Arc<dyn Store>,
    _directory: tempfile::TempDir,
}

fn sqlite() -> Subject {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(directory.path().join("rekha.db")).unwrap());
    Subject {
        store,
        _directory: directory,
    }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + second, 123_456_000).unwrap()
}

fn schema(columns: &[&str]) -> Schema {
    let column = |name: &&str| ColumnSpec {
        name: (*name).to_owned(),
        data_type: DataType::Numeric(Some((10, 2))),
        not_null: false,
        default: Some(Literal::Number("1.5".to_owned())),
        comment: None,
    };
    let columns: Vec<_> = columns.iter().map(column).collect();
    Schema::new(&columns, &[columns[0].name.clone()]).unwrap()
}

/// A stream of this name at a version, with these columns.
fn made(id: i64, name: &str, number: u32, columns: &[&str]) -> (Stream, Arc<Version>) {
    let schema = schema(columns);
    let name = StreamName::new("public", name);
    let comment = |field: FieldId| (field == FieldId(1)).then(|| "the key".to_owned());
    let stream = Stream {
        id: ObjectId(id),
        namespace_id: PUBLIC,
        name: name.clone(),
        version: number,
        mode: Some(Mode::FullTransitive),
        options: BTreeMap::from([
            ("datasource".to_owned(), "kafka://h/t".into()),
            ("n".to_owned(), 7.into()),
        ]),
        comment: Some("it's one".to_owned()),
        columns: schema
            .fields
            .iter()
            .map(|field| StreamColumn {
                field: field.id,
                comment: comment(field.id),
            })
            .collect(),
        last_field_id: FieldId(9),
        created_at: at(0),
        updated_at: at(number.into()),
    };
    let version = Version {
        stream: stream.id,
        name,
        number,
        previous: (number > 1).then(|| number - 1),
        fingerprint: schema.fingerprint(),
        schema: Arc::new(schema),
        evolution: Evolution(if number == 1 { "create" } else { "add_column" }.to_owned()),
        status: CompatibilityStatus::Compatible,
        mode: Mode::FullTransitive,
        registered_by: "somebody".to_owned(),
        registered_at: at(number.into()),
    };
    (stream, Arc::new(version))
}

fn put(requirements: Vec<Requirement>, (stream, version): &(Stream, Arc<Version>)) -> Change {
    let updates = vec![
        Update::PutStream(Arc::new(stream.clone()), version.clone()),
        Update::AddVersion(version.clone()),
    ];
    Change {
        requirements,
        updates,
    }
}

async fn conflicts(store: &Arc<dyn Store>, change: Change) {
    let before = store.position().await.unwrap();
    let error = store.commit(change).await.expect_err("a conflict");
    assert_eq!(
        (error.kind(), error.sqlstate()),
        (ErrorKind::Conflict, "40001")
    );
    assert_eq!(store.position().await.unwrap(), before);
}

#[tokio::test]
async fn what_was_put_is_what_is_loaded() {
    let Subject { store, _directory } = sqlite();
    let one = made(100, "orders", 1, &["id", "a"]);
    let created = store.commit(put(vec![], &one)).await.unwrap();
    let two = made(100, "orders", 2, &["id", "a", "b"]);
    let altered = store.commit(put(vec![], &two)).await.unwrap();
    assert!(altered > created);

    let loaded = store.stream(&two.0.name).await.unwrap();
    assert_eq!(loaded.position, altered);
    assert_eq!(loaded.value.as_ref(), Some(&two));
    assert_eq!(
        store
            .streams(&[ObjectId(100), ObjectId(5)])
            .await
            .unwrap()
            .value,
        std::slice::from_ref(&two)
    );
    assert_eq!(
        store.versions(ObjectId(100)).await.unwrap().value,
        [one.1.clone(), two.1.clone()]
    );
    assert_eq!(store.version(ObjectId(100), 1).await.unwrap(), Some(one.1));
    assert_eq!(store.version(ObjectId(100), 3).await.unwrap(), None);
    assert_eq!(store.last_version(&two.0.name).await.unwrap().value, 2);

    let listed = store.list(Some("public")).await.unwrap().value;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].version, listed[0].columns, listed[0].mode),
        (2, 3, Some(Mode::FullTransitive))
    );
    assert_eq!(listed[0].datasource.as_deref(), Some("kafka://h/t"));
    assert!(store.list(Some("other")).await.unwrap().value.is_empty());

    // What other programs read says the same.
    let projection = store.projection(ObjectId(100)).await.unwrap().unwrap();
    assert_eq!(projection.stream, two.0);
    assert_eq!(projection.schema, *two.1.schema);
    assert!(!projection.deleted);
}

#[tokio::test]
async fn requirements_name_rows_by_position_and_by_absence() {
    let Subject { store, _directory } = sqlite();
    let one = made(100, "orders", 1, &["id"]);
    let absent = || {
        vec![
            Requirement::NoStream(PUBLIC, "orders".to_owned()),
            Requirement::LastVersion(one.0.name.clone(), 0),
        ]
    };
    let read = store.commit(put(absent(), &one)).await.unwrap();
    conflicts(&store, put(absent(), &made(101, "orders", 1, &["id"]))).await;
    conflicts(
        &store,
        put(
            vec![Requirement::LastVersion(one.0.name.clone(), 0)],
            &made(101, "x", 1, &["id"]),
        ),
    )
    .await;

    let here = |position| vec![Requirement::Stream(ObjectId(100), position)];
    store
        .commit(put(here(read), &made(100, "orders", 2, &["id", "a"])))
        .await
        .unwrap();
    // Whoever read the first state is late.
    conflicts(
        &store,
        put(here(read), &made(100, "orders", 2, &["id", "b"])),
    )
    .await;
    conflicts(
        &store,
        put(
            vec![Requirement::Stream(ObjectId(7), read)],
            &made(100, "orders", 3, &["id"]),
        ),
    )
    .await;
    // A change elsewhere moves the position, but not this stream's.
    let now = store.position().await.unwrap();
    store
        .commit(put(vec![], &made(102, "other", 1, &["id"])))
        .await
        .unwrap();
    store
        .commit(put(here(now), &made(100, "orders", 3, &["id", "a", "b"])))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_namespace_that_moved_is_a_conflict_but_its_counters_are_not() {
    let Subject { store, _directory } = sqlite();
    let read = store.namespace("public").await.unwrap().position;
    let unmoved = || vec![Requirement::Namespace(PUBLIC, read)];
    store
        .commit(put(unmoved(), &made(100, "a", 1, &["id"])))
        .await
        .unwrap();
    store
        .commit(put(unmoved(), &made(101, "b", 1, &["id"])))
        .await
        .unwrap();
    let full = Namespace {
        id: PUBLIC,
        name: "public".to_owned(),
        mode: Some(Mode::Full),
    };
    let change = Change {
        requirements: unmoved(),
        updates: vec![Update::PutNamespace(full.clone())],
    };
    store.commit(change).await.unwrap();
    assert_eq!(store.namespace("public").await.unwrap().value, Some(full));
    conflicts(&store, put(unmoved(), &made(102, "c", 1, &["id"]))).await;
}

#[tokio::test]
async fn a_change_is_whole_or_nothing() {
    let Subject { store, _directory } = sqlite();
    let good = made(100, "good", 1, &["id"]);
    let mut change = put(vec![], &good);
    // The same version once more: the last of four updates cannot be done.
    change
        .updates
        .extend(put(vec![], &made(101, "fine", 1, &["id"])).updates);
    change.updates.push(Update::AddVersion(good.1.clone()));
    conflicts(&store, change).await;
    assert_eq!(store.stream(&good.0.name).await.unwrap().value, None);
    assert_eq!(store.last_version(&good.0.name).await.unwrap().value, 0);
}

#[tokio::test]
async fn a_namespace_with_streams_is_not_dropped() {
    let Subject { store, _directory } = sqlite();
    store
        .commit(put(vec![], &made(100, "a", 1, &["id"])))
        .await
        .unwrap();
    let drop = || Update::DropNamespace(PUBLIC);
    conflicts(
        &store,
        Change {
            requirements: vec![],
            updates: vec![drop()],
        },
    )
    .await;
    let updates = vec![Update::DropStream(ObjectId(100)), drop()];
    store
        .commit(Change {
            requirements: vec![],
            updates,
        })
        .await
        .unwrap();
    assert_eq!(store.namespace("public").await.unwrap().value, None);
}

#[tokio::test]
async fn the_history_of_a_dropped_stream_stays() {
    let Subject { store, _directory } = sqlite();
    let one = made(100, "orders", 1, &["id"]);
    store.commit(put(vec![], &one)).await.unwrap();
    let closing = Version {
        number: 2,
        previous: Some(1),
        evolution: Evolution::drop(),
        ..one.1.as_ref().clone()
    };
    let updates = vec![
        Update::DropStream(ObjectId(100)),
        Update::AddVersion(Arc::new(closing)),
    ];
    store
        .commit(Change {
            requirements: vec![],
            updates,
        })
        .await
        .unwrap();
    assert_eq!(store.stream(&one.0.name).await.unwrap().value, None);
    assert_eq!(store.projection(ObjectId(100)).await.unwrap(), None);
    assert_eq!(store.versions(ObjectId(100)).await.unwrap().value.len(), 2);
    assert_eq!(store.last_version(&one.0.name).await.unwrap().value, 2);
}

#[tokio::test]
async fn columns_change_places_and_names() {
    let Subject { store, _directory } = sqlite();
    store
        .commit(put(vec![], &made(100, "orders", 1, &["id", "a", "b", "c"])))
        .await
        .unwrap();
    // a and b swap names, c takes d's, and comes first.
    let (mut stream, version) = made(100, "orders", 2, &["id", "b", "a", "d"]);
    stream.columns.rotate_right(1);
    let swapped = (stream, version);
    store.commit(put(vec![], &swapped)).await.unwrap();
    assert_eq!(
        store.stream(&swapped.0.name).await.unwrap().value,
        Some(swapped.clone())
    );
    let projection = store.projection(ObjectId(100)).await.unwrap().unwrap();
    assert_eq!(projection.stream, swapped.0);
    let names: Vec<Name> = projection
        .schema
        .fields
        .into_iter()
        .map(|field| field.name)
        .collect();
    assert_eq!(names, ["d", "id", "b", "a"]);
}

#[tokio::test]
async fn ids_are_given_once() {
    let Subject { store, _directory } = sqlite();
    let first = store.reserve_ids(10).await.unwrap();
    let second = store.reserve_ids(1).await.unwrap();
    assert_eq!(first.end, second.start);
    assert!(first.start > PUBLIC.0);
    assert_eq!(store.position().await.unwrap(), Position(0));
}

#[tokio::test]
async fn commits_at_the_same_time_each_get_their_own_answer() {
    let Subject { store, _directory } = sqlite();
    let commits = (0..200_i64).map(|number| {
        let store = store.clone();
        async move {
            let name = format!("s{}", number / 2);
            // Every name is wanted twice: one of the two has it.
            let requirements = vec![Requirement::NoStream(PUBLIC, name.clone())];
            store
                .commit(put(requirements, &made(1_000 + number, &name, 1, &["id"])))
                .await
        }
    });
    let outcomes = futures::future::join_all(commits).await;
    let mut positions: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().ok())
        .collect();
    positions.sort();
    positions.dedup();
    assert_eq!(positions.len(), 100);
    assert_eq!(store.list(None).await.unwrap().value.len(), 100);
}

#[tokio::test]
async fn streams_are_found_by_what_is_known_of_them() {
    let Subject { store, _directory } = sqlite();
    let sales = Namespace {
        id: ObjectId(50),
        name: "sales".to_owned(),
        mode: None,
    };
    store
        .commit(Change {
            requirements: vec![],
            updates: vec![Update::PutNamespace(sales)],
        })
        .await
        .unwrap();
    let indexed = |id: i64, namespace: (i64, &str), name: &str, index: (i64, &str)| {
        let (mut stream, version) = made(id, name, 1, &["id"]);
        let mut version = Arc::unwrap_or_clone(version);
        let mut schema = Arc::unwrap_or_clone(version.schema);
        schema.indexes.push(Index {
            id: ObjectId(index.0),
            name: index.1.to_owned(),
            columns: vec!["id".to_owned()],
            unique: false,
        });
        stream.namespace_id = ObjectId(namespace.0);
        stream.name = StreamName::new(namespace.1, name);
        version.name = stream.name.clone();
        version.fingerprint = schema.fingerprint();
        version.schema = Arc::new(schema);
        (stream, Arc::new(version))
    };
    for stream in [
        indexed(100, (1, "public"), "orders", (101, "by_id")),
        indexed(110, (50, "sales"), "orders", (111, "orders_id")),
        indexed(120, (50, "sales"), "leads", (121, "by_id")),
    ] {
        store.commit(put(vec![], &stream)).await.unwrap();
    }
    let namespaces = store.namespaces().await.unwrap().value;
    let names: Vec<_> = namespaces.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(names, ["public", "sales"]);

    let ids = |ids: &[i64]| ids.iter().copied().map(ObjectId).collect::<Vec<_>>();
    let named =
        |names: &[&str]| Search::Named(names.iter().map(|name| (*name).to_owned()).collect());
    for (search, expected) in [
        (Search::All, &[100, 110, 120][..]),
        (Search::Namespaces(ids(&[50])), &[110, 120]),
        (Search::Namespaces(ids(&[7])), &[]),
        (named(&["orders"]), &[100, 110]),
        (named(&["leads", "by_id"]), &[100, 120]),
        (named(&["it's"]), &[]),
        (Search::Prefixed("orders".to_owned()), &[100, 110]),
        (Search::Prefixed("orders_".to_owned()), &[110]),
        (Search::Prefixed("by".to_owned()), &[100, 120]),
        (Search::Objects(ids(&[110, 121, 9])), &[110, 120]),
    ] {
        assert_eq!(
            store.find(&search).await.unwrap(),
            ids(expected),
            "{search:?}"
        );
    }
}

#[tokio::test]
async fn rows_are_read_a_page_after_the_other() {
    let Subject { store, _directory } = sqlite();
    for id in 0..5 {
        let stream = made(100 + id, &format!("s{id}"), 1, &["id"]);
        store.commit(put(vec![], &stream)).await.unwrap();
    }
    let mut request = RowRequest {
        table: "tables".to_owned(),
        columns: vec!["name".to_owned(), "id".to_owned(), "deleted_at".to_owned()],
        tests: vec![],
        after: i64::MIN,
        limit: 2,
    };
    let mut names = Vec::new();
    loop {
        let page = store.rows(&request).await.unwrap();
        assert!(page.rows.len() <= 2);
        assert!(page.rows.iter().all(|row| row[2] == Cell::Null));
        names.extend(page.rows.into_iter().map(|row| row[0].clone()));
        match page.next {
            Some(next) => request.after = next,
            None => break,
        }
    }
    let expected: Vec<_> = (0..5).map(|id| Cell::Text(format!("s{id}"))).collect();
    assert_eq!(names, expected);
    request.after = i64::MIN;
    request.tests = vec![RowTest {
        column: "name".to_owned(),
        values: vec![Cell::Text("s3".to_owned()), Cell::Text("it's".to_owned())],
    }];
    let page = store.rows(&request).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!(page.rows[0][1], Cell::Integer(103));
    assert_eq!(page.next, None);
}
