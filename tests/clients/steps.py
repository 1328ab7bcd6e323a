"""What the scripts in Python share: how they judge an answer, the conversation,
and the values that travel.

A script is a list of steps. Each one says what it asked, what it expected and
what it was answered where the two differ, and the script ends with 1 if any did.
Where the server listens is in PGHOST and PGPORT, as libpq has it; the server has
no streams yet.
"""

import datetime
import decimal
import os
import pathlib
import sys
import threading
import traceback
import uuid

HOST = os.environ["PGHOST"]
PORT = int(os.environ["PGPORT"])
USER = os.environ["PGUSER"]
DATABASE = os.environ["PGDATABASE"]

UTC = datetime.timezone.utc

#: Values of the types that columns have: the type, the value as a literal, and as
#: an object of Python.
VALUES = [
    ("boolean", "true", True),
    ("smallint", "-32767", -32767),
    ("integer", "2147483647", 2147483647),
    ("bigint", "-9223372036854775807", -9223372036854775807),
    ("real", "1.5", 1.5),
    ("double precision", "-2.25e-7", -2.25e-7),
    ("numeric", "12345678901234567890.0123456789", decimal.Decimal("12345678901234567890.0123456789")),
    ("text", "žluťoučký kůň 🐴", "žluťoučký kůň 🐴"),
    ("character varying", "it's", "it's"),
    ("bytea", r"\x00ff10", b"\x00\xff\x10"),
    ("date", "2024-02-29", datetime.date(2024, 2, 29)),
    ("time", "23:59:59.999999", datetime.time(23, 59, 59, 999999)),
    ("timestamp", "2024-02-29 12:34:56.789", datetime.datetime(2024, 2, 29, 12, 34, 56, 789000)),
    ("timestamptz", "1999-12-31 23:59:59+00", datetime.datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ("interval", "3 days 04:05:06", datetime.timedelta(days=3, hours=4, minutes=5, seconds=6)),
    ("uuid", "6c8b2f6e-1d5c-4f0e-9a3b-0123456789ab", uuid.UUID("6c8b2f6e-1d5c-4f0e-9a3b-0123456789ab")),
    ("integer[]", "{1,NULL,3}", [1, None, 3]),
    ("text[]", '{a,"b c",NULL,""}', ["a", "b c", None, ""]),
]

failures = 0


def expect(asked, answered, expected):
    """One step: the answer is what is expected, or the script will fail."""
    global failures
    if answered != expected:
        failures += 1
        print(f"asked:    {asked}\nexpected: {expected!r}\nanswered: {answered!r}\n", file=sys.stderr)


def expect_in(asked, answered, expected):
    """One step: all that is expected is in the answer."""
    missing = [part for part in expected if part not in answered]
    if missing:
        expect(asked, answered, f"with {missing!r} in it")


def step(function):
    """Runs a group of steps; an error that nobody asked for is a failure, and the
    groups after it run all the same."""
    try:
        function()
    except Exception:
        expect(function.__name__, traceback.format_exc(), "no error")


def end():
    """Ends the script."""
    sys.exit(1 if failures else 0)


def text(value):
    """A value as the conversation writes it."""
    return {None: "NULL", True: "t", False: "f"}[value] if value is None or isinstance(value, bool) else str(value)


def conversation():
    """The statements, each with the lines of its answer; None where any will do."""
    file = pathlib.Path(__file__).with_name("conversation.txt")
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        sql = "\n".join(line for line in lines if not line.startswith("=> "))
        answer = [line.removeprefix("=> ") for line in lines if line.startswith("=> ")]
        if sql:
            yield sql, answer or None


def converse(ask, error, state):
    """Has the conversation: `ask` answers the rows of a statement, an empty list
    where it has none, and `state` the SQLSTATE of an `error`."""
    for sql, expected in conversation():
        try:
            rows = ask(sql)
            answer = [" | ".join(text(value) for value in row) for row in rows] or ["(none)"]
        except error as failure:
            answer = [f"ERROR {state(failure)}"]
        if expected is None:
            expect(sql, [line for line in answer if line.startswith("ERROR")], [])
        else:
            expect(sql, answer, expected)


def cancelled(run, cancel):
    """What `run` raises when `cancel` is called while it runs. Cancelling goes on
    until it does: a request that comes before the statement does nothing."""
    raised = []

    def body():
        try:
            run()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    while thread.is_alive():
        cancel()
        thread.join(0.05)
    return raised[0] if raised else None
