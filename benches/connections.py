#!/usr/bin/env python3
"""What a connection costs that does nothing: memory, and the time to open it and ask once."""

import argparse
import resource
import statistics
import time

from servers import Connection, Postgres, Rekha

ASK = "SELECT 1"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=5_000)
    parser.add_argument("--postgres", type=int, default=500, help="as many for PostgreSQL, a process each")
    parser.add_argument("--opened", type=int, default=300, help="one after another, to time each")
    options = parser.parse_args()

    # A socket is a file, here and in the servers, which inherit the limit.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(options.connections, options.postgres) + 1_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, most), most))

    room = str(options.connections + 100)
    with (Postgres(max_connections=options.postgres + 100) as postgres,
          Rekha(REKHA_WIRE__MAX_CONNECTIONS=room) as rekha):
        systems = {"postgres": postgres, "rekha": rekha}
        first_rows(systems, options.opened)
        for name, count in (("postgres", options.postgres), ("rekha", options.connections)):
            memory(name, systems[name], count)


def first_rows(systems, count):
    """The time from nothing to the first row, system by system in turn."""
    seconds = {name: [] for name in systems}
    for _ in range(count):
        for name, system in systems.items():
            began = time.perf_counter()
            connection = Connection(system.port)
            connection.query(ASK)
            seconds[name].append(time.perf_counter() - began)
            connection.close()
    for name, measured in seconds.items():
        ordered = sorted(measured)
        print(f"{name:10} connect and {ASK}: median {statistics.median(ordered) * 1000:.2f} ms,"
              f" 99 % within {ordered[len(ordered) * 99 // 100] * 1000:.2f} ms", flush=True)


def memory(name, system, count):
    """The memory of so many connections, before and after each has asked once."""
    # What the first ones make is everybody's.
    for connection in [Connection(system.port) for _ in range(10)]:
        connection.query(ASK)
        connection.close()
    time.sleep(1)  # PostgreSQL's processes end on their own
    before = system.memory()
    connections = [Connection(system.port) for _ in range(count)]
    told(name, count, "idle", system.memory() - before)
    for connection in connections:
        connection.query(ASK)
    told(name, count, f"after one {ASK}", system.memory() - before)
    for connection in connections:
        connection.close()


def told(name, count, state, mebibytes):
    print(f"{name:10} {count} connections {state}: {mebibytes:.0f} MiB,"
          f" {mebibytes * 1024 / count:.1f} KiB each", flush=True)


if __name__ == "__main__":
    main()
