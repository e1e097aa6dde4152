"""Links from a timeline to where a merge can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from ...activity.models import Activity
from ...contacts import history
from ...contacts.models import Merge
from ..permissions import may_merge_contacts


def undo_links(user: Any, rows: Iterable[Activity]) -> dict[int, str]:
    """A link by the id of the row, for merges that hold; one query, none without merges."""
    merges = {
        row.pk: row.data["merge"]
        for row in rows
        if row.kind == history.MERGED
        and isinstance(row.data, dict)
        and isinstance(row.data.get("merge"), int)
    }
    if not merges or not may_merge_contacts(user):
        return {}
    found = Merge.objects.filter(pk__in=set(merges.values()), undone_at=None)
    # One whose survivor was merged itself can be undone only after that later merge.
    holding = set(found.filter(winner__merged_into=None).values_list("pk", flat=True))
    return {
        number: reverse("contacttrack_identity:undo_merge", args=[merge])
        for number, merge in merges.items()
        if merge in holding
    }
