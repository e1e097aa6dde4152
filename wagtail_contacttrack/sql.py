"""Set-based statements in the three dialects: many rows, one round trip.

The ORM can insert many rows too, but not "insert, or tell me the row that is there" with the
greater of two times, and it costs several times the CPU per hit.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar

from django.db import OperationalError, connections, transaction

Row = Sequence[Any]
Result = TypeVar("Result")
Statement = tuple[str, list[Any]]


class Dialect:
    """Statements for SQLite; the base for the others."""

    greatest = "MAX"

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def quote(self, name: str) -> str:
        return self.connection.ops.quote_name(name)

    def moment(self, value: datetime | None) -> Any:
        """A time as this database's driver wants it."""
        return None if value is None else self.connection.ops.adapt_datetimefield_value(value)

    def key(self, value: uuid.UUID) -> Any:
        """A UUID as this database's driver wants it."""
        return value.hex

    def document(self, value: dict[str, Any]) -> Any:
        """A JSON object as `insert` wants it."""
        return dump(value)

    def one_of(self, column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """A condition for a list of values that is not empty, and its parameters."""
        return f"{column} IN ({marks(values)})", list(values)

    def open_for_writing(self, cursor: Any, table: str) -> None:
        """Take the write lock at once.

        A transaction that reads first and writes later fails on SQLite, without waiting, when
        another connection has written in between.
        """
        cursor.execute(f"DELETE FROM {self.quote(table)} WHERE 0")  # noqa: S608

    def run(self, cursor: Any, statements: Sequence[Statement]) -> list[tuple[Any, ...]]:
        """Run the statements in their order, and return the rows that they give, of all of them.

        In one round trip if the driver can: while a thread waits for an answer, others take their
        turn, and give it back late.
        """
        found: list[tuple[Any, ...]] = []
        for text, values in statements:
            cursor.execute(text, values)
            found += rows_of(cursor)
        return found

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Row],
        returning: Sequence[str] = (),
        suffix: str = "",
    ) -> list[Statement]:
        """Insert `rows`; `run` then gives the columns asked for, in no particular order."""
        statements: list[Statement] = []
        # SQLite takes at most 32 766 parameters in a statement, and older builds far fewer.
        size = max(1, 900 // len(columns))
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            one = f"({', '.join(['%s'] * len(columns))})"
            statement = (
                f"INSERT INTO {self.quote(table)} ({', '.join(map(self.quote, columns))}) "  # noqa: S608
                f"VALUES {', '.join([one] * len(part))}{suffix}"
            )
            if returning:
                statement += f" RETURNING {', '.join(map(self.quote, returning))}"
            statements.append((statement, [value for row in part for value in row]))
        return statements

    def upsert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Row],
        *,
        key: Sequence[str],
        add: Sequence[str] = (),
        latest: Sequence[str] = (),
        returning: Sequence[str] = (),
    ) -> list[Statement]:
        """Insert `rows`; where `key` exists already, add up `add`, keep the greater of `latest`.

        The columns asked for come from new rows and from those that were there.
        """
        suffix = self.on_conflict(table, key, self._assignments(table, key, add, latest))
        return self.insert(table, columns, rows, returning, suffix)

    def counts(
        self, table: str, column: str, values: Sequence[Any], *, up_to: int
    ) -> list[Statement]:
        """For each value the number of rows that have it, if any; counting stops at `up_to`."""
        if not values:
            return []
        one = (
            f"SELECT MIN(part.{self.quote(column)}), COUNT(*) FROM (SELECT {self.quote(column)} "  # noqa: S608
            f"FROM {self.quote(table)} WHERE {self.quote(column)} = %s LIMIT {up_to:d}) part"
        )
        return [(" UNION ALL ".join([one] * len(values)), list(values))]

    def _assignments(
        self, table: str, key: Sequence[str], add: Iterable[str], latest: Iterable[str]
    ) -> list[str]:
        parts = [
            f"{column} = {self.old(table, column)} + {self.new(column)}"
            for column in map(self.quote, add)
        ]
        for column in map(self.quote, latest):
            both = f"{self.old(table, column)}, {self.new(column)}"
            parts.append(f"{column} = {self.greatest}({both})")
        # Assigning a key column to itself changes nothing, but makes RETURNING see the old row.
        return parts or [f"{self.quote(key[0])} = {self.old(table, self.quote(key[0]))}"]

    def old(self, table: str, column: str) -> str:
        return f"{self.quote(table)}.{column}"

    def new(self, column: str) -> str:
        return f"excluded.{column}"

    def on_conflict(self, table: str, key: Sequence[str], assignments: list[str]) -> str:
        columns = ", ".join(map(self.quote, key))
        return f" ON CONFLICT ({columns}) DO UPDATE SET {', '.join(assignments)}"


