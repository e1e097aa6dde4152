"""What has arrived at one site: the last hit, and how requests ended lately.

Bounded queries, whatever the size of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..activity.kinds import PAGE_HIT
from ..activity.models import Activity
from . import counters
from .models import HitCount
from .reasons import KEPT, REMEDIES, Reason

# How many of the latest rows of all sites are searched for one of this site.
LOOK_BACK = 20_000
RECENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many requests ended with one reason."""

    reason: str
    count: int

    @property
    def kept(self) -> bool:
        return self.reason in KEPT

    @property
    def label(self) -> Any:
        return Reason(self.reason).label if self.reason in Reason else self.reason

    @property
    def remedy(self) -> Any:
        """What to do about a refusal, as a sentence; nothing for what was kept."""
        return "" if self.kept else REMEDIES.get(self.reason, "")  # type: ignore[call-overload]


def tallies(site_id: int, *, now: datetime) -> list[Tally]:
    """How the requests of the last 24 hours ended: those that were kept first, then by number.

    Counts are by the hour, so the oldest hour is in it as a whole.
    """
    return _sorted(counters.totals(site_id, now - RECENT))


def _sorted(counts: Mapping[str, int]) -> list[Tally]:
    found = [Tally(reason, number) for reason, number in counts.items()]
    return sorted(found, key=lambda tally: (not tally.kept, -tally.count, tally.reason))


def last_hit(site_id: int) -> Activity | None:
    """The page view of this site that arrived last, if it is among the latest rows of all sites.

    The ledger has no index by site: the rows are walked by their ids, backwards and not for ever.
    """
    newest = Activity.objects.order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        return None
    return (
        Activity.objects.filter(id__gt=newest - LOOK_BACK, site_id=site_id, kind=PAGE_HIT)
        .select_related("contact", "agent", "page")
        .order_by("-id")
        .first()
    )


def last_hour(site_id: int) -> datetime | None:
    """The last hour in which a page view of this site was recorded, however long ago."""
    return (
        HitCount.objects.filter(site_id=site_id, reason=Reason.RECORDED)
        .order_by("-hour")
        .values_list("hour", flat=True)
        .first()
    )
