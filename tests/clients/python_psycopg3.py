"""psycopg 3: synchronous, asynchronous, pipelines, binary, server cursors, COPY,
notifications."""

import asyncio
import json

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types import TypeInfo
from psycopg.types.json import Jsonb

from steps import DATABASE, USER, VALUES, cancelled, converse, end, expect, expect_in, step


def connect(**options):
    """A connection where each statement is a transaction, unless said otherwise."""
    return psycopg.connect(**{"autocommit": True, **options})


def state(error):
    return error.sqlstate


def refused(connection, statement, *parameters):
    """The SQLSTATE of a statement."""
    try:
        connection.execute(statement, *parameters)
    except psycopg.Error as error:
        return state(error)
    return None


@step
def what_it_knows_of_the_server():
    with connect(application_name="steps") as connection:
        info = connection.info
        expect("the user and the database", (info.user, info.dbname), (USER, DATABASE))
        expect("the encoding", info.encoding, "utf-8")
        expect("a version of PostgreSQL", info.server_version >= 150000, True)
        expect("application_name", info.parameter_status("application_name"), "steps")


@step
def the_conversation():
    with connect() as connection:

        def ask(statement):
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

        converse(ask, psycopg.Error, state)


@step
def parameters():
    question = "SELECT stream, version FROM rekha.streams WHERE namespace = %s AND version >= %s"
    with connect() as connection:
        for binary in (False, True):
            rows = connection.execute(question, ("sales", 1), binary=binary).fetchall()
            expect(f"{question}, binary: {binary}", rows, [("orders", 3)])
        among = "SELECT count(*) FROM rekha.columns WHERE column_name = ANY(%s) LIMIT %s"
        expect(among, connection.execute(among, (["order_id", "email"], 1)).fetchone(), (2,))
        bad = "SELECT %s::integer"
        expect(f"{bad} of 'abc'", refused(connection, bad, ("abc",)), "22P02")
        expect(bad, connection.execute(bad, (3,)).fetchone(), (3,))
        # Statements that are no queries take their words composed.
        statement = sql.SQL("CREATE STREAM {} (id INTEGER DEFAULT {})")
        connection.execute(statement.format(sql.Identifier("sales", "Odd name"), sql.Literal(7)))
        described = connection.cursor(row_factory=dict_row)
        described.execute('DESCRIBE STREAM sales."Odd name"')
        expect("its default", described.fetchone()["default"], "7")
        connection.execute('DROP STREAM sales."Odd name"')


@step
def values_of_every_type():
    with connect() as connection:
        connection.execute("SET intervalstyle = 'postgres'")
        for binary in (False, True):
            for type_, literal, value in VALUES:
                cursor = connection.cursor(binary=binary)
                quoted = literal.replace("'", "''")
                cursor.execute(f"SELECT '{quoted}'::{type_}")
                expect(f"{literal} as {type_}, binary: {binary}", cursor.fetchone()[0], value)
            for place in ("%t", "%b"):
                for type_, _, value in VALUES:
                    cursor = connection.cursor(binary=binary)
                    cursor.execute(f"SELECT {place}::{type_}", (value,))
                    asked = f"{value!r} as {place}::{type_}, binary: {binary}"
                    expect(asked, cursor.fetchone()[0], value)
            document = {"a": [1, None, {"b": "ž"}]}
            cursor = connection.cursor(binary=binary)
            cursor.execute("SELECT %s::jsonb, %s::json -> 'a' ->> 0", (Jsonb(document), json.dumps(document)))
            expect("a document", cursor.fetchone(), (document, "1"))


@step
def prepared_statements():
    with connect(prepare_threshold=2) as connection:
        question = "SELECT count(*) FROM rekha.columns WHERE stream = %s"
        for _ in range(8):
            expect(question, connection.execute(question, ("orders",)).fetchone(), (7,))
        # What is prepared sees what changes.
        connection.execute("ALTER STREAM sales.orders ADD COLUMN note TEXT")
        expect(question, connection.execute(question, ("orders",)).fetchone(), (8,))
        connection.execute("ALTER STREAM sales.orders DROP COLUMN note")
        # More than it keeps: it closes the ones that are over.
        connection.prepared_max = 5
        for number in range(20):
            answer = connection.execute(f"SELECT {number} + %s", (1,), prepare=True).fetchone()
            expect(f"{number} + 1", answer, (number + 1,))
        cursor = connection.cursor()
        cursor.executemany("SELECT %s * 2", [(1,), (2,), (3,)], returning=True)
        doubled = [cursor.fetchone()[0]]
        while cursor.nextset():
            doubled.append(cursor.fetchone()[0])
        expect("executemany", doubled, [2, 4, 6])


