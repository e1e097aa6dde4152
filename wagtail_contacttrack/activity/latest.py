"""What several contacts did last, as one list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from heapq import nlargest

from .models import Activity
from .timeline import RELATED

MOST = 20


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
