//! The catalogs over a registry of some streams.

use std::sync::Arc;

use futures::TryStreamExt;

use super::{Catalog, system};
use crate::error::Result;
use crate::query::advisory::{AdvisoryLocks, Locker};
use crate::query::context::{Context, Conversation, Cursor, PreparedStatement, Setting};
use crate::registry::{Draft, Registry};
use crate::relation::{Filter, Kind, Relation, Row, Scan, Style, Test, Timestamp, Type, Value};
use crate::session::{Session, SessionOptions};

/// A conversation that has one of everything.
struct One;

impl Conversation for One {
    fn setting(&self, name: &str) -> Option<String> {
        Some(match name {
            "search_path" => "public".to_owned(),
            "server_version" => "15.0 (Rekha 1.2)".to_owned(),
            _ => return None,
        })
    }

    fn settings(&self) -> Vec<Setting> {
        vec![Setting {
            name: "search_path".to_owned(),
            value: "public".to_owned(),
            values: Some(vec!["a".to_owned()]),
            ..Setting::default()
        }]
    }

    fn set(&self, _: &str, value: &str, _: bool) -> Result<String> {
        Ok(value.to_owned())
    }

    fn notify(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }

    fn cancel(&self, _: i32) -> bool {
        false
    }

    fn terminate(&self, _: i32) -> bool {
        false
    }

    fn channels(&self) -> Vec<String> {
        Vec::new()
    }

    fn prepared_statements(&self) -> Vec<PreparedStatement> {
        vec![PreparedStatement {
            name: "p".to_owned(),
            statement: "SELECT 1".to_owned(),
            prepared_at: moment(),
            parameters: vec![Type::INT4],
            columns: vec![],
            from_sql: true,
        }]
    }

    fn cursors(&self) -> Vec<Cursor> {
        vec![Cursor {
            name: "c".to_owned(),
            statement: "SELECT 1".to_owned(),
            is_holdable: false,
            is_binary: false,
            is_scrollable: true,
            created_at: moment(),
        }]
    }
}

fn moment() -> Timestamp {
    Timestamp::from_micros(0).expect("a moment")
}

/// Some streams, and who asks for them.
pub(super) struct Fixture {
    pub(super) catalog: Catalog,
    registry: Arc<Registry>,
    _directory: tempfile::TempDir,
}

const STREAMS: &str = "
    CREATE SCHEMA sales;
    CREATE STREAM orders (
        id BIGINT PRIMARY KEY,
        amount NUMERIC(10,2) NOT NULL DEFAULT 0.00,
        note VARCHAR(20) DEFAULT 'x',
        code CHAR(3) DEFAULT 'ab',
        tags TEXT[] DEFAULT '{a,b}',
        flags BOOLEAN[] DEFAULT '{t,f}',
        neg INT DEFAULT -5,
        at TIMESTAMPTZ(3),
        address STRUCT<zip TEXT>,
        CONSTRAINT uq UNIQUE (note, code)
    ) WITH (datasource = 'kafka://orders') ;
    COMMENT ON STREAM orders IS 'the orders';
    COMMENT ON COLUMN orders.id IS 'its id';
    CREATE INDEX orders_at ON orders (at, neg);
    CREATE STREAM sales.orders (a INT);
    CREATE STREAM sales.leads (a INT PRIMARY KEY)";

pub(super) async fn fixture() -> Fixture {
    let directory = tempfile::tempdir().expect("a directory");
    let registry = Registry::builder().sqlite(directory.path().join("rekha.db"));
    let registry = registry.build().await.expect("a registry");
    let mut session = Session::new(registry.clone(), SessionOptions::default()).expect("a session");
    session.execute(STREAMS).await.expect("streams");
    let context = Context {
        registry: registry.clone(),
        draft: Draft::default(),
        user: "ann".into(),
        database: "shop".into(),
        search_path: ["public".to_owned()].into(),
        style: Style::default(),
        transaction_start: moment(),
        statement_start: moment(),
        process: 7,
        client: None,
        server: None,
        locker: Locker::clone(&Arc::<AdvisoryLocks>::default().join(7)),
        lock_timeout: None,
        conversation: Arc::new(One),
    };
    Fixture {
        catalog: Catalog::new(Arc::new(context), [].into()),
        registry,
        _directory: directory,
    }
}

impl Fixture {
    pub(super) async fn close(self) {
        self.registry
            .close(std::time::Duration::from_secs(10))
            .await;
    }

