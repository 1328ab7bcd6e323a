#!/usr/bin/env python3
"""DESCRIBE STREAM against the equivalent indexed SELECT in PostgreSQL."""

import argparse

import pgbench
from servers import Connection, Postgres, Rekha, load_streams, psql, script

FIXED_NAMES = 100  # pgbench takes 128 scripts; in a prepared statement a name is no parameter

COLUMNS = """
CREATE TABLE columns (
    namespace text, stream text, position int, name text NOT NULL, type text NOT NULL,
    nullable bool NOT NULL, "default" text, key text, comment text,
    PRIMARY KEY (namespace, stream, position));
INSERT INTO columns
SELECT 'bench', 's_' || n, c.* FROM generate_series(1, {count}) AS n, (VALUES
    (1, 'order_id', 'bigint', false, NULL, 'PRI', 'given by the shop'),
    (2, 'customer_id', 'integer', false, NULL, NULL, NULL),
    (3, 'amount', 'numeric(10,2)', true, '0.00', NULL, NULL),
    (4, 'order_time', 'timestamp without time zone', true, NULL, NULL, NULL)) AS c;
"""

SELECT = ("""SELECT name, type, nullable, "default", key, comment FROM columns """
          """WHERE namespace = 'bench' AND stream = 's_{id}' ORDER BY position;\n""")
DESCRIBE = "DESCRIBE STREAM bench.s_{id};\n"


def scripts(directory, name, statement, count, protocol):
    """A script with a random name; or scripts with fixed names, spread evenly."""
    if protocol == "simple":
        text = f"\\set id random(1, {count})\n" + statement.format(id=":id")
        return [script(directory, f"{name}.sql", text)]
    step = max(1, count // FIXED_NAMES)
    return [script(directory, f"{name}-{number}.sql", statement.format(id=1 + number * step))
            for number in range(min(FIXED_NAMES, count))]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of one run")
    options = parser.parse_args()

    cache = str(2 * options.streams)
    with Postgres() as postgres, Rekha(VELO_SCHEMA_CACHE_SIZE=cache) as rekha:
        load_streams(rekha, options.streams)
        psql(postgres.port, "-c", COLUMNS.format(count=options.streams))
        psql(postgres.port, "-c", "VACUUM ANALYZE columns")
        # A second process on the same file, with the cache it has by default.
        with Rekha(store=rekha.directory) as small:
            warm_up(rekha, options.streams)
            measured = {}
            for protocol in ("simple", "prepared"):
                describe = scripts(rekha.directory, "describe", DESCRIBE, options.streams, protocol)
                select = scripts(rekha.directory, "select", SELECT, options.streams, protocol)
                systems = {
                    "postgres": (postgres.port, select),
                    "rekha, all cached": (rekha.port, describe),
                    "rekha, default cache": (small.port, describe),
                }
                for clients in options.clients:
                    measured[f"{protocol}, {clients} clients"] = pgbench.rounds(
                        systems, clients, options.rounds, options.seconds, protocol)
    pgbench.table(f"four columns of one of {options.streams} streams", measured)


def warm_up(rekha, count):
    """Asks for everything once, and checks that it is what the other side holds."""
    connection = Connection(rekha.port)
    for number in range(1, count + 1):
        rows = connection.query(f"DESCRIBE STREAM bench.s_{number}")
        assert rows == 4, rows
    connection.close()


if __name__ == "__main__":
    main()
