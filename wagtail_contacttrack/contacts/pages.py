"""Pages of a sorted list, cut by the values of a row instead of by counting rows.

The ten-thousandth page costs the same as the first, and nothing is skipped or shown twice when
rows move, appear or go between two pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from django.core.signing import BadSignature, Signer
from django.db.models import BooleanField, F, Field, Func, GeneratedField, Model, QuerySet, Value

_signer = Signer(salt="wagtail_contacttrack.contacts.pages")


class Cursor(NamedTuple):
    """The page after (or, `backwards`, before) the row that has these values in these columns."""

    columns: tuple[str, ...]
    values: tuple[str, ...]
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
    beyond = queryset.filter(_beyond(queryset, cursor))
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
    values = []
    for column in columns:
        value: Any = row
        for name in column.lstrip("-").split("__"):
            value = getattr(value, name)
        values.append(value.isoformat() if hasattr(value, "isoformat") else str(value))
    return Cursor(columns, tuple(values), backwards)


def _beyond(queryset: QuerySet, cursor: Cursor) -> Func:
    """``(a, b) > (x, y)``, which an index on both columns answers."""
    names = [column.lstrip("-") for column in cursor.columns]
    fields = [_field(queryset, name) for name in names]
    row = _tuple(*map(F, names))
    values = _tuple(
        *(
            Value(field.to_python(value), output_field=field)
            for field, value in zip(fields, cursor.values, strict=True)
        )
    )
    descending = cursor.columns[0].startswith("-")
    sign = " < " if descending != cursor.backwards else " > "
    return Func(
        row, values, template="%(expressions)s", arg_joiner=sign, output_field=BooleanField()
    )


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
