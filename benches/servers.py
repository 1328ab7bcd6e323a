"""Starting what is compared: PostgreSQL and Rekha, each with a directory of its own.

Both are context managers: leaving them ends the process they started, and no
other, and removes the directory.
"""

import glob
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DEADLINE = 60  # seconds after which a start or stop has failed


def tool(name):
    """The path of one of PostgreSQL's programs; Debian keeps some out of the PATH."""
    installed = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    found = installed[-1] if installed else shutil.which(name)
    if not found:
        sys.exit(f"{name} is not installed: apt-get install postgresql postgresql-contrib")
    return found


def psql(port, *arguments, **options):
    """Runs psql and answers its output; stops at the first error."""
    command = [tool("psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
               "-p", str(port), "-U", "postgres", "-d", "postgres", *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


class Postgres:
    """PostgreSQL on a free port, with its default settings (durable) but for those given."""

    def __init__(self, **settings):
        self.settings = settings

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="bench-postgres-")
        # It refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(self.directory, account.pw_uid, account.pw_gid)
        self.port = free_port()
        data = os.path.join(self.directory, "data")
        self.run(tool("initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8")
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.directory}"
        options += "".join(f" -c {name}={value}" for name, value in self.settings.items())
        log = os.path.join(self.directory, "log")
        self.pg_ctl = (tool("pg_ctl"), "-D", data, "-w", "-t", str(DEADLINE))
        self.run(*self.pg_ctl, "-l", log, "-o", options, "start")
        return self

    def __exit__(self, *_):
        self.run(*self.pg_ctl, "-m", "fast", "stop")
        shutil.rmtree(self.directory)

    def memory(self):
        """What all its processes have, in MiB; pages that several share count once."""
        with open(os.path.join(self.directory, "data", "postmaster.pid")) as file:
            first = int(file.readline())
        with open(f"/proc/{first}/task/{first}/children") as file:
            processes = [first, *map(int, file.read().split())]
        total = 0
        for process in processes:
            try:
                with open(f"/proc/{process}/smaps_rollup") as file:
                    total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended
        return total / 1024

    def run(self, *command):
        subprocess.run(command, check=True, user=self.user, cwd=self.directory,
                       stdout=subprocess.DEVNULL)


class Rekha:
    """The release build of Rekha, on a free port.

    `store` is a directory to keep; without one it has one of its own.
    """

    def __init__(self, store=None, **environment):
        self.kept = store
        self.environment = environment

    def __enter__(self):
        self.directory = self.kept or tempfile.mkdtemp(prefix="bench-rekha-")
        binary = os.environ.get("REKHA", os.path.join(ROOT, "target/release/rekha"))
        if not os.path.exists(binary):
            sys.exit(f"{binary} is not there: cargo build --release")
        self.log = open(os.path.join(self.directory, "log"), "a")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("REKHA_", "VELO_"))}
        store = f"sqlite:{self.directory}/rekha.db"
        began = time.monotonic()
        self.process = subprocess.Popen(
            [binary, "serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--store", store],
            env={**clean, **self.environment}, cwd=self.directory, text=True,
            stdout=subprocess.PIPE, stderr=self.log)
        # rekha listening on 127.0.0.1:PORT; ...
        line = self.process.stdout.readline()
        self.start_seconds = time.monotonic() - began
        if not line.startswith("rekha listening on "):
            self.process.kill()
            self.process.wait()
            sys.exit(f"rekha did not start: {line}{open(self.log.name).read()}")
        self.port = int(line.split(";")[0].rsplit(":", 1)[1])
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(DEADLINE)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.log.close()
            if not self.kept:
                shutil.rmtree(self.directory)

    def memory(self, what="VmRSS"):
        """A line of /proc/PID/status, in MiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith(what + ":"):
                    return int(line.split()[1]) / 1024
        raise KeyError(what)


class Connection:
    """The least client there is: start-up and simple queries, to time a first answer."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self.stream = self.socket.makefile("rb")
        body = struct.pack("!I", 196608) + b"user\0postgres\0database\0postgres\0\0"
        self.socket.sendall(struct.pack("!I", len(body) + 4) + body)
        self.until_ready()

    def query(self, sql):
        """Runs a text; answers how many rows came."""
        body = sql.encode() + b"\0"
        self.socket.sendall(b"Q" + struct.pack("!I", len(body) + 4) + body)
        return self.until_ready()

    def until_ready(self):
        rows = 0
        while True:
            kind, length = struct.unpack("!cI", self.stream.read(5))
            body = self.stream.read(length - 4)
            if kind == b"E":
                raise RuntimeError(body.replace(b"\0", b" ").decode())
            if kind == b"D":
                rows += 1
            if kind == b"Z":
                return rows

    def close(self):
        self.stream.close()
        self.socket.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def script(directory, name, text):
    """Writes a file that pgbench and psql, also of another user, can read."""
    path = os.path.join(directory, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def load_streams(rekha, count):
    """Makes `bench.s_1` to `bench.s_COUNT`, four columns each, 500 a transaction."""
    lines = ["CREATE SCHEMA bench;"]
    for first in range(1, count + 1, 500):
        lines.append("BEGIN;")
        for number in range(first, min(first + 500, count + 1)):
            lines.append(
                f"CREATE STREAM bench.s_{number} (order_id BIGINT PRIMARY KEY COMMENT 'given by the shop',"
                " customer_id INTEGER NOT NULL, amount DECIMAL(10,2) DEFAULT 0, order_time TIMESTAMP);")
        lines.append("COMMIT;")
    path = script(rekha.directory, "load.sql", "\n".join(lines))
    psql(rekha.port, "-o", "/dev/null", "-f", path, stderr=subprocess.DEVNULL)
    os.remove(path)
