"""What several contacts, or all of them, did last, as one list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from heapq import nlargest

from django.db import connections
from django.db.models import QuerySet

from .models import Activity
from .timeline import RELATED

MOST = 20
# How far back the newest rows are looked for: a busy site has many in minutes, others in days.
_WINDOWS = [timedelta(minutes=8**step) for step in range(8)]


def latest(active: Sequence[tuple[int, datetime]], limit: int = MOST) -> list[Activity]:
    """The newest rows of these contacts, newest first.

    `active` holds pairs of a contact and when it was active last. Each contact costs one look into
    the index, for no more of them than can have one of the newest rows.
    """
    found: list[Activity] = []
    for contact_id, last in sorted(active, key=lambda pair: pair[1], reverse=True)[:limit]:
        if len(found) == limit and found[-1].time >= last:
            break
        rows = Activity.objects.filter(contact_id=contact_id).order_by("-time", "-id")
        found += rows.select_related(*RELATED)[:limit]
        found = nlargest(limit, found, key=lambda row: (row.time, row.pk))
    return found


def newest(
    rows: QuerySet[Activity], start: int, size: int, *, until: datetime | None = None
) -> list[Activity]:
    """`size` of everybody's rows, the newest first, without the first `start` of them.

    PostgreSQL's index on the time sorts nothing, but it knows where to look for a few minutes; so
    ever longer ones before the newest row, or `until`, are looked at until there are enough.
    """
    rows = rows.order_by("-time", "-id")
    if connections[rows.db].vendor == "postgresql":
        last = Activity.objects.using(rows.db).order_by("-pk").values_list("time", flat=True)
        known = [time for time in (last.first(), until) if time is not None]
        for window in _WINDOWS if known else ():
            part = rows.filter(time__gte=min(known) - window).values_list("pk", flat=True)
            found = list(part[start : start + size])
            if len(found) == size:
                # What they are shown with is looked up for these alone.
                by_id = rows.in_bulk(found)
                return [by_id[number] for number in found if number in by_id]
    return list(rows[start : start + size])
