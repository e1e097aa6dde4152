"""The timeline of one contact: newest first, by pages of a cursor, grouped into sessions.

Nothing is stored about sessions. A session is a run of rows that follow each other within a given
time, whatever page of the timeline they stand on and whatever the filters leave out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from .kinds import PAGE_HIT
from .models import Activity

PAGE_SIZE = 50
# How far a page looks beyond its edges, and between the rows that a filter has left.
CONTEXT = 200
BETWEEN = 2_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader wants to see; empty means everything."""

    kinds: tuple[str, ...] = ()
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def active(self) -> bool:
        return bool(self.kinds or self.text or self.since or self.until)


class Cursor(NamedTuple):
    """A place in the timeline: the row with this time and id."""

    time: datetime
    id: int

    def __str__(self) -> str:
        microseconds = (self.time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        return f"{microseconds}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor that `str` wrote, or None for anything else."""
        first, dash, second = text.rpartition("-")
        if not (dash and first.isascii() and first.isdecimal() and second.isascii()):
            return None
        if not second.isdecimal() or len(first) > 18 or len(second) > 18:
            return None
        try:
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(first))
        except OverflowError:
            return None
        return cls(moment, int(second))


class Mark(NamedTuple):
    """As much of a row as sessions need."""

    time: datetime
    id: int
    kind: str
    left_at: datetime | None


@dataclass(slots=True)
class Session:
    """Rows of one visit that stand on this page, and facts about the whole visit.

    `more` says that the facts are a lower bound, because the visit is very long.
    """

    rows: list[Activity] = field(default_factory=list)
    start: datetime | None = None
    end: datetime | None = None
    page_hits: int = 0
    more: bool = False
    began_before: bool = False
    went_on_after: bool = False

    @property
    def duration(self) -> timedelta:
        if self.start is None or self.end is None:
            return timedelta()
        return self.end - self.start


@dataclass(slots=True)
class TimelinePage:
    """Some sessions, and the cursors of the pages next to them."""

    sessions: list[Session]
    newer: Cursor | None = None
    older: Cursor | None = None

    @property
    def rows(self) -> list[Activity]:
        return [row for session in self.sessions for row in session.rows]


def rows_of(contact_id: int, filters: Filters = Filters()) -> QuerySet[Activity]:
    """The rows of a contact that pass the filters, newest first."""
    rows = Activity.objects.filter(contact_id=contact_id).order_by("-time", "-id")
    if filters.kinds:
        rows = rows.filter(kind__in=filters.kinds)
    if filters.since:
        rows = rows.filter(time__gte=filters.since)
    if filters.until:
        rows = rows.filter(time__lte=filters.until)
    if filters.text:
        rows = rows.filter(
            Q(title__icontains=filters.text)
            | Q(url__icontains=filters.text)
            | Q(referrer__icontains=filters.text)
        )
    return rows