@step
def pipelines():
    with connect() as connection:
        with connection.pipeline():
            cursors = [connection.execute("SELECT %s::integer", (number,)) for number in range(50)]
            answers = [cursor.fetchone()[0] for cursor in cursors]
        expect("50 statements in a pipeline", answers, list(range(50)))
        try:
            with connection.pipeline() as pipeline:
                connection.execute("CREATE STREAM sales.piped (id INTEGER)")
                connection.execute("DROP STREAM sales.nothing")
                connection.execute("CREATE STREAM sales.never (id INTEGER)")
                pipeline.sync()
            failed = None
        except psycopg.Error as error:
            failed = state(error)
        expect("a mistake in a pipeline", failed, "42P01")
        left = "SELECT count(*) FROM rekha.streams WHERE stream IN ('piped', 'never')"
        expect(left, connection.execute(left).fetchone(), (0,))


@step
def transactions():
    count = "SELECT count(*) FROM rekha.streams WHERE stream = 'returns'"
    with connect() as connection, connect() as other:
        with connection.transaction():
            connection.execute("CREATE STREAM sales.returns (id INTEGER)")
            expect("what others see before the commit", other.execute(count).fetchone(), (0,))
        expect("what others see behind it", other.execute(count).fetchone(), (1,))
        with connection.transaction(force_rollback=True):
            connection.execute("DROP STREAM sales.returns")
        expect("what a rollback leaves", other.execute(count).fetchone(), (1,))
        with connection.transaction():
            try:
                with connection.transaction():
                    connection.execute("DROP STREAM sales.nothing")
            except psycopg.errors.UndefinedTable:
                pass
            connection.execute("DROP STREAM sales.returns")
        expect("what a savepoint saves", other.execute(count).fetchone(), (0,))
    with connect(autocommit=False) as connection:
        expect("a mistake in a transaction", refused(connection, "SELEC 1"), "42601")
        expect("what comes after it", refused(connection, "SELECT 1"), "25P02")
        connection.rollback()
        expect("what comes after the rollback", connection.execute("SELECT 1").fetchone(), (1,))
        connection.rollback()
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        expect("DDL where one only reads", refused(connection, "CREATE SCHEMA other"), "25006")


@step
def two_writers():
    with connect(autocommit=False) as one, connect() as two:
        one.execute("ALTER STREAM sales.orders ADD COLUMN one TEXT")
        two.execute("ALTER STREAM sales.orders ADD COLUMN two TEXT")
        try:
            one.commit()
            failed = None
        except psycopg.errors.SerializationFailure as error:
            failed = state(error)
        expect("COMMIT of a stream that another changed", failed, "40001")
        two.execute("ALTER STREAM sales.orders DROP COLUMN two")


@step
def server_cursors():
    with connect(autocommit=False) as connection:
        with connection.cursor("numbers", scrollable=False) as cursor:
            cursor.itersize = 7
            cursor.execute("SELECT n FROM generate_series(1, %s) AS n", (100,))
            expect("100 rows by sevens", [row[0] for row in cursor], list(range(1, 101)))
        with connection.cursor("binary_numbers", binary=True) as cursor:
            cursor.execute("SELECT n::numeric FROM generate_series(1, 3) AS n")
            expect("a binary cursor", [int(row[0]) for row in cursor.fetchmany(2)], [1, 2])
    with connect() as connection:
        stream = connection.cursor().stream("SELECT n FROM generate_series(1, %s) AS n", (5,))
        expect("rows one by one", [row[0] for row in stream], [1, 2, 3, 4, 5])


