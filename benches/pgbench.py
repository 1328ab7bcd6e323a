"""Rounds of pgbench: what is compared runs in turn, so that a busy machine is busy for all."""

import os
import re
import statistics
import subprocess

from servers import tool


def tps(port, scripts, clients, seconds, protocol):
    """Transactions a second, connecting not counted."""
    command = [tool("pgbench"), "-n", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres",
               "-M", protocol, "-c", str(clients), "-j", str(min(clients, os.cpu_count())),
               "-T", str(seconds)]
    for script in scripts:
        command += ["-f", script]
    run = subprocess.run([*command, "postgres"], text=True, capture_output=True)
    rate = re.search(r"^tps = ([0-9.]+) \(without initial", run.stdout, re.M)
    failed = re.search(r"^number of failed transactions: ([1-9]\d*)", run.stdout, re.M)
    if run.returncode != 0 or not rate or failed:
        raise RuntimeError(f"{' '.join(command)}\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}")
    return float(rate.group(1))


def rounds(systems, clients, count, seconds, protocol="simple"):
    """Runs each of the systems, `name: (port, scripts)`, count times in turn.

    Prints every round; answers the median of each.
    """
    rates = {name: [] for name in systems}
    for number in range(count):
        # Every other round the other way round.
        order = list(systems.items())[:: 1 if number % 2 == 0 else -1]
        for name, (port, scripts) in order:
            rates[name].append(tps(port, scripts, clients, seconds, protocol))
            print(f"round {number + 1}  {protocol:8}  {clients:2} clients  {name:22}"
                  f"  {rates[name][-1]:10.0f} /s", flush=True)
    return {name: statistics.median(measured) for name, measured in rates.items()}


def table(title, rows, baseline="postgres"):
    """Prints `label: {name: rate}` with each rate's ratio to the baseline's."""
    names = [name for name in next(iter(rows.values())) if name != baseline]
    print(f"\n{title} (medians, 1/s)")
    print(f"{'':24}{baseline:>12}" + "".join(f"{name:>22}{'ratio':>8}" for name in names))
    for label, rates in rows.items():
        cells = "".join(f"{rates[name]:>22.0f}{rates[name] / rates[baseline]:>8.2f}" for name in names)
        print(f"{label:24}{rates[baseline]:>12.0f}{cells}")
