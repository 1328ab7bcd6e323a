"""SQLAlchemy over three drivers: the inspector, reflection, transactions."""

import asyncio

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine

from steps import DATABASE, HOST, PORT, USER, converse, end, expect, expect_in, step


def url(driver):
    return sa.URL.create(f"postgresql+{driver}", USER, None, HOST, PORT, DATABASE)


def state(error):
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)


def refused(connection, statement):
    """The SQLSTATE of a statement."""
    try:
        connection.execute(text(statement))
    except sa.exc.DBAPIError as error:
        return state(error)
    return None


def the_conversation(engine):
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT", no_parameters=True) as connection:

        def ask(statement):
            result = connection.exec_driver_sql(statement)
            return result.fetchall() if result.returns_rows else []

        converse(ask, sa.exc.DBAPIError, state)


def inspect(connection):
    """What the inspector says; the stream is the one of the conversation."""
    inspector = sa.inspect(connection)
    expect("the schema of the session", inspector.default_schema_name, "public")
    expect_in("the schemas", inspector.get_schema_names(), ["public", "sales", "rekha"])
    expect("the tables", inspector.get_table_names(schema="sales"), ["orders"])
    expect("the tables of the session", inspector.get_table_names(), ["customers"])
    expect_in("the views", inspector.get_view_names(schema="rekha"), ["streams", "schema_versions"])
    expect("materialised views", inspector.get_materialized_view_names(schema="sales"), [])
    expect("sequences", inspector.get_sequence_names(schema="sales"), [])
    expect("enumerations", inspector.get_enums(schema="sales"), [])
    expect("domains", inspector.get_domains(schema="sales"), [])
    expect("has_table", (inspector.has_table("orders", "sales"), inspector.has_table("nothing")), (True, False))
    columns = [
        (column["name"], column["type"].compile(postgresql.dialect()), column["nullable"], column["default"])
        for column in inspector.get_columns("orders", "sales")
    ]
    expect(
        "the columns",
        columns,
        [
            ("order_id", "BIGINT", False, None),
            ("customer_id", "INTEGER", False, None),
            ("amount", "NUMERIC(10, 2)", True, "0.00"),
            ("status", "VARCHAR(20)", False, "'new'::character varying"),
            ("placed_at", "TIMESTAMP WITH TIME ZONE", True, None),
            ("tags", "TEXT[]", True, None),
            ("payload", "JSONB", True, None),
        ],
    )
    key = inspector.get_pk_constraint("orders", "sales")
    expect("the key", (key["name"], key["constrained_columns"]), ("orders_pkey", ["order_id"]))
    indexes = [(index["name"], index["column_names"], index["unique"]) for index in inspector.get_indexes("orders", "sales")]
    expect("the indexes", indexes, [("orders_by_customer", ["customer_id", "placed_at"], True)])
    unique = [(each["name"], each["column_names"]) for each in inspector.get_unique_constraints("customers")]
    expect("the constraints", unique, [("customers_email_key", ["email"])])
    expect("the foreign keys", inspector.get_foreign_keys("orders", "sales"), [])
    expect("the checks", inspector.get_check_constraints("orders", "sales"), [])
    expect("the comment", inspector.get_table_comment("orders", "sales"), {"text": "every order"})
    comment = inspector.get_columns("orders", "sales")[0]["comment"]
    expect("the comment of a column", comment, "as the shop counts them")
    try:
        inspector.get_columns("nothing")
        expect("the columns of nothing", "an answer", "NoSuchTableError")
    except sa.exc.NoSuchTableError:
        pass
    every = inspector.get_multi_columns(schema="sales")
    expect("the columns of every table", [len(each) for each in every.values()], [7])