class PostgreSQL(Dialect):
    """All values of a statement travel in one parameter, so that its text is always the same.

    The driver takes apart each new text, and quotes each value by itself: for a batch of visits
    that took longer than everything else about writing them.
    """

    greatest = "GREATEST"

    def key(self, value: uuid.UUID) -> Any:
        return value

    def document(self, value: dict[str, Any]) -> Any:
        return value

    def one_of(self, column: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        return f"{column} = ANY(%s)", [list(values)]

    def run(self, cursor: Any, statements: Sequence[Statement]) -> list[tuple[Any, ...]]:
        if len(statements) < 2 or not self._takes_several():
            return super().run(cursor, statements)
        values = [value for _, part in statements for value in part]
        cursor.execute("; ".join(text for text, _ in statements), values)
        found = rows_of(cursor)
        while cursor.nextset():
            found += rows_of(cursor)
        return found

    def _takes_several(self) -> bool:
        """Not with psycopg 2, nor if values travel apart from the text."""
        options = self.connection.settings_dict["OPTIONS"]
        driver = self.connection.Database.__name__
        return driver == "psycopg" and not options.get("server_side_binding")

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Row],
        returning: Sequence[str] = (),
        suffix: str = "",
    ) -> list[Statement]:
        if not rows:
            return []
        names = ", ".join(map(self.quote, columns))
        statement = (
            f"INSERT INTO {self.quote(table)} ({names}) SELECT {names} "  # noqa: S608
            f"FROM json_populate_recordset(NULL::{self.quote(table)}, %s){suffix}"
        )
        if returning:
            statement += f" RETURNING {', '.join(map(self.quote, returning))}"
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        return [(statement, [json.dumps(objects, ensure_ascii=False, default=str)])]

    def open_for_writing(self, cursor: Any, table: str) -> None:
        """Row locks are enough."""


class MariaDB(Dialect):
    greatest = "GREATEST"

    def key(self, value: uuid.UUID) -> Any:
        return str(value) if self.connection.features.has_native_uuid_field else value.hex

    def open_for_writing(self, cursor: Any, table: str) -> None:
        """Row locks are enough."""

    def new(self, column: str) -> str:
        return f"VALUES({column})"

    def on_conflict(self, table: str, key: Sequence[str], assignments: list[str]) -> str:
        return f" ON DUPLICATE KEY UPDATE {', '.join(assignments)}"


DIALECTS: dict[str, type[Dialect]] = {
    "sqlite": Dialect,
    "postgresql": PostgreSQL,
    "mysql": MariaDB,
}


def dialect(connection: Any) -> Dialect:
    """The statements for this connection's database."""
    return DIALECTS[connection.vendor](connection)


@contextmanager
def writing(using: str, table: str) -> Iterator[tuple[Any, Dialect]]:
    """A transaction that is going to write to `table`, with a cursor and its dialect."""
    connection = connections[using]
    sql = dialect(connection)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        sql.open_for_writing(cursor, table)
        yield cursor, sql


def insist(using: str, work: Callable[[], Result], attempts: int = 5) -> Result:
    """Do work that is a transaction of its own, again if it met with others on the way.

    A deadlock may go better the next time. Within a transaction of the caller there is one attempt.
    """
    connection = connections[using]
    for _attempt in range(0 if connection.in_atomic_block else attempts - 1):
        with suppress(OperationalError):
            return work()
        connection.close_if_unusable_or_obsolete()
    return work()


def rows_of(cursor: Any) -> list[tuple[Any, ...]]:
    """What a statement has given; nothing if it is none that gives rows."""
    return cursor.fetchall() if cursor.description else []


def dump(value: dict[str, Any]) -> str:
    """A JSON object as text, as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def marks(values: Sequence[Any]) -> str:
    """Placeholders for an IN list."""
    return ", ".join(["%s"] * len(values))
