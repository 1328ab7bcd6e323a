"""psqlodbc through unixODBC, by pyodbc: the catalog functions of ODBC, which the
BI tools of Windows ask, and statements with parameters."""

import datetime
import decimal
import uuid

import pyodbc

from steps import DATABASE, HOST, PORT, USER, UTC, VALUES, cancelled, converse, end, expect, expect_in, step

CONNECT = (
    f"Driver=PostgreSQL Unicode;Server={HOST};Port={PORT};Database={DATABASE};Uid={USER};"
    "SSLmode=disable;BoolsAsChar=0;TextAsLongVarchar=0;MaxVarcharSize=8000"
)


def connect(autocommit=True, more=""):
    return pyodbc.connect(f"{CONNECT};{more}", autocommit=autocommit)


def state(error):
    return error.args[0]


def ask(connection, statement, *parameters):
    """The rows of a statement."""
    cursor = connection.execute(statement, *parameters)
    return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


def refused(connection, statement, *parameters):
    """The SQLSTATE of a statement."""
    try:
        ask(connection, statement, *parameters)
    except pyodbc.Error as error:
        return state(error)
    return None


@step
def what_it_knows_of_the_server():
    connection = connect()
    expect("the database", connection.getinfo(pyodbc.SQL_DATABASE_NAME), DATABASE)
    expect("the server", connection.getinfo(pyodbc.SQL_DBMS_NAME), "PostgreSQL")
    expect("its version", connection.getinfo(pyodbc.SQL_DBMS_VER) >= "15", True)
    expect("the user", connection.getinfo(pyodbc.SQL_USER_NAME), USER)


@step
def the_conversation():
    # By itself the driver answers a mistake with a ROLLBACK of its own.
    connection = connect(more="Protocol=7.4-0")
    converse(lambda statement: ask(connection, statement), pyodbc.Error, state)


@step
def the_catalog():
    cursor = connect().cursor()
    tables = [(row.table_schem, row.table_name, row.table_type) for row in cursor.tables(schema="sales")]
    expect("SQLTables", tables, [("sales", "orders", "TABLE")])
    views = [row.table_name for row in cursor.tables(schema="rekha", tableType="VIEW")]
    expect_in("SQLTables of views", views, ["streams", "columns"])
    schemas = [row.table_schem for row in cursor.tables(table="", catalog="", schema="%")]
    expect_in("SQLTables of schemas", schemas, ["public", "sales"])
    columns = [
        (row.column_name, row.type_name, row.data_type, row.column_size, row.decimal_digits, row.nullable)
        for row in cursor.columns(table="orders", schema="sales")
    ][:5]
    expect(
        "SQLColumns",
        columns,
        [
            ("order_id", "int8", pyodbc.SQL_BIGINT, 19, 0, 0),
            ("customer_id", "int4", pyodbc.SQL_INTEGER, 10, 0, 0),
            ("amount", "numeric", pyodbc.SQL_NUMERIC, 10, 2, 1),
            ("status", "varchar", pyodbc.SQL_WVARCHAR, 20, None, 0),
            ("placed_at", "timestamptz", pyodbc.SQL_TYPE_TIMESTAMP, 26, 6, 1),
        ],
    )
    defaults = [row.column_def for row in cursor.columns(table="orders", schema="sales")][2:4]
    expect("their defaults", defaults, ["0.00", "'new'::character varying"])
    keys = [(row.column_name, row.key_seq, row.pk_name) for row in cursor.primaryKeys("orders", schema="sales")]
    expect("SQLPrimaryKeys", keys, [("order_id", 1, "orders_pkey")])
    indexes = [
        (row.index_name, row.column_name, row.non_unique)
        for row in cursor.statistics("orders", schema="sales")
        if row.index_name
    ]
    parts = [("orders_by_customer", "customer_id", 0), ("orders_by_customer", "placed_at", 0), ("orders_pkey", "order_id", 0)]
    expect("SQLStatistics", sorted(indexes), parts)
    expect("SQLForeignKeys", cursor.foreignKeys("orders", schema="sales").fetchall(), [])
    types = [row[0] for row in cursor.getTypeInfo().fetchall()]
    expect_in("SQLGetTypeInfo", types, ["int8", "numeric", "timestamptz", "varchar", "bool"])
    expect_in("SQLProcedures", [row.procedure_name for row in cursor.procedures()], ["format_type"])


