"""asyncpg: everything is prepared and binary, and it looks types up by itself."""

import asyncio
import io
import json
import uuid

import asyncpg

from steps import DATABASE, USER, VALUES, converse, end, expect, step

#: An identifier like any other.
SOME_ID = uuid.UUID("6c8b2f6e-1d5c-4f0e-9a3b-0123456789ab")

#: One connection after another, all in one loop.
LOOP = asyncio.new_event_loop()


def connected(function):
    """A step with a connection of its own."""

    async def body():
        connection = await asyncpg.connect()
        try:
            await function(connection)
        finally:
            await connection.close()

    def run():
        LOOP.run_until_complete(body())

    run.__name__ = function.__name__
    step(run)


def state(error):
    return error.sqlstate


async def refused(awaitable):
    """The SQLSTATE of what fails."""
    try:
        await awaitable
    except asyncpg.PostgresError as error:
        return state(error)
    return None


async def timed_out(awaitable):
    try:
        await awaitable
    except (TimeoutError, asyncio.TimeoutError):
        return True
    return False


@connected
async def what_it_knows_of_the_server(connection):
    settings = connection.get_settings()
    expect("the encoding", settings.client_encoding, "UTF8")
    expect("a version of PostgreSQL", connection.get_server_version() >= (15,), True)
    row = await connection.fetchrow("SELECT current_user, current_database()")
    expect("the user and the database", tuple(row), (USER, DATABASE))


@step
def the_conversation():
    connection = LOOP.run_until_complete(asyncpg.connect())
    ask = lambda statement: LOOP.run_until_complete(connection.fetch(statement))
    converse(ask, asyncpg.PostgresError, state)
    LOOP.run_until_complete(connection.close())


@connected
async def parameters(connection):
    question = "SELECT stream, version FROM rekha.streams WHERE namespace = $1 AND version >= $2"
    for _ in range(6):
        expect(question, [tuple(row) for row in await connection.fetch(question, "sales", 1)], [("orders", 3)])
    among = "SELECT count(*) FROM rekha.columns WHERE column_name = ANY($1) LIMIT $2"
    expect(among, await connection.fetchval(among, ["order_id", "email"], 1), 2)
    bad = "SELECT 1 / $1::integer"
    expect(f"{bad} of 0", await refused(connection.fetch(bad, 0)), "22012")
    expect(bad, await connection.fetchval(bad, 1), 1)


@connected
async def what_a_statement_is_made_of(connection):
    statement = await connection.prepare("SELECT amount, $1::uuid AS id FROM sales.orders LIMIT $2")
    parameters = [parameter.name for parameter in statement.get_parameters()]
    expect("the types of the parameters", parameters, ["uuid", "int8"])
    attributes = [(column.name, column.type.name) for column in statement.get_attributes()]
    expect("the columns", attributes, [("amount", "numeric"), ("id", "uuid")])
    expect("its status", (await connection.execute("DROP STREAM IF EXISTS nothing")), "DROP STREAM")


@connected
async def values_of_every_type(connection):
    for type_, literal, value in VALUES:
        quoted = literal.replace("'", "''")
        answer = await connection.fetchval(f"SELECT '{quoted}'::{type_}")
        expect(f"{literal} as {type_}", answer, value)
        answer = await connection.fetchval(f"SELECT $1::{type_}", value)
        expect(f"{value!r} as $1::{type_}", answer, value)
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    document = {"a": [1, None, {"b": "ž"}]}
    expect("a document", await connection.fetchval("SELECT $1::jsonb", document), document)


@connected
async def types_it_has_to_look_up(connection):
    answer = await connection.fetchval("SELECT $1::uuid[]", [None, SOME_ID])
    expect("an array", answer, [None, SOME_ID])
    row = await connection.fetchval("SELECT ROW(1, 'a'::text)")
    expect("a row", tuple(row), (1, "a"))
    # The row of a stream, of whose type it asks the catalog.
    expect("rows of a stream", await connection.fetch("SELECT o FROM sales.orders AS o"), [])
    await connection.reload_schema_state()
    expect("oids", await connection.fetchval("SELECT 'sales.orders'::regclass::text"), "sales.orders")