    pub(super) fn relation(&self, name: &str) -> Arc<dyn Relation> {
        let (schema, name) = match name.split_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, name),
        };
        let found = self.catalog.relation(schema, name).expect("an answer");
        found.unwrap_or_else(|| panic!("no relation {name}"))
    }

    pub(super) async fn scan(&self, name: &str, filters: &[(&str, Test)]) -> Vec<Row> {
        let relation = self.relation(name);
        let place = |name: &str| {
            let mut columns = relation.columns().iter();
            columns
                .position(|column| column.name == name)
                .expect("a column")
        };
        let filters = filters.iter().map(|(name, test)| Filter {
            column: place(name),
            test: test.clone(),
        });
        let scan = Scan {
            filters: filters.collect(),
            ..Scan::default()
        };
        let batches: Vec<Vec<Row>> = relation.scan(scan).try_collect().await.expect("rows");
        batches.concat()
    }

    /// The rows as texts: these columns of those whose first one is the text.
    pub(super) async fn lines(&self, name: &str, columns: &[&str], first: &str) -> Vec<String> {
        let relation = self.relation(name);
        let place = |name: &&str| {
            let mut own = relation.columns().iter();
            own.position(|column| column.name == *name)
                .expect("a column")
        };
        let places: Vec<usize> = columns.iter().map(place).collect();
        let mut lines = Vec::new();
        for row in self.scan(name, &[]).await {
            let texts = places
                .iter()
                .map(|place| row[*place].to_text(&Style::default()));
            let texts: Vec<String> = texts.map(Option::unwrap_or_default).collect();
            if texts[0] == first {
                lines.push(texts[1..].join("|"));
            }
        }
        lines
    }
}

