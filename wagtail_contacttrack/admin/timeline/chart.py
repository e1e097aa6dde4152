"""How much a contact has done in each of the last months, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ...activity.timeline import count_by_period

MONTHS = 7

# In units of the drawing.
WIDTH, HEIGHT = 350, 110
TOP, BASE, LABELS = 16, 88, 104
BAR = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: its first moment, its count, and the place of its bar in the drawing."""

    month: datetime
    count: int
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + BAR // 2

    @property
    def above(self) -> int:
        """Where the count stands."""
        return self.y - 5


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    labels: int = LABELS
    bar_width: int = BAR

    @property
    def empty(self) -> bool:
        return not any(bar.count for bar in self.bars)


def chart_of(contact_id: int, *, now: datetime) -> Chart:
    """All engagements of the last six months and this one, month by month; one query."""
    bounds = month_bounds(now)
    return draw(bounds, count_by_period(contact_id, bounds))


def month_bounds(now: datetime, months: int = MONTHS) -> list[datetime]:
    """The first moments of the latest months up to `now`, and that of the month to come."""
    local = timezone.localtime(now)
    last = local.year * 12 + local.month  # counted from zero, the month to come
    numbers = range(last - months, last + 1)
    return [datetime(n // 12, n % 12 + 1, 1, tzinfo=local.tzinfo) for n in numbers]


def draw(bounds: Sequence[datetime], counts: Sequence[int]) -> Chart:
    """Bars for these counts; any count but zero is high enough to be seen."""
    most = max([*counts, 1])
    step = WIDTH // len(counts)
    bars = []
    for number, (month, count) in enumerate(zip(bounds, counts, strict=False)):
        height = max(round(count / most * (BASE - TOP)), 2) if count else 0
        x = number * step + (step - BAR) // 2
        bars.append(Bar(month, count, x, BASE - height, height))
    return Chart(bars)