@connected
async def transactions(connection):
    count = "SELECT count(*) FROM rekha.streams WHERE stream = 'returns'"
    other = await asyncpg.connect()
    async with connection.transaction():
        await connection.execute("CREATE STREAM sales.returns (id INTEGER)")
        expect("what others see before the commit", await other.fetchval(count), 0)
        try:
            async with connection.transaction():
                await connection.execute("DROP STREAM sales.orders")
                await connection.execute("DROP STREAM sales.nothing")
        except asyncpg.UndefinedTableError:
            pass
        await connection.execute("DESCRIBE STREAM sales.orders")
    expect("what others see behind it", await other.fetchval(count), 1)
    transaction = connection.transaction(isolation="repeatable_read")
    await transaction.start()
    await connection.execute("DROP STREAM sales.returns")
    await transaction.rollback()
    expect("what a rollback leaves", await other.fetchval(count), 1)
    await connection.execute("DROP STREAM sales.returns")
    transaction = connection.transaction()
    await transaction.start()
    expect("a mistake in a transaction", await refused(connection.execute("SELEC 1")), "42601")
    expect("what comes after it", await refused(connection.fetch("SELECT 1")), "25P02")
    await transaction.rollback()
    read_only = connection.transaction(readonly=True)
    await read_only.start()
    expect("DDL where one only reads", await refused(connection.execute("CREATE SCHEMA other")), "25006")
    await read_only.rollback()
    await other.close()


@connected
async def cursors(connection):
    async with connection.transaction():
        rows = [row[0] async for row in connection.cursor("SELECT n FROM generate_series(1, $1) AS n", 100, prefetch=7)]
        expect("100 rows by sevens", rows, list(range(1, 101)))
        cursor = await connection.cursor("SELECT n FROM generate_series(1, 10) AS n")
        await cursor.forward(4)
        expect("the fifth row and the sixth", [row[0] for row in await cursor.fetch(2)], [5, 6])


@connected
async def copy_out(connection):
    file = io.BytesIO()
    await connection.copy_from_query("SELECT n, $1::text FROM generate_series(1, 2) AS n", "a", output=file)
    expect("COPY as text", file.getvalue(), b"1\ta\n2\ta\n")
    file = io.BytesIO()
    await connection.copy_from_query("SELECT 7::integer", output=file, format="binary")
    signature, number = b"PGCOPY\n\xff\r\n\0", b"\0\x01\0\0\0\x04\0\0\0\x07\xff\xff"
    expect("COPY as binary", file.getvalue(), signature + bytes(8) + number)


@connected
async def notifications(connection):
    heard = LOOP.create_future()
    speaker = await asyncpg.connect()
    await connection.add_listener("schema_changes", lambda *told: heard.done() or heard.set_result(told[3]))
    await speaker.execute("COMMENT ON COLUMN sales.orders.amount IS 'in euro'")
    await speaker.execute("ALTER STREAM sales.orders ADD COLUMN heard TEXT")
    change = json.loads(await asyncio.wait_for(heard, 30))
    expect("the change that is told", (change["stream"], change["evolution"]), ("orders", "add_column"))
    await speaker.execute("ALTER STREAM sales.orders DROP COLUMN heard")
    await speaker.close()


@connected
async def many_at_once(connection):
    async with asyncpg.create_pool(min_size=4, max_size=4) as pool:
        answers = await asyncio.gather(*(pool.fetchval("SELECT $1::integer", number) for number in range(40)))
        expect("40 queries in a pool", answers, list(range(40)))
    await connection.executemany("SELECT $1::text", [(str(number),) for number in range(20)])
    log = []
    connection.add_log_listener(lambda _, message: log.append(message.message))
    await connection.execute("DROP STREAM IF EXISTS sales.nothing")
    await connection.fetch("SELECT 1")
    expect("the notices", log, ['relation "sales.nothing" does not exist, skipping'])


@connected
async def a_cancel(connection):
    expect("a time-out of the driver", await timed_out(connection.fetch("SELECT pg_sleep(60)", timeout=0.2)), True)
    expect("what comes after it", await connection.fetchval("SELECT 1"), 1)
    await connection.execute("SET statement_timeout = '50ms'")
    expect("a time-out of the server", await refused(connection.fetch("SELECT pg_sleep(60)")), "57014")


end()
