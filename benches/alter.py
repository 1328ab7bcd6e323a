#!/usr/bin/env python3
"""Durable ALTERs a second, a stream a session, against PostgreSQL writing the same rows.

Both sides log every change by triggers; Rekha also delivers the log to its own
subscriber and prunes it while this runs.
"""

import argparse
import os

import pgbench
from servers import Postgres, Rekha, psql, script

# Every ALTER is another default, so that each is a new version.
ALTER = r"""\set value random(1, 2000000000)
ALTER STREAM bench.c_:client_id ALTER COLUMN v SET DEFAULT :value;
"""
CALL = r"""\set value random(1, 2000000000)
SELECT alter_default('c_:client_id', :value);
"""
CREATE = ("CREATE STREAM bench.c_{} (id BIGINT PRIMARY KEY, customer_id INTEGER NOT NULL,"
          " amount DECIMAL(10,2), v INTEGER DEFAULT 0);")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of one run")
    options = parser.parse_args()

    here = os.path.dirname(os.path.abspath(__file__))
    with Postgres() as postgres, Rekha() as rekha:
        psql(postgres.port, "-f", os.path.join(here, "alter_postgres.sql"))
        creates = [CREATE.format(number) for number in range(max(options.sessions))]
        psql(rekha.port, "-c", "CREATE SCHEMA bench")
        psql(rekha.port, "-f", script(rekha.directory, "create.sql", "\n".join(creates)))
        systems = {
            "postgres": (postgres.port, [script(rekha.directory, "call.sql", CALL)]),
            "rekha": (rekha.port, [script(rekha.directory, "alter.sql", ALTER)]),
        }
        measured = {f"{sessions} sessions": pgbench.rounds(systems, sessions, options.rounds, options.seconds)
                    for sessions in options.sessions}
    pgbench.table("ALTERs of different streams", measured)


if __name__ == "__main__":
    main()