def read(
    contact_id: int,
    *,
    gap: timedelta,
    filters: Filters = Filters(),
    before: Cursor | None = None,
    after: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> TimelinePage:
    """One page: the newest rows, or those before or after a cursor. At most five queries.

    A page that reaches the newest row while going back in time's other direction is the first page.
    """
    matching = rows_of(contact_id, filters).select_related("agent", "device")
    if after is not None:
        rows = list(_after(matching, after).order_by("time", "id")[: size + 1])
        if len(rows) > size:
            rows = rows[:size][::-1]
            return _page(contact_id, rows, gap, filters, newer=True, older=True)
        before = None
    found = _before(matching, before) if before else matching
    rows = list(found[: size + 1])
    return _page(
        contact_id, rows[:size], gap, filters, newer=before is not None, older=len(rows) > size
    )


def _before(rows: QuerySet[Activity], cursor: Cursor) -> QuerySet[Activity]:
    return rows.filter(time__lte=cursor.time).exclude(time=cursor.time, id__gte=cursor.id)


def _after(rows: QuerySet[Activity], cursor: Cursor) -> QuerySet[Activity]:
    return rows.filter(time__gte=cursor.time).exclude(time=cursor.time, id__lte=cursor.id)


def _page(
    contact_id: int,
    rows: list[Activity],
    gap: timedelta,
    filters: Filters,
    *,
    newer: bool,
    older: bool,
) -> TimelinePage:
    if not rows:
        return TimelinePage([])
    first, last = Cursor(rows[0].time, rows[0].id), Cursor(rows[-1].time, rows[-1].id)
    return TimelinePage(
        sessions=_sessions(contact_id, rows, gap, filters, look_newer=newer, look_older=older),
        newer=first if newer else None,
        older=last if older else None,
    )


def _sessions(
    contact_id: int,
    rows: list[Activity],
    gap: timedelta,
    filters: Filters,
    *,
    look_newer: bool,
    look_older: bool,
) -> list[Session]:
    first, last = Cursor(rows[0].time, rows[0].id), Cursor(rows[-1].time, rows[-1].id)
    everything = Activity.objects.filter(contact_id=contact_id)
    fields = ("time", "id", "kind", "left_at")
    newer: list[Mark] = []
    older: list[Mark] = []
    if look_newer or filters.active:
        found = _after(everything, first).order_by("time", "id").values_list(*fields)
        newer = [Mark(*values) for values in found[:CONTEXT]][::-1]
    if look_older or filters.active:
        found = _before(everything, last).order_by("-time", "-id").values_list(*fields)
        older = [Mark(*values) for values in found[:CONTEXT]]
    marks = [Mark(row.time, row.id, row.kind, row.left_at) for row in rows]
    if filters.active and len(rows) > 1:
        marks = _marks_between(everything, first, last, marks)
    runs = _runs([*newer, *marks, *older], gap)
    return _place(rows, runs, limits=(_edge(newer, 0), _edge(older, -1)))


def _edge(marks: Sequence[Mark], position: int) -> int | None:
    """The id of the outermost mark, if there may be more beyond it."""
    return marks[position].id if len(marks) == CONTEXT else None


def _marks_between(
    everything: QuerySet[Activity], first: Cursor, last: Cursor, shown: list[Mark]
) -> list[Mark]:
    """All rows between two, with those that the filter left out; only a part if they are many."""
    between = _before(_after(everything, last), first).order_by("-time", "-id")
    found = between.values_list("time", "id", "kind", "left_at")[:BETWEEN]
    return sorted({*shown, *(Mark(*values) for values in found)}, key=_newest_first)


def _newest_first(mark: Mark) -> tuple[float, int]:
    return (-mark.time.timestamp(), -mark.id)


def _runs(marks: Iterable[Mark], gap: timedelta) -> list[list[Mark]]:
    """Cut a list, newest first, wherever two neighbours are further apart than `gap`."""
    runs: list[list[Mark]] = []
    for mark in marks:
        if runs and runs[-1][-1].time - mark.time <= gap:
            runs[-1].append(mark)
        else:
            runs.append([mark])
    return runs


def _place(
    rows: list[Activity], runs: list[list[Mark]], limits: tuple[int | None, int | None]
) -> list[Session]:
    """Put the rows of a page into the sessions that their marks belong to."""
    run_of = {mark.id: number for number, run in enumerate(runs) for mark in run}
    sessions: dict[int, Session] = {}
    for row in rows:
        number = run_of[row.id]
        if number not in sessions:
            sessions[number] = _session(runs[number], limits)
        sessions[number].rows.append(row)
    for number, session in sessions.items():
        ids = [mark.id for mark in runs[number]]
        session.went_on_after = ids[0] != session.rows[0].id
        session.began_before = ids[-1] != session.rows[-1].id
    return list(sessions.values())


def _session(run: list[Mark], limits: tuple[int | None, int | None]) -> Session:
    return Session(
        start=run[-1].time,
        end=max(mark.left_at or mark.time for mark in run),
        page_hits=sum(mark.kind == PAGE_HIT for mark in run),
        more=run[0].id == limits[0] or run[-1].id == limits[1],
    )


def count_by_period(contact_id: int, bounds: Sequence[datetime]) -> list[int]:
    """How many rows a contact has in each period between two neighbouring `bounds`; one query."""
    counts = {
        f"period_{number}": Count("id", filter=Q(time__gte=start, time__lt=end))
        for number, (start, end) in enumerate(pairwise(bounds))
    }
    rows = Activity.objects.filter(contact_id=contact_id, time__gte=bounds[0], time__lt=bounds[-1])
    return list(rows.aggregate(**counts).values())


def device_uses(contact_id: int, limit: int = 2_000) -> tuple[dict[int, datetime], datetime | None]:
    """When each device was last used, as far as the contact's latest `limit` rows tell.

    The second value is the time that the look-back reached, or None if it saw everything.
    """
    found = list(rows_of(contact_id).values_list("device_id", "time")[:limit])
    uses: dict[int, datetime] = {}
    for device_id, time in found:
        if device_id is not None:
            uses.setdefault(device_id, time)
    return uses, found[-1][1] if len(found) == limit else None
