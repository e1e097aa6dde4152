"""Conditions and orders that clients put together: ``where`` and ``order``, over declared columns.

Nothing of what is sent becomes a name in a query: a column is looked up among the declared ones, a
value is cast to the column's type, and whatever does not fit is `Invalid`. As in SQL, an absent
value, which for texts is an empty one, is neither equal to anything nor different from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Expression, F, FloatField, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import OrderBy
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from ..contacts.search.matching import (
    EVERYBODY,
    NOBODY,
    Beginning,
    as_text,
    json_text,
    like,
    literal,
    spelt,
)
from .casting import BOOLEAN, DATE, DATETIME, INTEGER, NUMBER, TEXT, cast, is_blank, plain, written
from .errors import Invalid

DEPTH, CONDITIONS, VALUES, COLUMNS = 4, 50, 1_000, 5
# Each text in a list is a comparison of its own.
TEXTS = 100

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
# The alias of a table, as Mautic's own queries have it.
_TABLE = re.compile(r"[a-z]{1,8}\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """What clients may compare and sort by.

    `path` is a lookup path, or with `key` that of a column that holds an object, in which `key`
    names the value. `nullable` says that there may be no value at all. `indexed` is for a text that
    has a `FoldedIndex`: it holds for all rows that have such a text, and these are in the index.
    """

    path: str
    type: str = TEXT
    key: str = ""
    nullable: bool = False
    indexed: Q | None = None

    @property
    def is_textual(self) -> bool:
        """Whether values are compared as text; so are the moments in objects, written by ISO."""
        return self.type == TEXT or bool(self.key and self.type in (DATE, DATETIME, BOOLEAN))

    @property
    def text(self) -> Expression | F:
        """The value as text."""
        if self.key:
            return json_text(self.key, self.path)
        return F(self.path) if self.type == TEXT else as_text(self.path)


class _Number(Func):
    """A number in an object as one that sorts: MariaDB has them as text."""

    template = "%(expressions)s"
    output_field = FloatField()

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="(%(expressions)s + 0)", **context)


class Ordering(Protocol):
    """What a query says about the order of a list."""

    orderBy: str
    orderByDir: str
    order: Any


def narrow(rows: QuerySet, where: Any, columns: Mapping[str, Column]) -> QuerySet:
    """The rows for which all of the conditions hold. Raises `Invalid`.

    A condition has a column (`col`), a comparison (`expr`) and a value (`val`); for "andX" and
    "orX" the value holds further conditions.
    """
    builder = _Builder(columns)
    condition = builder.all_of(where, DEPTH)
    return rows.alias(**builder.values).filter(condition) if where else rows


def order_of(query: Ordering, columns: Mapping[str, Column]) -> list[Any]:
    """What to sort by: `orderBy`, then `order`. The id comes last, and makes the order total.

    Raises `Invalid`.
    """
    wanted = [(name.strip(), query.orderByDir) for name in (query.orderBy or "").split(",")]
    wanted += [
        (_text_of(item, "col", "order"), _text_of(item, "dir", "order"))
        for item in _items(query.order, "order")
    ]
    found: dict[str, bool] = {}
    for name, direction in wanted[: 2 * COLUMNS]:
        if name:
            descending = (direction or "").strip().lower() == "desc"
            found.setdefault(_name_of(name, columns, "order"), descending)
    if len(found) > COLUMNS:
        raise _invalid("order", _("Sort by %(limit)s columns at most.") % {"limit": COLUMNS})
    order: list[Any] = []
    for name, descending in found.items():
        column = columns[name]
        if not column.key and column.path in ("id", "pk"):
            return [*order, "-pk" if descending else "pk"]
        order.append(_sorted(column, descending))
    return [*order, "-pk" if any(list(found.values())[:1]) else "pk"]


def _sorted(column: Column, descending: bool) -> str | OrderBy:
    if not column.key and not column.nullable:
        return f"-{column.path}" if descending else column.path
    value: Any = F(column.path)
    if column.key:
        value = column.text if column.is_textual else _Number(KeyTransform(column.key, column.path))
    # What is absent comes before everything else; by themselves, databases differ in that.
    return value.desc(nulls_last=True) if descending else value.asc(nulls_first=True)


class _Builder:
    """Makes one condition out of many; `values` are those in objects that it needs, by name."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        self.values: dict[str, Any] = {}
        self.left = CONDITIONS

    def all_of(self, where: Any, depth: int) -> Q:
        condition = EVERYBODY
        for item in _items(where, "where"):
            condition &= self.condition(item, depth)
        return condition

    def any_of(self, where: Any, depth: int) -> Q:
        parts = [self.condition(item, depth) for item in _items(where, "where")]
        condition = NOBODY if parts else EVERYBODY
        for part in parts:
            condition |= part
        return condition

    def condition(self, item: Mapping[str, Any], depth: int) -> Q:
        self.left -= 1
        if self.left < 0 or depth <= 0:
            raise _invalid(
                "where", _("These are too many conditions, or they are nested too deep.")
            )
        name = _text_of(item, "expr", "where").lower()
        value = item.get("val")
        if name in ("andx", "orx"):
            nested = self.all_of if name == "andx" else self.any_of
            return nested(value, depth - 1)
        if name not in _EXPRESSIONS:
            text = _("“%(name)s” is no comparison.") % {"name": name[:50]}
            raise _invalid("where", text)
        column = self.columns[_name_of(_text_of(item, "col", "where"), self.columns, "where")]
        return _EXPRESSIONS[name](_Compared(column, self), value)

    def named(self, column: Column) -> str:
        """The path of a column, or a name for a value in an object."""
        if not column.key:
            return column.path
        for name, known in self.values.items():
            if not isinstance(known, KeyTransform):
                # A text that was folded for a comparison.
                continue
            own: tuple[str, Any] = (known.key_name, known.source_expressions[0])
            if own == (column.key, F(column.path)):
                return name
        name = f"where_{len(self.values)}"
        self.values[name] = KeyTransform(column.key, column.path)
        return name


