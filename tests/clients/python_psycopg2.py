"""psycopg2: everything is text, parameters are put in by the driver."""

import select

import psycopg2
import psycopg2.extensions
import psycopg2.extras

from steps import DATABASE, USER, VALUES, cancelled, converse, end, expect, expect_in, step


def connect(autocommit=True):
    connection = psycopg2.connect("")
    connection.autocommit = autocommit
    return connection


def state(error):
    return error.pgcode


def ask(connection, statement, parameters=None):
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def refused(connection, statement):
    """The SQLSTATE of a statement."""
    try:
        ask(connection, statement)
    except psycopg2.Error as error:
        return state(error)
    return None


@step
def what_it_knows_of_the_server():
    connection = connect()
    parameters = connection.get_dsn_parameters()
    expect("the user and the database", (parameters["user"], parameters["dbname"]), (USER, DATABASE))
    expect("the encoding", connection.encoding, "UTF8")
    expect("a version of PostgreSQL", connection.server_version >= 150000, True)
    expect("dates", connection.get_parameter_status("DateStyle"), "ISO, MDY")


@step
def the_conversation():
    connection = connect()
    converse(lambda statement: ask(connection, statement), psycopg2.Error, state)


@step
def parameters():
    connection = connect()
    question = "SELECT stream, version FROM rekha.streams WHERE namespace = %s AND version >= %s"
    expect(question, ask(connection, question, ("sales", 1)), [("orders", 3)])
    among = "SELECT column_name FROM rekha.columns WHERE column_name IN %(names)s ORDER BY 1"
    expect(among, ask(connection, among, {"names": ("order_id", "email")}), [("email",), ("order_id",)])
    # Parameters are words of the statement here: of any statement.
    ask(connection, "CREATE STREAM sales.refunds (id INTEGER) WITH (comment = %s)", ("50% 'off'",))
    comment = "SELECT obj_description('sales.refunds'::regclass)"
    expect(comment, ask(connection, comment), [("50% 'off'",)])
    ask(connection, "DROP STREAM sales.refunds")


@step
def values_of_every_type():
    connection = connect()
    psycopg2.extras.register_uuid(conn_or_curs=connection)
    for type_, literal, value in VALUES:
        answer = ask(connection, f"SELECT %s::{type_}, %s::{type_}", (literal, value))[0]
        answer = tuple(bytes(each) if isinstance(each, memoryview) else each for each in answer)
        expect(f"{literal} as {type_}", answer, (value, value))
    document = {"a": [1, None, {"b": "ž"}]}
    answer = ask(connection, "SELECT %s::jsonb, %s::json", (psycopg2.extras.Json(document),) * 2)
    expect("a document", answer, [(document, document)])


@step
def transactions():
    count = "SELECT count(*) FROM rekha.streams WHERE stream = 'returns'"
    connection, other = connect(autocommit=False), connect()
    ask(connection, "CREATE STREAM sales.returns (id INTEGER)")
    expect("what others see before the commit", ask(other, count), [(0,)])
    connection.commit()
    expect("what others see behind it", ask(other, count), [(1,)])
    ask(connection, "DROP STREAM sales.returns")
    connection.rollback()
    expect("what a rollback leaves", ask(other, count), [(1,)])
    expect("a mistake in a transaction", refused(connection, "DROP STREAM nothing"), "42P01")
    expect("what comes after it", refused(connection, "SELECT 1"), "25P02")
    status = connection.get_transaction_status()
    expect("the state of the transaction", status, psycopg2.extensions.TRANSACTION_STATUS_INERROR)
    connection.rollback()
    expect("what comes after the rollback", ask(connection, "SELECT 1"), [(1,)])
    connection.rollback()
    with connection:
        ask(connection, "DROP STREAM sales.returns")
    expect("what a block commits", ask(other, count), [(0,)])
    connection.set_session(isolation_level="SERIALIZABLE", readonly=True)
    expect("the level", ask(connection, "SHOW transaction_isolation"), [("serializable",)])
    expect("DDL where one only reads", refused(connection, "CREATE SCHEMA other"), "25006")


@step
def named_cursors():
    connection = connect(autocommit=False)
    with connection.cursor("numbers") as cursor:
        cursor.itersize = 7
        cursor.execute("SELECT n FROM generate_series(1, %s) AS n", (100,))
        expect("100 rows by sevens", [row[0] for row in cursor], list(range(1, 101)))
    with connection.cursor("back", scrollable=True, cursor_factory=psycopg2.extras.DictCursor) as cursor:
        cursor.execute("SELECT n FROM generate_series(1, 5) AS n")
        cursor.scroll(3)
        expect("the fourth row", cursor.fetchone()["n"], 4)
        cursor.scroll(-2)
        expect("the third again", cursor.fetchone()["n"], 3)


@step
def copy_out():
    import io

    connection = connect()
    with connection.cursor() as cursor:
        file = io.StringIO()
        cursor.copy_expert("COPY (SELECT 1, 'a\tb', NULL, true) TO STDOUT", file)
        expect("COPY as text", file.getvalue(), "1\ta\\tb\t\\N\tt\n")
        file = io.StringIO()
        cursor.copy_expert("COPY (SELECT stream, version FROM rekha.streams) TO STDOUT WITH CSV HEADER", file)
        expect_in("COPY as CSV", file.getvalue().splitlines(), ["stream,version", "orders,3"])


@step
def notifications():
    listener, speaker = connect(), connect()
    ask(listener, "LISTEN schema_changes_sales_orders")
    ask(speaker, "ALTER STREAM sales.orders ADD COLUMN heard TEXT")
    while not listener.notifies and select.select([listener], [], [], 30)[0]:
        listener.poll()
    heard = [(each.channel, each.pid == 0) for each in listener.notifies]
    expect("how often it is told", len(heard), 1)
    expect_in("what is told", listener.notifies[0].payload, ['"orders"', '"add_column"'])
    ask(speaker, "ALTER STREAM sales.orders DROP COLUMN heard")


@step
def notices_and_diagnostics():
    connection = connect()
    ask(connection, "DROP STREAM IF EXISTS sales.nothing")
    expect("the notices", connection.notices, ['NOTICE:  relation "sales.nothing" does not exist, skipping\n'])
    try:
        ask(connection, "ALTER STREAM sales.orders ALTER COLUMN customer_id TYPE BOOLEAN")
    except psycopg2.errors.CheckViolation as error:
        expect("the mode that refuses", error.diag.constraint_name, "BACKWARD")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sales.orders")
        amount = cursor.description[2]
        expect("a column of a stream", (amount.name, amount.precision, amount.scale), ("amount", 10, 2))


@step
def a_cancel():
    connection = connect()
    error = cancelled(lambda: ask(connection, "SELECT pg_sleep(60)"), connection.cancel)
    expect("a query that is cancelled", error and state(error), "57014")
    expect("what comes after it", ask(connection, "SELECT 1"), [(1,)])


end()