/// Whether the value is one of the type.
fn is_of(value: &Value, of: &Type) -> bool {
    match (value, of) {
        (Value::Null, _) => true,
        (Value::Bool(_), &Type::BOOL)
        | (Value::Char(_), &Type::CHAR)
        | (Value::Int2(_), &Type::INT2)
        | (Value::Int4(_), &Type::INT4)
        | (Value::Int8(_), &Type::INT8)
        | (Value::Float4(_), &Type::FLOAT4)
        | (Value::Float8(_), &Type::FLOAT8)
        | (Value::Numeric(_), &Type::NUMERIC)
        | (Value::Oid(_), &Type::OID | &Type::XID)
        | (Value::Interval(_), &Type::INTERVAL)
        | (Value::TimestampTz(_), &Type::TIMESTAMPTZ)
        | (Value::Jsonb(_), &Type::JSONB)
        | (Value::Uuid(_), &Type::UUID)
        | (Value::Reg { .. }, &Type::REGPROC | &Type::REGTYPE) => true,
        (Value::Text(_), &Type::TEXT | &Type::NAME | &Type::VARCHAR | &Type::PG_NODE_TREE) => true,
        (Value::Text(_), &Type::ACLITEM) => true,
        (Value::Vector(array), &Type::INT2_VECTOR) => array.element == Type::INT2,
        (Value::Vector(array), &Type::OID_VECTOR) => array.element == Type::OID,
        (Value::Array(array), of) => match of.kind() {
            Kind::Array(element) => {
                array.element == *element && array.values.iter().all(|value| is_of(value, element))
            }
            _ => false,
        },
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_relation_has_rows_of_its_columns() {
    let fixture = fixture().await;
    for table in system::TABLES.iter() {
        let name = format!("{}.{}", table.schema, table.name);
        let columns = &table.columns;
        for row in fixture.scan(&name, &[]).await {
            assert_eq!(row.len(), columns.len(), "{name}");
            for (value, column) in row.iter().zip(columns) {
                let of = &column.column_type;
                assert!(
                    is_of(value, of),
                    "{name}.{}: {value:?} is no {of}",
                    column.name
                );
            }
        }
    }
    fixture.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oids_of_relations_are_their_own() {
    let fixture = fixture().await;
    let mut oids = std::collections::HashSet::new();
    for row in fixture.scan("pg_class", &[]).await {
        assert!(oids.insert(format!("{:?}", row[0])), "{:?}", row[1]);
    }
    fixture.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_a_table_with_its_columns_keys_and_comments() {
    let fixture = fixture().await;
    let orders = fixture.relation("orders");
    assert_eq!(orders.schema(), "public");
    let origin = orders.columns()[0].origin.expect("a table's column");
    let oid = origin.table.to_string();
    assert_eq!(origin.column, 1);

    let columns = [
        "attrelid",
        "attnum",
        "attname",
        "atttypid",
        "atttypmod",
        "attnotnull",
        "atthasdef",
    ];
    assert_eq!(
        fixture.lines("pg_attribute", &columns, &oid).await,
        [
            "-6|tableoid|26|-1|t|f",
            "-5|cmax|29|-1|t|f",
            "-4|xmax|28|-1|t|f",
            "-3|cmin|29|-1|t|f",
            "-2|xmin|28|-1|t|f",
            "-1|ctid|27|-1|t|f",
            "1|id|20|-1|t|f",
            "2|amount|1700|655366|t|t",
            "3|note|1043|24|f|t",
            "4|code|1042|7|f|t",
            "5|tags|1009|-1|f|t",
            "6|flags|1000|-1|f|t",
            "7|neg|23|-1|f|t",
            "8|at|1184|3|f|f",
            "9|address|3802|-1|f|f",
        ]
    );
    assert_eq!(
        fixture
            .lines("pg_attrdef", &["adrelid", "adnum", "adbin"], &oid)
            .await,
        [
            "2|0.00",
            "3|'x'::character varying",
            "4|'ab'::bpchar",
            "5|'{a,b}'::text[]",
            "6|'{t,f}'::boolean[]",
            "7|'-5'::integer",
        ]
    );
    let columns = ["tablename", "schemaname", "indexname", "indexdef"];
    assert_eq!(
        fixture.lines("pg_indexes", &columns, "orders").await,
        [
            "public|orders_pkey|CREATE UNIQUE INDEX orders_pkey ON public.orders USING btree (id)",
            "public|uq|CREATE UNIQUE INDEX uq ON public.orders USING btree (note, code)",
            "public|orders_at|CREATE INDEX orders_at ON public.orders USING btree (at, neg)",
        ]
    );
    let columns = [
        "indrelid",
        "indisunique",
        "indisprimary",
        "indkey",
        "indcollation",
        "indclass",
    ];
    assert_eq!(
        fixture.lines("pg_index", &columns, &oid).await,
        [
            "t|t|1|0|3124",
            "t|f|3 4|100 100|3126 10004",
            "f|f|8 7|0 0|3127 1978",
        ]
    );
    let columns = ["conrelid", "conname", "contype", "conkey"];
    assert_eq!(
        fixture.lines("pg_constraint", &columns, &oid).await,
        ["orders_pkey|p|{1}", "uq|u|{3,4}"]
    );
    let columns = ["objoid", "objsubid", "description"];
    assert_eq!(
        fixture.lines("pg_description", &columns, &oid).await,
        ["0|the orders", "1|its id"]
    );
    fixture.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_looked_for_along_the_path() {
    let fixture = fixture().await;
    for (name, schema) in [
        ("orders", Some("public")),
        ("sales.orders", Some("sales")),
        ("leads", None),
        ("pg_class", Some("pg_catalog")),
        ("public.pg_class", None),
        ("tables", None),
        ("information_schema.tables", Some("information_schema")),
        ("rekha.streams", Some("rekha")),
    ] {
        let (of, bare) = match name.split_once('.') {
            Some((schema, bare)) => (Some(schema), bare),
            None => (None, name),
        };
        let found = fixture.catalog.relation(of, bare).expect("an answer");
        let found = found.map(|relation| relation.schema().to_owned());
        assert_eq!(found.as_deref(), schema, "{name}");
    }
    fixture.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_filters_leave_out_is_not_read_and_nothing_else() {
    let fixture = fixture().await;
    let one = |value: Value| Test::In(vec![value]);
    let orders = fixture.relation("sales.orders").columns()[0]
        .origin
        .expect("a table")
        .table;
    let all = fixture.scan("pg_class", &[]).await;
    for (column, test, expected) in [
        ("oid", one(Value::Oid(orders)), vec!["orders"]),
        ("oid", one(Value::Oid(1259)), vec!["pg_class"]),
        ("oid", one(Value::Oid(9)), vec![]),
        (
            "relname",
            one(Value::text("orders")),
            vec!["orders", "orders"],
        ),
        ("relname", one(Value::text("orders_at")), vec!["orders_at"]),
        (
            "relname",
            one(Value::text("leads_pkey")),
            vec!["leads_pkey"],
        ),
        (
            "relname",
            Test::Prefix("leads_p".to_owned()),
            vec!["leads_pkey"],
        ),
        (
            "relname",
            Test::Prefix("lea".to_owned()),
            vec!["leads", "leads_pkey"],
        ),
        (
            "relname",
            Test::Prefix("orders_".to_owned()),
            vec!["orders_at", "orders_pkey"],
        ),
        ("relnamespace", one(Value::Oid(1)), vec![]),
    ] {
        let place = |row: &Row| match column {
            "oid" => row[0].clone(),
            "relname" => row[1].clone(),
            _ => row[2].clone(),
        };
        let fits = |row: &&Row| match (&test, place(row)) {
            (Test::In(values), value) => values.contains(&value),
            (Test::Prefix(prefix), Value::Text(text)) => text.starts_with(prefix),
            _ => false,
        };
        let name = |row: &Row| row[1].to_text(&Style::default()).expect("a name");
        let some = fixture.scan("pg_class", &[(column, test.clone())]).await;
        let mut names: Vec<String> = some.iter().filter(fits).map(name).collect();
        names.sort();
        assert_eq!(names, expected, "{test:?}");
        assert_eq!(all.iter().filter(fits).count(), expected.len(), "{test:?}");
        assert!(some.len() <= 8, "{test:?}: {} rows", some.len());
    }
    fixture.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_information_schema_tells_the_same() {
    let fixture = fixture().await;
    let columns = [
        "table_name",
        "table_schema",
        "column_name",
        "ordinal_position",
        "is_nullable",
        "data_type",
        "character_maximum_length",
        "numeric_precision",
        "numeric_scale",
        "datetime_precision",
        "udt_name",
    ];
    let told = fixture
        .lines("information_schema.columns", &columns, "orders")
        .await;
    assert_eq!(
        told,
        [
            "public|id|1|NO|bigint||64|0||int8",
            "public|amount|2|NO|numeric||10|2||numeric",
            "public|note|3|YES|character varying|20||||varchar",
            "public|code|4|YES|character|3||||bpchar",
            "public|tags|5|YES|ARRAY|||||_text",
            "public|flags|6|YES|ARRAY|||||_bool",
            "public|neg|7|YES|integer||32|0||int4",
            "public|at|8|YES|timestamp with time zone||||3|timestamptz",
            "public|address|9|YES|jsonb|||||jsonb",
            "sales|a|1|YES|integer||32|0||int4",
        ]
    );
    let columns = ["table_name", "constraint_name", "constraint_type"];
    let told = fixture
        .lines("information_schema.table_constraints", &columns, "leads")
        .await;
    assert_eq!(told[0], "leads_pkey|PRIMARY KEY");
    assert!(told[1].ends_with("_1_not_null|CHECK"), "{told:?}");
    let columns = ["constraint_name", "column_name", "ordinal_position"];
    let told = fixture
        .lines("information_schema.key_column_usage", &columns, "uq")
        .await;
    assert_eq!(told, ["note|1", "code|2"]);
    let columns = ["schema_owner", "schema_name"];
    let told = fixture
        .lines("information_schema.schemata", &columns, "ann")
        .await;
    assert_eq!(
        told,
        [
            "pg_catalog",
            "information_schema",
            "rekha",
            "registry",
            "cartridge_warp",
            "public",
            "sales",
        ]
    );
    fixture.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rekha_tells_of_streams_and_the_registry_of_stored_rows() {
    let fixture = fixture().await;
    let columns = [
        "stream",
        "namespace",
        "version",
        "compatibility",
        "columns",
        "datasource",
    ];
    assert_eq!(
        fixture.lines("rekha.streams", &columns, "orders").await,
        ["public|2|BACKWARD|9|kafka://orders", "sales|1|BACKWARD|1|"]
    );
    let columns = ["namespace", "stream", "column_name", "data_type", "is_key"];
    assert_eq!(
        fixture.lines("rekha.columns", &columns, "sales").await,
        ["orders|a|integer|f", "leads|a|integer|t"]
    );
    let columns = ["namespace", "stream", "version", "evolution"];
    assert_eq!(
        fixture
            .lines("rekha.schema_versions", &columns, "public")
            .await,
        ["orders|1|create", "orders|2|add_index"]
    );
    let columns = ["name", "table_type", "is_external"];
    assert_eq!(
        fixture.lines("registry.tables", &columns, "leads").await,
        ["user|f"]
    );
    let name = Test::In(vec![Value::text("leads")]);
    let filtered = fixture.scan("registry.tables", &[("name", name)]).await;
    assert_eq!(filtered.len(), 1);
    let versions = fixture.scan("cartridge_warp.schema_registry", &[]).await;
    assert_eq!(versions.len(), 4);
    let log = fixture.scan("registry.cdc_log", &[]).await;
    assert!(log.iter().any(|row| matches!(row[5], Value::Jsonb(_))));
    fixture.close().await;
}