@dataclass(frozen=True, slots=True)
class _Compared:
    """A column in a condition, with the comparisons that make up all others."""

    column: Column
    builder: _Builder

    def present(self) -> Q:
        if self.column.is_textual:
            return ~like([self.column.text], "")
        return Q((f"{self.builder.named(self.column)}__isnull", False))

    def equals(self, value: Any) -> Q:
        if self.column.is_textual:
            text = written(value)
            return like([self.column.text], literal(text)) & self.beginning(text)
        path = self.builder.named(self.column)
        if isinstance(value, datetime) and not value.microsecond:
            # Moments are shown, and so sent, in whole seconds.
            return Q((f"{path}__gte", value), (f"{path}__lte", value.replace(microsecond=999_999)))
        return Q((path, value))

    def like(self, pattern: str) -> Q:
        if self.column.type not in (TEXT, INTEGER, NUMBER):
            raise _invalid("where", _("Only texts and numbers can be compared by a pattern."))
        return like([self.column.text], spelt(pattern)) & self.beginning(pattern)

    def beginning(self, pattern: str) -> Q:
        """What a text before the first wildcard says of the column, where an index knows that."""
        start = pattern.partition("%")[0]
        if self.column.indexed is None or not start:
            return EVERYBODY
        return self.column.indexed & Q(Beginning(F(self.column.path), Value(start)))

    def than(self, lookup: str, value: Any) -> Q:
        """ "lt", "lte", "gt" or "gte"; who has no value is none of it."""
        column = self.column
        if not column.is_textual:
            return Q((f"{self.builder.named(column)}__{lookup}", value)) & self.present()
        name = f"where_{len(self.builder.values)}"
        self.builder.values[name] = Lower(column.text, output_field=TextField())
        folded = Lower(Value(written(value), output_field=TextField()))
        return Q((f"{name}__{lookup}", folded)) & self.present()

    def cast(self, value: Any) -> Any:
        return cast(self.column.type, value)


def _equal(compared: _Compared, value: Any) -> Q:
    if is_blank(value):
        return ~compared.present()
    return compared.equals(compared.cast(value))


