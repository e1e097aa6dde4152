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
# How many rows back the last use of a device is looked for.
LOOK_BACK = 2_000
# What a row is shown with.
RELATED = ("agent", "device", "page")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader wants to see; empty means everything. `until` itself is no longer shown."""

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


MARK = Mark._fields


@dataclass(slots=True)
class Session:
    """Rows of one visit that stand on this page, and facts about the whole visit.

    `size` and `page_hits` count the whole visit, shown or not; `more` says that they and the times
    are a lower bound, because the visit is very long. `entry` is the page hit that it began with,
    as far as anybody looked.
    """

    start: datetime
    end: datetime
    size: int = 0
    page_hits: int = 0
    more: bool = False
    entry_id: int | None = None
    entry: Activity | None = None
    rows: list[Activity] = field(default_factory=list)

    @property
    def duration(self) -> timedelta:
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
    return matching(rows, filters)


def matching(rows: QuerySet[Activity], filters: Filters) -> QuerySet[Activity]:
    """Those of the rows that pass the filters."""
    if filters.kinds:
        rows = rows.filter(kind__in=filters.kinds)
    if filters.since:
        rows = rows.filter(time__gte=filters.since)
    if filters.until:
        rows = rows.filter(time__lt=filters.until)
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
    """One page: the newest rows, or those before or after a cursor. At most six queries.

    Going after a cursor until there is nothing newer ends on the first page, filled up.
    """
    matching = rows_of(contact_id, filters).select_related(*RELATED)
    if after is not None:
        rows = list(_after(matching, after).order_by("time", "id")[: size + 1])
        if len(rows) > size:
            rows = rows[:size][::-1]
            return _page(contact_id, rows, gap, filters, newer=True, older=True)
        before = None
    found = _before(matching, before) if before else matching
    rows = list(found[: size + 1])
    if not rows:
        return TimelinePage([], newer=before)
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
    newer: list[Mark] = []
    older: list[Mark] = []
    if look_newer or filters.active:
        found = _after(everything, first).order_by("time", "id").values_list(*MARK)
        newer = [Mark(*values) for values in found[:CONTEXT]][::-1]
    if look_older or filters.active:
        found = _before(everything, last).order_by("-time", "-id").values_list(*MARK)
        older = [Mark(*values) for values in found[:CONTEXT]]
    marks = [Mark(row.time, row.id, row.kind, row.left_at) for row in rows]
    reach = None
    if filters.active and len(rows) > 1:
        marks, reach = _marks_between(everything, first, last, marks)
    sessions = _place(rows, _runs([*newer, *marks, *older], gap), gap)
    edges = [_edge(newer, 0), _edge(older, -1)]
    for session in sessions:
        session.more = any(edge and session.start <= edge <= session.end for edge in edges)
        session.more |= reach is not None and session.start <= reach
    _find_entries(sessions)
    return sessions


def _edge(marks: Sequence[Mark], position: int) -> datetime | None:
    """The time of the outermost mark, if there may be more beyond it."""
    return marks[position].time if len(marks) == CONTEXT else None


def _marks_between(
    everything: QuerySet[Activity], first: Cursor, last: Cursor, shown: list[Mark]
) -> tuple[list[Mark], datetime | None]:
    """All rows between two, with those that the filter left out.

    If they are many, only the newer ones, and the time that those reach back to.
    """
    between = _before(_after(everything, last), first).order_by("-time", "-id")
    found = [Mark(*values) for values in between.values_list(*MARK)[:BETWEEN]]
    reach = found[-1].time if len(found) == BETWEEN else None
    return sorted({*shown, *found}, key=lambda mark: mark[:2], reverse=True), reach


def _runs(marks: Iterable[Mark], gap: timedelta) -> list[list[Mark]]:
    """Cut a list, newest first, wherever two neighbours are further apart than `gap`."""
    runs: list[list[Mark]] = []
    for mark in marks:
        if runs and runs[-1][-1].time - mark.time <= gap:
            runs[-1].append(mark)
        else:
            runs.append([mark])
    return runs


def _place(rows: list[Activity], runs: list[list[Mark]], gap: timedelta) -> list[Session]:
    """Put the rows of a page into the sessions that their marks belong to."""
    run_of = {mark.id: number for number, run in enumerate(runs) for mark in run}
    sessions: dict[int, Session] = {}
    for row in rows:
        number = run_of[row.id]
        if number not in sessions:
            sessions[number] = _session(runs[number], gap)
        sessions[number].rows.append(row)
    return list(sessions.values())


def _session(run: list[Mark], gap: timedelta) -> Session:
    # A tab may stay open for days; a visit ends when nothing has happened for as long as `gap`.
    ends = [min(mark.left_at or mark.time, mark.time + gap) for mark in run]
    hits = [mark.id for mark in run if mark.kind == PAGE_HIT]
    return Session(
        start=run[-1].time,
        end=max(*ends, run[0].time),
        size=len(run),
        page_hits=len(hits),
        entry_id=hits[-1] if hits else None,
    )


def _find_entries(sessions: list[Session]) -> None:
    """Give each session its entry: a row of the page, or one that a single query fetches."""
    known = {row.id: row for session in sessions for row in session.rows}
    wanted = {s.entry_id for s in sessions if s.entry_id and not s.more} - set(known)
    if wanted:
        known.update(Activity.objects.select_related(*RELATED).in_bulk(wanted))
    for session in sessions:
        if session.entry_id and not session.more:
            session.entry = known.get(session.entry_id)


def count_by_period(contact_id: int, bounds: Sequence[datetime]) -> list[int]:
    """How many rows a contact has in each period between two neighbouring `bounds`; one query."""
    counts = {
        f"period_{number}": Count("id", filter=Q(time__gte=start, time__lt=end))
        for number, (start, end) in enumerate(pairwise(bounds))
    }
    rows = Activity.objects.filter(contact_id=contact_id, time__gte=bounds[0], time__lt=bounds[-1])
    return list(rows.aggregate(**counts).values())


def device_uses(contact_id: int) -> tuple[dict[int, datetime], datetime | None]:
    """When each device was last used, as far as the contact's latest rows tell.

    The second value is the time that the look-back reached, or None if it saw everything.
    """
    found = list(rows_of(contact_id).values_list("device_id", "time")[:LOOK_BACK])
    uses: dict[int, datetime] = {}
    for device_id, time in found:
        if device_id is not None:
            uses.setdefault(device_id, time)
    return uses, found[-1][1] if len(found) == LOOK_BACK else None


def first_time(contact_id: int) -> datetime | None:
    """When the contact's activity begins; None if there is none."""
    return rows_of(contact_id).reverse().values_list("time", flat=True).first()
