#!/usr/bin/env python3
"""Start time and resident memory of Rekha with many streams."""

import argparse
import os
import shutil
import tempfile
import time

from servers import Connection, Rekha, load_streams


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=100_000)
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()

    store = tempfile.mkdtemp(prefix="bench-start-")
    try:
        with Rekha(store) as rekha:
            began = time.monotonic()
            load_streams(rekha, options.streams)
            seconds = time.monotonic() - began
            print(f"loaded {options.streams} streams in {seconds:.1f} s; then {rekha.memory():.0f} MiB resident")
        size = os.path.getsize(os.path.join(store, "rekha.db")) / 2**20
        print(f"the file has {size:.0f} MiB")
        for start in range(options.starts):
            with Rekha(store) as rekha:
                listening = rekha.start_seconds
                began = time.monotonic()
                connection = Connection(rekha.port)
                connection.query(f"DESCRIBE STREAM bench.s_{options.streams // 2 + start}")
                answered = listening + time.monotonic() - began
                fresh = rekha.memory()
                for number in range(1, options.streams + 1, max(1, options.streams // 2_000)):
                    connection.query(f"DESCRIBE STREAM bench.s_{number}")
                connection.close()
                print(f"start {start + 1}: listening after {listening * 1000:.0f} ms, first DESCRIBE answered after"
                      f" {answered * 1000:.0f} ms; {fresh:.0f} MiB resident, {rekha.memory():.0f} MiB after"
                      f" 2,000 streams, {rekha.memory('VmHWM'):.0f} MiB at most")
    finally:
        shutil.rmtree(store)


if __name__ == "__main__":
    main()
