"""Pages of a sorted list, cut by the values of a row instead of by counting rows.

The ten-thousandth page costs the same as the first, and nothing is skipped or shown twice when
rows move, appear or go between two pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from django.core.signing import BadSignature, Signer
from django.db import connections
from django.db.models import BooleanField, F, Field, Func, GeneratedField, Model, Q, QuerySet, Value

_signer = Signer(salt="wagtail_contacttrack.contacts.pages")


class Cursor(NamedTuple):
    """The page after (or, `backwards`, before) the row that has these values in these columns.

    The last column is the row's id. Texts are None, and read again by the id: names and e-mail
    addresses have no place in links, which end up in logs.
    """

    columns: tuple[str, ...]
    values: tuple[str | None, ...]
    backwards: bool = False

    def __str__(self) -> str:
        return _signer.sign_object([list(self.columns), list(self.values), self.backwards])

    @classmethod
    def parse(cls, text: str, columns: Sequence[str]) -> Cursor | None:
        """The cursor that `str` wrote for a list in this order, or None for anything else."""
        try:
            written, values, backwards = _signer.unsign_object(text)
        except (BadSignature, ValueError):
            return None
        return cls(tuple(written), tuple(values), backwards) if written == [*columns] else None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursors of the pages next to them."""

    rows: list[Any]
    previous: Cursor | None = None
    next: Cursor | None = None

    @property
    def has_other_pages(self) -> bool:
        return bool(self.previous or self.next)


def read(
    queryset: QuerySet, columns: Sequence[str], *, size: int, cursor: Cursor | None = None
) -> Page:
    """The first page in the order of these columns, or the one at the cursor if it has rows.

    Columns are unique together, never null, and all ascending or (with "-") all descending, so
    that one index gives the order.
    """
    columns = tuple(columns)
    if cursor is None:
        rows = list(queryset.order_by(*columns)[: size + 1])
        return _page(rows[:size], columns, before=False, after=len(rows) > size)
    values = _values(queryset, cursor)
    if values is None:
        return read(queryset, columns, size=size)
    beyond = queryset.filter(_beyond(queryset, cursor, values))
    if cursor.backwards:
        rows = list(beyond.order_by(*columns).reverse()[: size + 1])
        if len(rows) > size:
            return _page(rows[:size][::-1], columns, before=True, after=True)
        # The beginning is in sight: a full first page, not the rest of one.
        return read(queryset, columns, size=size)
    rows = list(beyond.order_by(*columns)[: size + 1])
    if not rows:
        return read(queryset, columns, size=size)
    return _page(rows[:size], columns, before=True, after=len(rows) > size)


def _page(rows: list[Any], columns: tuple[str, ...], *, before: bool, after: bool) -> Page:
    if not rows:
        return Page([])
    return Page(
        rows,
        previous=_cursor(rows[0], columns, backwards=True) if before else None,
        next=_cursor(rows[-1], columns, backwards=False) if after else None,
    )


def _cursor(row: Model, columns: tuple[str, ...], *, backwards: bool) -> Cursor:
    values: list[str | None] = []
    for column in columns:
        value: Any = row
        for name in column.lstrip("-").split("__"):
            value = getattr(value, name)
        if isinstance(value, str):
            values.append(None)
        else:
            values.append(value.isoformat() if hasattr(value, "isoformat") else str(value))
    return Cursor(columns, tuple(values), backwards)


def _values(queryset: QuerySet, cursor: Cursor) -> list[Value] | None:
    """What the columns of the row hold, or None if it is needed for that and gone."""
    *names, _id = (column.lstrip("-") for column in cursor.columns)
    written = list(cursor.values)
    if None in written:
        row = queryset.model._default_manager.filter(pk=written[-1]).values_list(*names).first()
        if row is None:
            return None
        written[:-1] = row
    fields = [_field(queryset, column.lstrip("-")) for column in cursor.columns]
    return [
        Value(field.to_python(value), output_field=field)
        for field, value in zip(fields, written, strict=True)
    ]


def _beyond(queryset: QuerySet, cursor: Cursor, values: list[Value]) -> Func | Q:
    """``(a, b) > (x, y)``, which an index on both columns answers."""
    names = [column.lstrip("-") for column in cursor.columns]
    descending = cursor.columns[0].startswith("-")
    less = descending != cursor.backwards
    if connections[queryset.db].vendor == "mysql":
        # MariaDB uses no index for a comparison of rows.
        return _step_by_step(names, values, "lt" if less else "gt")
    return Func(
        _tuple(*map(F, names)),
        _tuple(*values),
        template="%(expressions)s",
        arg_joiner=" < " if less else " > ",
        output_field=BooleanField(),
    )


def _step_by_step(names: list[str], values: list[Value], lookup: str) -> Q:
    found, equal = Q(), Q()
    for name, value in zip(names, values, strict=True):
        found |= equal & Q((f"{name}__{lookup}", value))
        equal &= Q((name, value))
    return found


def _tuple(*expressions: Any) -> Func:
    return Func(*expressions, template="(%(expressions)s)", output_field=BooleanField())


def _field(queryset: QuerySet, path: str) -> Field:
    if path in queryset.query.annotations:
        return queryset.query.annotations[path].output_field
    *relations, name = path.split("__")
    options: Any = queryset.model._meta
    for relation in relations:
        options = options.get_field(relation).related_model._meta
    field = options.pk if name == "pk" else options.get_field(name.removesuffix("_id"))
    field = field.target_field if field.is_relation else field
    return cast(Field, field.output_field if isinstance(field, GeneratedField) else field)