@step
def copy_out():
    with connect() as connection, connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT 1, 'a b', NULL, true) TO STDOUT") as copy:
            expect("COPY as text", b"".join(copy), b"1\ta b\t\\N\tt\n")
        with cursor.copy("COPY (SELECT n, 'x' || n FROM generate_series(1, 2) AS n) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["int4", "text"])
            expect("COPY as binary", list(copy.rows()), [(1, "x1"), (2, "x2")])
        with cursor.copy("COPY (SELECT stream, version FROM rekha.streams) TO STDOUT (FORMAT csv, HEADER)") as copy:
            expect_in("COPY as CSV", b"".join(copy).decode().splitlines(), ["stream,version", "orders,7"])


@step
def notifications():
    with connect() as listener, connect() as speaker:
        listener.execute("LISTEN schema_changes")
        listener.execute("LISTEN schema_changes_sales_orders")
        listener.execute("LISTEN gossip")
        speaker.execute("ALTER STREAM sales.orders ADD COLUMN heard TEXT")
        speaker.execute("NOTIFY gossip, 'a word'")
        speaker.execute("SELECT pg_notify(%s, %s)", ("gossip", "another"))
        heard = [(each.channel, each.payload) for each in listener.notifies(timeout=30, stop_after=4)]
        channels = [channel for channel, _ in heard]
        expect_in("what is told", channels, ["schema_changes", "schema_changes_sales_orders"])
        told = json.loads(dict(heard).get("schema_changes", "{}"))
        change = {"namespace": "sales", "stream": "orders", "version": 8, "evolution": "add_column"}
        expect("the change that is told", told, change)
        gossip = [payload for channel, payload in heard if channel == "gossip"]
        expect("gossip", gossip, ["a word", "another"])
        speaker.execute("ALTER STREAM sales.orders DROP COLUMN heard")


@step
def notices_and_diagnostics():
    with connect() as connection:
        notices = []
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        connection.execute("DROP STREAM IF EXISTS sales.nothing")
        expect("the notices", notices, ['relation "sales.nothing" does not exist, skipping'])
        try:
            connection.execute("ALTER STREAM sales.orders ALTER COLUMN customer_id TYPE BOOLEAN")
        except psycopg.errors.CheckViolation as error:
            expect("the mode that refuses", error.diag.constraint_name, "BACKWARD")
            expect("a detail and a hint", bool(error.diag.message_detail and error.diag.message_hint), True)
        try:
            connection.execute("SELECT 1 FROM sales.nothing")
        except psycopg.errors.UndefinedTable as error:
            expect("the position", error.diag.statement_position, "15")


@step
def types_by_name():
    with connect() as connection:
        numeric = TypeInfo.fetch(connection, "numeric")
        expect("what numeric is", (numeric.oid, numeric.array_oid), (1700, 1231))
        expect("what nothing is", TypeInfo.fetch(connection, "no_such_type"), None)
        row = connection.execute("SELECT * FROM sales.orders").description[2]
        expect("a column of a stream", (row.name, row.precision, row.scale), ("amount", 10, 2))


@step
def a_cancel():
    with connect() as connection:
        error = cancelled(lambda: connection.execute("SELECT pg_sleep(60)"), connection.cancel_safe)
        expect("a query that is cancelled", error and state(error), "57014")
        expect("what comes after it", connection.execute("SELECT 1").fetchone(), (1,))


@step
def asynchronous():
    async def body():
        connect = psycopg.AsyncConnection.connect
        async with await connect(autocommit=True) as connection:
            cursor = await connection.execute("SELECT stream FROM rekha.streams WHERE namespace = %s", ("sales",))
            expect("a query", await cursor.fetchall(), [("orders",)])
            async with connection.pipeline():
                cursors = [await connection.execute("SELECT %s::text", (str(number),)) for number in range(10)]
                answers = [(await cursor.fetchone())[0] for cursor in cursors]
            expect("a pipeline", answers, [str(number) for number in range(10)])
            async with connection.transaction(force_rollback=True):
                await connection.execute("DROP STREAM sales.orders")
            await connection.execute("DESCRIBE STREAM sales.orders")
            # A task that is cancelled cancels what it waits for.
            try:
                await asyncio.wait_for(connection.execute("SELECT pg_sleep(60)"), 0.2)
                waited = True
            except (TimeoutError, asyncio.TimeoutError):
                waited = False
            expect("a task that is cancelled", waited, False)
            cursor = await connection.execute("SELECT 1")
            expect("what comes after it", await cursor.fetchone(), (1,))

    asyncio.run(body())


end()
