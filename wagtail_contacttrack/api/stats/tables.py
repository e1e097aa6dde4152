"""How a table is declared: which rows it has, and what stands in its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, QuerySet

from ...wire.phpserialize import dumps
from ..answers import Entry
from ..casting import BOOLEAN, DATETIME, INTEGER, TEXT
from ..queries import Column


@dataclass(frozen=True, slots=True)
class Shown:
    """One column: what it shows of a row, and how clients may compare and sort by it, if at all.

    `read` needs no query of its own. None, an empty text and an empty collection are left out.
    """

    read: Callable[[Any], Any]
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one model by Mautic's name for them.

    A page of it is one query on the index of the ids, and so costs the same however many rows it
    has; `related` says what comes along in that query.
    """

    name: str
    model: type[Model]
    columns: Mapping[str, Shown]
    narrow: Callable[[QuerySet], QuerySet] = lambda rows: rows
    related: tuple[str, ...] = ()

    @property
    def comparable(self) -> dict[str, Column]:
        """What `where` and `order` may name."""
        return {name: s.column for name, s in self.columns.items() if s.column is not None}

    def rows(self) -> QuerySet:
        """All that it has."""
        return self.narrow(self.model._default_manager.all())

    def show(self, rows: Iterable[Model]) -> list[Entry]:
        """The rows as texts."""
        return [
            {
                name: text
                for name, shown in self.columns.items()
                if (text := as_text(shown.read(row))) is not None
            }
            for row in rows
        ]


def as_text(value: Any) -> str | None:
    """A value as Mautic's tables have it, or None for one that is absent."""
    if value is None or value == "" or value == {} or value == []:
        return None
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list | tuple | dict):
        return dumps(value)
    return str(value)


def path(name: str, type: str = TEXT, *, nullable: bool = False) -> Shown:
    """A column of ours, or one of a row that ours refers to."""
    steps = name.split("__")

    def read(row: Any) -> Any:
        for step in steps:
            row = getattr(row, step, None)
        return row

    return Shown(read, Column(name, type, nullable=nullable))


def number(name: str, *, nullable: bool = False) -> Shown:
    return path(name, INTEGER, nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> Shown:
    return path(name, DATETIME, nullable=nullable)


def truth(name: str) -> Shown:
    return path(name, BOOLEAN)


def within(key: str, type: str = TEXT, column: str = "data") -> Shown:
    """A value in a column that holds an object."""
    return Shown(lambda row: _object(row, column).get(key), Column(column, type, key))


def nested(key: str, inner: str, column: str = "data") -> Shown:
    """A value in an object in such a column."""
    return Shown(
        lambda row: (_object(row, column).get(key) or {}).get(inner),
        Column(f"{column}__{key}", TEXT, inner),
    )


def made(read: Callable[[Any], Any]) -> Shown:
    """What is put together, and can only be read."""
    return Shown(read)


def _object(row: Any, column: str) -> dict[str, Any]:
    value = getattr(row, column)
    return value if isinstance(value, dict) else {}