@step
def parameters():
    connection = connect()
    question = "SELECT stream, version FROM rekha.streams WHERE namespace = ? AND version >= ?"
    for _ in range(3):
        expect(question, ask(connection, question, "sales", 1), [("orders", 3)])
    bad = "SELECT ?::integer"
    expect(f"{bad} of 'abc'", refused(connection, bad, "abc"), "22P02")
    expect(bad, ask(connection, bad, "3"), [(3,)])
    cursor = connection.cursor()
    cursor.execute("SELECT amount, status FROM sales.orders WHERE order_id = ?", 7)
    columns = [(name, size, scale) for name, _, _, _, size, scale, _ in cursor.description]
    expect("the columns", columns, [("amount", 10, 2), ("status", 20, 0)])


@step
def values_of_every_type():
    connection = connect()
    for type_, literal, value in VALUES:
        # ODBC has no type for these, and no time zones.
        if type_ == "interval" or type_.endswith("[]"):
            continue
        if type_ == "timestamptz":
            value = value.astimezone(UTC).replace(tzinfo=None)
        answer = ask(connection, f"SELECT ?::{type_}, '{literal.replace(chr(39), chr(39) * 2)}'::{type_}", literal)[0]
        answer = tuple(uuid.UUID(each) if type_ == "uuid" and isinstance(each, str) else each for each in answer)
        expect(f"{literal} as {type_}", answer, (value, value))
    sent = (True, 7, 2**40, 1.5, decimal.Decimal("12.34"), "ž", datetime.date(2024, 2, 29), None)
    casts = "?::boolean, ?::integer, ?::bigint, ?::double precision, ?::numeric, ?::text, ?::date, ?::text"
    expect(f"SELECT {casts}", ask(connection, f"SELECT {casts}", *sent), [sent])


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
    # The driver makes a savepoint before each statement, and goes back to it.
    expect("a mistake in a transaction", refused(connection, "DROP STREAM nothing"), "42P01")
    expect("what comes after it", ask(connection, "SELECT 1"), [(1,)])
    ask(connection, "DROP STREAM sales.returns")
    connection.commit()
    expect("what a commit leaves", ask(other, count), [(0,)])
    # A mistake ends the transaction where it is told to.
    connection = connect(autocommit=False, more="Protocol=7.4-0")
    ask(connection, "CREATE STREAM sales.never (id INTEGER)")
    expect("a mistake in a transaction", refused(connection, "SELEC 1"), "42601")
    connection.rollback()
    expect("what comes after the rollback", ask(connection, "SELECT 1"), [(1,)])


@step
def many_rows():
    for more in ("UseDeclareFetch=0", "UseDeclareFetch=1;Fetch=7"):
        connection = connect(autocommit=False, more=more)
        rows = ask(connection, "SELECT n FROM generate_series(1, 100) AS n")
        expect(f"100 rows, {more}", rows, [(number,) for number in range(1, 101)])
        connection.rollback()
    # Every way it has to send a statement.
    for more in ("UseServerSidePrepare=0", "UseServerSidePrepare=1"):
        connection = connect(more=more)
        question = "SELECT count(*) FROM rekha.columns WHERE stream = ? AND ordinal_position > ?"
        expect(f"{question}, {more}", ask(connection, question, "orders", 2), [(5,)])


@step
def a_cancel():
    cursor = connect().cursor()
    error = cancelled(lambda: cursor.execute("SELECT pg_sleep(60)"), cursor.cancel)
    expect("a query that is cancelled", error and state(error), "57014")
    expect("what comes after it", cursor.execute("SELECT 1").fetchone()[0], 1)


end()