def reflect(connection):
    metadata = sa.MetaData()
    orders = sa.Table("orders", metadata, autoload_with=connection, schema="sales")
    expect("the key", list(orders.primary_key.columns.keys()), ["order_id"])
    expect("no rows", connection.execute(sa.select(orders).where(orders.c.customer_id == 7)).fetchall(), [])
    total = sa.select(sa.func.count(), sa.func.sum(orders.c.amount)).where(orders.c.tags.any("new"))
    expect("their sum", tuple(connection.execute(total).one()), (0, None))
    everything = sa.MetaData()
    everything.reflect(connection, schema="rekha", views=True)
    streams = everything.tables["rekha.streams"]
    question = (
        sa.select(streams.c.stream, streams.c.version)
        .where(streams.c.namespace.in_(["sales", "public"]))
        .order_by(streams.c.stream.desc())
        .limit(1)
    )
    expect("a query of a reflected view", connection.execute(question).fetchall(), [("orders", 3)])


def create(connection):
    """SQLAlchemy's own CREATE TABLE and DROP TABLE."""
    metadata = sa.MetaData()
    table = sa.Table(
        "made",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("price", sa.Numeric(12, 4), nullable=False, server_default="1.5", comment="without tax"),
        sa.Column("labels", postgresql.ARRAY(sa.Text)),
        sa.Column("code", sa.String(8), unique=True),
        schema="sales",
        comment="made by a tool",
    )
    sa.Index("made_by_price", table.c.price)
    metadata.create_all(connection)
    again = sa.Table("made", sa.MetaData(), autoload_with=connection, schema="sales")
    columns = [(column.name, str(column.type), column.nullable) for column in again.columns]
    expected = [
        ("id", "BIGINT", False),
        ("price", "NUMERIC(12, 4)", False),
        ("labels", "ARRAY", True),
        ("code", "VARCHAR(8)", True),
    ]
    expect("what was made", columns, expected)
    expect("its comments", (again.comment, again.c.price.comment), ("made by a tool", "without tax"))
    metadata.create_all(connection)
    metadata.drop_all(connection)
    expect("what is left", sa.inspect(connection).has_table("made", "sales"), False)


def transactions(engine):
    count = text("SELECT count(*) FROM rekha.streams WHERE stream = :stream").bindparams(stream="returns")
    with engine.begin() as connection:
        connection.execute(text("CREATE STREAM sales.returns (id INTEGER)"))
    with engine.connect() as connection:
        connection.execute(text("DROP STREAM sales.returns"))
        connection.rollback()
        expect("what a rollback leaves", connection.scalar(count), 1)
        savepoint = connection.begin_nested()
        expect("a mistake in a savepoint", refused(connection, "DROP STREAM nothing"), "42P01")
        savepoint.rollback()
        expect("what comes after it", connection.scalar(count), 1)
        expect("a mistake in a transaction", refused(connection, "SELEC 1"), "42601")
        expect("what comes after it", refused(connection, "SELECT 1"), "25P02")
        connection.rollback()
        connection.execute(text("DROP STREAM sales.returns"))
        connection.commit()
        expect("what a commit leaves", connection.scalar(count), 0)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        expect("the level", connection.get_isolation_level(), "REPEATABLE READ")
    with engine.connect().execution_options(stream_results=True, max_row_buffer=7) as connection:
        rows = connection.execute(text("SELECT n FROM generate_series(1, 100) AS n"))
        expect("100 rows by sevens", [row.n for row in rows], list(range(1, 101)))


def everything(engine):
    with engine.connect() as connection:
        inspect(connection)
        reflect(connection)
        create(connection)
    transactions(engine)
    engine.dispose()


@step
def psycopg():
    engine = sa.create_engine(url("psycopg"), pool_pre_ping=True)
    the_conversation(engine)
    everything(engine)


@step
def psycopg2():
    everything(sa.create_engine(url("psycopg2"), pool_pre_ping=True))


@step
def asyncpg():
    async def body():
        engine = create_async_engine(url("asyncpg"))
        async with engine.connect() as connection:
            for part in (inspect, reflect, create):
                await connection.run_sync(part)
        await engine.dispose()

    asyncio.run(body())


end()
