#!/usr/bin/env python3
"""psql's `\\d table` beside PostgreSQL with as many tables as Rekha has streams."""

import argparse
import re
import statistics
import subprocess
import time

from servers import Connection, Postgres, Rekha, load_streams, psql, tool

# As many as fit into its table of locks.
TABLES_AT_ONCE = 500

TABLES = """
CREATE SCHEMA bench;
CREATE PROCEDURE make_tables(count int) LANGUAGE plpgsql AS $$
BEGIN
    FOR n IN 1 .. count LOOP
        EXECUTE format('CREATE TABLE bench.s_%s (order_id bigint PRIMARY KEY,
            customer_id integer NOT NULL, amount numeric(10,2) DEFAULT 0, order_time timestamp)', n);
        IF n % {at_once} = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;
CALL make_tables({count});
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, nargs="+", default=[10, 1_000, 100_000])
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    for count in options.streams:
        # Nothing is written while it is measured: the tables need not survive a crash.
        with Postgres(fsync="off") as postgres, Rekha() as rekha:
            psql(postgres.port, "-c", "SET client_min_messages = error", "-f", "-",
                 input=TABLES.format(count=count, at_once=TABLES_AT_ONCE))
            psql(postgres.port, "-c", "VACUUM ANALYZE")
            load_streams(rekha, count)
            compare({"postgres": postgres, "rekha": rekha}, count, options.rounds)


def compare(systems, count, rounds):
    asked = {name: queries(system.port, f"bench.s_{count // 2}") for name, system in systems.items()}
    connections = {name: Connection(system.port) for name, system in systems.items()}
    seconds = {name: [[] for _ in texts] for name, texts in asked.items()}
    for _ in range(rounds):
        for name, texts in asked.items():
            for place, text in enumerate(texts):
                began = time.perf_counter()
                connections[name].query(text)
                seconds[name][place].append(time.perf_counter() - began)
    for connection in connections.values():
        connection.close()
    print(f"\n{count} streams or tables: \\d of one (medians of {rounds}, ms)")
    print(f"{'':60}{'postgres':>10}{'rekha':>10}")
    whole = {name: statistics.median(map(sum, zip(*measured))) for name, measured in seconds.items()}
    row("all of its queries", whole)
    for place, text in enumerate(asked["postgres"]):
        # Each system is asked with its own oids, and where it answers no more, no further.
        row(shown(text), {name: statistics.median(measured[place])
                          for name, measured in seconds.items() if place < len(measured)})


def row(label, seconds):
    cells = (f"{seconds[name] * 1000:>10.2f}" if name in seconds else f"{'':>10}"
             for name in ("postgres", "rekha"))
    print(f"{label:60}{''.join(cells)}", flush=True)


def queries(port, table):
    """The queries that psql sends for `\\d table`, as it shows them itself."""
    command = [tool("psql"), "-X", "-E", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres",
               "-d", "postgres", "-c", f"\\d {table}"]
    said = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
    found = re.findall(r"^\*+ QUERY \*+\n(.*?)\n\*+$", said, re.M | re.S)
    if not found:
        raise RuntimeError(f"psql sent no queries: {said}")
    return found


def shown(text):
    """The relations that a query names: enough to know it by."""
    names = re.findall(r"(?:FROM|JOIN|,)\s+(?:ONLY\s+)?pg_catalog\.(pg_\w+)", text)
    return ", ".join(dict.fromkeys(names))[:58] or text[:58]


if __name__ == "__main__":
    main()
