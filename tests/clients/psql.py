"""psql: the conversation, what its commands that begin with a backslash show, and
what it asks when somebody presses the tabulator."""

import os
import pty
import re
import select
import subprocess

from steps import DATABASE, USER, conversation, end, expect, expect_in, step

MARK = "---- next ----"


def psql(*arguments, script=None):
    """Everything psql says, errors where they happen."""
    command = ["psql", "--no-psqlrc", "--no-password", *arguments]
    run = subprocess.run(command, input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.stdout


def shown(command):
    """What a command shows, without the space that makes it a table."""
    return [re.sub(r"\s*\|\s*", "|", line).strip() for line in psql("--command", command).splitlines()]


def shows(command, *lines):
    """One step: these lines are there, whole, and nothing has failed."""
    answer = shown(command)
    expect_in(command, answer, lines)
    expect(command, [line for line in answer if "ERROR" in line], [])


@step
def the_conversation():
    statements = list(conversation())
    settings = [r"\set VERBOSITY sqlstate", r"\pset null NULL", "SET client_min_messages = warning;"]
    script = settings + [line for sql, _ in statements for line in (rf"\echo {MARK}", f"{sql};")]
    options = ["--quiet", "--tuples-only", "--no-align", "--field-separator= | "]
    answers = psql(*options, script="\n".join(script)).split(f"{MARK}\n")[1:]
    expect("how many answers there are", len(answers), len(statements))
    for (sql, expected), answer in zip(statements, answers):
        # ERROR:  42P01
        lines = [re.sub(r"^ERROR: +", "ERROR ", line) for line in answer.splitlines()] or ["(none)"]
        if expected is None:
            expect(sql, [line for line in lines if line.startswith("ERROR")], [])
        else:
            expect(sql, lines, expected)


@step
def errors_and_notices():
    script = "ALTER STREAM sales.orders DROP COLUMN nothing;"
    answer = psql("--set=VERBOSITY=verbose", script=script).splitlines()
    expect_in(script, answer, ['ERROR:  42703: column "nothing" of relation "orders" does not exist'])
    script = "SELECT 1\nFROM nowhere;"
    expect_in(script, psql(script=script).splitlines(), ["LINE 2: FROM nowhere;", "             ^"])
    script = "DROP STREAM IF EXISTS nothing;"
    expect_in(script, psql(script=script).splitlines(), ['NOTICE:  relation "nothing" does not exist, skipping'])
    # A savepoint before each statement, so that a mistake costs nothing but itself.
    script = "BEGIN;\nSELEC 1;\nSELECT 'went on';\nCOMMIT;"
    expect_in(script, psql("--set=ON_ERROR_ROLLBACK=on", "-At", script=script).splitlines(), ["went on", "COMMIT"])


@step
def relations():
    where = f'on host "{os.environ["PGHOST"]}" at port "{os.environ["PGPORT"]}"'
    shows(r"\conninfo", f'You are connected to database "{DATABASE}" as user "{USER}" {where}.')
    shows(r"\d", "public|customers|table|" + USER)
    shows(r"\dt sales.*", f"sales|orders|table|{USER}")
    shows(r"\dt+ sales.ord*", f"sales|orders|table|{USER}|permanent|heap|0 bytes|every order")
    shows(r"\di sales.*", f"sales|orders_by_customer|index|{USER}|orders")
    shows(r"\dv rekha.*", f"rekha|streams|view|{USER}")
    shows(r"\dn", f"sales|{USER}")
    shows(r"\dd")
    shows(r"\d nothing", 'Did not find any relation named "nothing".')
    shows(
        r"\d sales.orders",
        'Table "sales.orders"',
        "order_id|bigint||not null|",
        "amount|numeric(10,2)|||0.00",
        "status|character varying(20)||not null|'new'::character varying",
        "tags|text[]|||",
        '"orders_pkey" PRIMARY KEY, btree (order_id)',
        '"orders_by_customer" UNIQUE, btree (customer_id, placed_at)',
    )
    shows(r"\d+ sales.orders", "order_id|bigint||not null||plain|||as the shop counts them")
    shows(r"\d customers", '"customers_email_key" UNIQUE CONSTRAINT, btree (email)')
    shows(r"\d pg_class", "relname|name||not null|")


@step
def the_rest_of_the_catalog():
    expect_in(r"\l", [line.split("|")[0] for line in shown(r"\l")], [DATABASE])
    expect_in(r"\du", [line.split("|")[0] for line in shown(r"\du")], [USER])
    expect_in(r"\df upper", [line.split("|")[1] for line in shown(r"\df pg_catalog.upper") if "|" in line], ["upper"])
    for command in (r"\df", r"\dT", r"\dC", r"\do", r"\da", r"\dp", r"\dx", r"\ds", r"\dm", r"\dew", r"\dL", r"\db", r"\dg+"):
        shows(command)
    script = "SELECT 1 AS a, 'b'::text AS b \\gdesc"
    expect(script, psql("-At", script=script).splitlines(), ["a|integer", "b|text"])
    shows(r"\copy (SELECT stream FROM rekha.streams ORDER BY 1) TO STDOUT CSV", "customers", "orders")
    script = "\\set FETCH_COUNT 2\nSELECT n FROM generate_series(1, 5) AS n;"
    expect(script, psql("-At", script=script).split(), ["1", "2", "3", "4", "5"])


PROMPT = "what? "


class Terminal:
    """psql with somebody at the keyboard."""

    def __init__(self):
        pid, self.file = pty.fork()
        if pid == 0:
            environment = {**os.environ, "TERM": "dumb", "INPUTRC": "/dev/null", "PAGER": "cat", "COLUMNS": "200"}
            os.execvpe("psql", ["psql", "--no-psqlrc", "--no-password", f"--set=PROMPT1={PROMPT}"], environment)
        self.pid = pid
        self.wait(PROMPT)

    def wait(self, expected):
        """Reads until it is there, or nothing comes any more; answers what came."""
        seen = ""
        while expected not in seen and select.select([self.file], [], [], 20)[0]:
            try:
                seen += os.read(self.file, 4096).decode(errors="replace")
            except OSError:
                break
        return seen

    def completes(self, typed, expected):
        """One step: the tabulator makes this of what was typed."""
        os.write(self.file, typed.encode() + b"\t")
        seen = self.wait(expected)
        if expected not in seen:
            expect(f"{typed}<tab>", seen, expected)
        # The line is thrown away.
        os.write(self.file, b"\x15\\echo ready\n")
        self.wait(f"\r\nready\r\n{PROMPT}")

    def close(self):
        os.close(self.file)
        os.waitpid(self.pid, 0)


@step
def completion():
    terminal = Terminal()
    for typed, expected in [
        ("SELECT * FROM sal", "sales."),
        ("SELECT * FROM sales.", "sales.orders"),
        ("SELECT * FROM cust", "customers"),
        ("SELECT * FROM rekha.schema_v", "rekha.schema_versions"),
        ("SELECT * FROM customers WHERE em", "email"),
        ("ALTER TABLE sales.or", "sales.orders"),
        ("ALTER TABLE customers DROP COLUMN em", "email"),
        ("ALTER TABLE customers RENAME COLUMN em", "email"),
        ("ALTER TABLE customers DROP CONSTRAINT customers_e", "customers_email_key"),
        ("DROP TABLE cust", "customers"),
        ("DROP INDEX sales.orders_by", "sales.orders_by_customer"),
        ("DROP SCHEMA sal", "sales"),
        ("EXPLAIN SELECT 1 FROM cust", "customers"),
        ("COPY cust", "customers"),
        (r"\dt cust", "customers"),
        (r"\dn sal", "sales"),
        (r"\df pg_catalog.format_ty", "pg_catalog.format_type"),
        (r"\du tes", USER),
        (r"\connect rek", DATABASE),
        ("SET search_p", "search_path"),
        ("SHOW statement_t", "statement_timeout"),
        ("SET search_path TO sal", "sales"),
        ("CREATE INDEX ON customers (em", "email"),
    ]:
        terminal.completes(typed, expected)
    terminal.close()


end()
