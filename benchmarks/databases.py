"""Scratch databases: made, migrated, looked into after each run, and dropped."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from benchmarks import machine
from benchmarks.load import Event
from wagtail_contacttrack.wire.ids import event_key

ROOT = Path(__file__).parents[1]
NAME = "contacttrack_bench"
LEDGER = "wagtail_contacttrack_activity"
CHUNK = 500


class Database(Protocol):
    """A migrated database that the servers write to and the benchmark looks into."""

    url: str

    def rows(self) -> int:
        """How many rows the ledger has."""

    def count(self, events: Sequence[Event]) -> int:
        """How many of these page views have a row in the ledger."""

    def cpu_times(self) -> dict[int, float]:
        """The CPU seconds so far of its own processes on this machine that serve us."""


class SQLite:
    """A file. It has no processes: its work is done inside the server's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    def rows(self) -> int:
        return int(self._value(f"SELECT COUNT(*) FROM {LEDGER}"))

    def count(self, events: Sequence[Event]) -> int:
        found = 0
        for start in range(0, len(events), CHUNK):
            keys = [event_key(*event).hex for event in events[start : start + CHUNK]]
            marks = ", ".join("?" * len(keys))
            found += self._value(
                f"SELECT COUNT(*) FROM {LEDGER} WHERE event_key IN ({marks})", keys
            )
        return found

    def cpu_times(self) -> dict[int, float]:
        return {}

    def _value(self, statement: str, values: Sequence[Any] = ()) -> Any:
        with closing(sqlite3.connect(self.path, timeout=20)) as connection:
            return connection.execute(statement, values).fetchone()[0]


class PostgreSQL:
    """A database of its own on a server that others may be using."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self.url = urlunsplit(parts._replace(path=f"/{NAME}"))
        self._server = urlunsplit(parts._replace(scheme="postgresql"))
        self._address = urlunsplit(parts._replace(scheme="postgresql", path=f"/{NAME}"))

    def create(self) -> None:
        """Make it anew. That another run is using it is an error, and nothing to wait for."""
        self._administer(f"DROP DATABASE IF EXISTS {NAME}")
        self._administer(f"CREATE DATABASE {NAME}")

    def drop(self) -> None:
        self._administer(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")

    def rows(self) -> int:
        return int(self._all(f"SELECT COUNT(*) FROM {LEDGER}")[0][0])

    def count(self, events: Sequence[Event]) -> int:
        keys = [event_key(*event) for event in events]
        statement = f"SELECT COUNT(*) FROM {LEDGER} WHERE event_key = ANY(%s)"
        return int(self._all(statement, [keys])[0][0])

    def cpu_times(self) -> dict[int, float]:
        """Of the backends that serve this database; its other processes serve everybody."""
        found = self._all(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [NAME],
        )
        return machine.cpu_times(pid for (pid,) in found if machine.is_named(pid, "postgres"))

    def _all(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with _connect(self._address) as connection:
            return list(connection.execute(statement, values).fetchall())

    def _administer(self, statement: str) -> None:
        with _connect(self._server) as connection:
            connection.execute(statement)


def _connect(address: str) -> Any:
    import psycopg  # only who measures PostgreSQL needs it

    return psycopg.connect(address, autocommit=True)


@contextmanager
def sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="contacttrack-bench-") as folder:
        database = SQLite(Path(folder) / "bench.sqlite3")
        _migrate(database.url)
        yield database


@contextmanager
def postgresql() -> Iterator[Database]:
    found = subprocess.run(
        [str(ROOT / "scripts/databases"), "postgresql"], stdout=subprocess.PIPE, text=True
    )
    if found.returncode:
        raise RuntimeError("There is no PostgreSQL; POSTGRESQL_URL names a server.")
    database = PostgreSQL(found.stdout.strip())
    database.create()
    try:
        _migrate(database.url)
        yield database
    finally:
        database.drop()


DATABASES: dict[str, Callable[[], AbstractContextManager[Database]]] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
}


def _migrate(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.prepare"],
        env={**os.environ, **environment(url)},
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())


def environment(url: str) -> dict[str, str]:
    """The variables by which a process becomes part of the measured site."""
    return {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