def _unequal(compared: _Compared, value: Any) -> Q:
    if is_blank(value):
        return compared.present()
    return compared.present() & ~compared.equals(compared.cast(value))


def _than(lookup: str) -> Callable[[_Compared, Any], Q]:
    def compare(compared: _Compared, value: Any) -> Q:
        return compared.than(lookup, compared.cast(value))

    return compare


def _like(compared: _Compared, value: Any) -> Q:
    return compared.like(plain(value)) & compared.present()


def _unlike(compared: _Compared, value: Any) -> Q:
    return ~compared.like(plain(value)) & compared.present()


def _in(compared: _Compared, value: Any) -> Q:
    values = [compared.cast(item) for item in _list(value)]
    if compared.column.is_textual or compared.column.type == DATETIME:
        if len(values) > TEXTS:
            raise _too_many(TEXTS)
        found = NOBODY
        for item in values:
            found |= compared.equals(item)
        return found
    return Q((f"{compared.builder.named(compared.column)}__in", values))


def _not_in(compared: _Compared, value: Any) -> Q:
    return ~_in(compared, value) & compared.present()


def _between(compared: _Compared, value: Any) -> Q:
    values = _list(value)
    if len(values) != 2:
        raise _invalid("where", _("“between” takes two values."))
    low, high = map(compared.cast, values)
    return compared.than("gte", low) & compared.than("lte", high)


def _is_absent(compared: _Compared, value: Any) -> Q:
    return ~compared.present()


def _is_present(compared: _Compared, value: Any) -> Q:
    return compared.present()


_EXPRESSIONS: dict[str, Callable[[_Compared, Any], Q]] = {
    "eq": _equal,
    "neq": _unequal,
    "lt": _than("lt"),
    "lte": _than("lte"),
    "gt": _than("gt"),
    "gte": _than("gte"),
    "like": _like,
    "notlike": _unlike,
    "in": _in,
    "notin": _not_in,
    "between": _between,
    "isnull": _is_absent,
    "isnotnull": _is_present,
}


def _list(value: Any) -> list[Any]:
    """Several values: a list, or one text with commas."""
    if isinstance(value, Mapping):
        value = list(value.values())
    elif not isinstance(value, list | tuple):
        value = [part.strip() for part in str("" if value is None else value).split(",")]
    if len(value) > VALUES:
        raise _too_many(VALUES)
    return [item for item in value if not is_blank(item)]


def _items(sent: Any, name: str) -> list[Mapping[str, Any]]:
    """Conditions, or orders: in a list, in PHP's array, or a single one by itself."""
    if sent is None or sent == "":
        return []
    if isinstance(sent, Mapping):
        sent = [sent] if {"col", "expr"} & set(sent) else list(sent.values())
    if not isinstance(sent, list | tuple) or not all(isinstance(item, Mapping) for item in sent):
        text = _("Send a list of objects, such as %(name)s[0][col].") % {"name": name}
        raise _invalid(name, text)
    if len(sent) > CONDITIONS:
        raise _too_many(CONDITIONS, name)
    return list(sent)


def _text_of(item: Mapping[str, Any], key: str, name: str) -> str:
    value = item.get(key)
    if value is not None and not isinstance(value, str):
        raise _invalid(name, _("“%(key)s” has to be text.") % {"key": key})
    return (value or "").strip()


def _name_of(sent: str, columns: Mapping[str, Column], where: str) -> str:
    """The declared name that is meant: ``dateAdded``, ``l.date_added`` and so on."""
    bare = _TABLE.sub("", sent, count=1)
    snake = _CAPITAL.sub(r"_\1", bare).lower()
    for name in (sent, bare, snake, snake.replace("_", "")):
        if name in columns:
            return name
    raise _invalid(where, _("There is no column “%(name)s”.") % {"name": sent[:50]})


def _too_many(limit: int, name: str = "where") -> Invalid:
    return _invalid(name, _("These are more than %(limit)s values.") % {"limit": limit})


def _invalid(name: str, text: str) -> Invalid:
    return Invalid({name: [text]})
