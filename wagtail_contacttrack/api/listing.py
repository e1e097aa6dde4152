"""Lists: which rows, in which order, how many there are, and where the next page begins."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from ..contacts import pages
from . import published, queries
from .answers import Container, Entry
from .calling import Call
from .errors import Invalid
from .params import texts
from .resources import Resource
from .schemas import ListQuery

# Large numbers change little in a minute, and counting them takes its time: a thousandth of the
# database's at most, unless they would become too old.
MANY, SECONDS, OLDEST, TIMES = 10_000, 60, 600, 1_000
SALT = "wagtail_contacttrack.api.total"


def listed(resource: Resource[Any], query: ListQuery, call: Call, **only: Any) -> Entry:
    """The body of a list: the total, the entries, and `next` where there is a further page.

    `only` narrows the rows, as a queryset's filter does.
    """
    rows = resource.rows(call).filter(**only)
    rows, text = published.narrow(rows, query, resource)
    if text:
        rows = resource.search(rows, text, call)
    rows = queries.narrow(rows, query.where, resource.columns)
    order = queries.order_of(query, resource.columns)
    number = total(rows)
    found, following = page(rows, order, query)
    entries = resource.show(found, call, minimal=query.minimal)
    body: Entry = {
        "total": str(number) if resource.total_as_text else number,
        resource.plural: contained(resource.container, entries, query.select),
    }
    return {**body, "next": following} if following else body


def page(rows: QuerySet[Any], order: list[str], query: ListQuery) -> tuple[list[Any], str]:
    """The rows from `start` on or after the cursor, and the cursor of what follows them.

    A cursor costs the same on every page. It is given where the rows are sorted by their id.
    """
    columns = tuple(order) if order in (["pk"], ["-pk"]) else None
    if query.cursor:
        cursor = pages.Cursor.parse(query.cursor, columns or ("pk",))
        if cursor is None or columns is None:
            text = _("It belongs to another list, or to another order. Begin without it.")
            raise Invalid({"cursor": [text]})
        found = pages.read(rows, columns, size=query.limit, cursor=cursor)
        return found.rows, str(found.next) if found.next else ""
    sorted_rows = rows.order_by(*order)
    part = list(sorted_rows[query.start : query.start + query.limit + 1])
    further = len(part) > query.limit
    part = part[: query.limit]
    if not further or columns is None:
        return part, ""
    return part, str(pages.Cursor(columns, (str(part[-1].pk),)))


def total(rows: QuerySet[Any]) -> int:
    """How many rows there are; if they are many, how many there were within the last minute.

    What takes long to count may be ten minutes old.
    """
    try:
        compiler = rows.order_by().values("pk").query.get_compiler(using=rows.db)
        text, values = compiler.as_sql()
    except EmptyResultSet:
        # Django knows without asking.
        return 0
    digest = salted_hmac(SALT, repr((rows.db, text, values)), algorithm="sha256")
    key = f"{SALT}.{digest.hexdigest()}"
    known = cache.get(key)
    if known is None:
        before = time.monotonic()
        known = rows.order_by().count()
        if known > MANY:
            took = time.monotonic() - before
            cache.set(key, known, min(max(SECONDS, TIMES * took), OLDEST))
    return int(known)


def contained(container: Container, entries: list[Entry], select: Any = None) -> Any:
    """The entries in their container, with nothing but the keys that `select` names."""
    held = container.hold(entries)
    wanted = set(texts(select))
    if not wanted:
        return held

    def selected(entry: Entry) -> Entry:
        # As in Mautic, what is null is left out where keys are selected.
        return {k: v for k, v in entry.items() if k in wanted | {"id"} and v is not None}

    if isinstance(held, list):
        return [selected(entry) for entry in held]
    return {key: selected(entry) for key, entry in held.items()}
