"""How many visits and visitors there were lately, at a cost that does not grow with the ledger.

Page views come from the hourly counts, visitors from the index of when contacts were last active.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from django.db.models import Count, IntegerField, Sum, Value
from wagtail.models import Site

from ..contacts.models import Presence
from .models import HitCount
from .reasons import Reason


@dataclass(slots=True)
class Day:
    """One day: its page views, and the visitors who came last on it, of whom some are known."""

    date: date
    page_views: int = 0
    visitors: int = 0
    known: int = 0


def last_days(number: int, *, now: datetime, zone: tzinfo) -> list[Day]:
    """The last `number` days of a time zone, today included; three queries.

    Every visitor stands on one day, the latest; so the visitors of all days add up to the visitors
    of the whole time.
    """
    today = now.astimezone(zone).date()
    days = [Day(today - timedelta(days=back)) for back in reversed(range(number))]
    bounds = [datetime.combine(day.date, time(), zone) for day in days]
    bounds.append(datetime.combine(today + timedelta(days=1), time(), zone))
    _add_page_views(days, bounds[0], zone)
    _add_visitors(days, bounds)
    return days


def _add_page_views(days: list[Day], since: datetime, zone: tzinfo) -> None:
    by_date = {day.date: day for day in days}
    # The index begins with the site.
    sites = list(Site.objects.order_by().values_list("pk", flat=True))
    counts = HitCount.objects.filter(site__in=sites, hour__gte=since, reason=Reason.RECORDED)
    for hour, count in counts.values_list("hour").annotate(Sum("count")):
        if day := by_date.get(hour.astimezone(zone).date()):
            day.page_views += count


def _add_visitors(days: list[Day], bounds: list[datetime]) -> None:
    """Count each day by an index range of its own, for known and anonymous contacts apart."""
    parts = [
        Presence.objects.filter(known=known, at__gte=start, at__lt=end)
        .order_by()
        .values("known")
        .annotate(day=Value(number, output_field=IntegerField()), number=Count("pk"))
        .values_list("day", "known", "number")
        for number, (start, end) in enumerate(pairwise(bounds))
        for known in (0, 1)
    ]
    for number, known, count in parts[0].union(*parts[1:], all=True):
        days[number].visitors += count
        if known:
            days[number].known += count
