"""The plan of all visits: who opens which page when, from where, and for how long."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from operator import attrgetter
from random import Random
from typing import Literal

from wagtail_contacttrack.tracking.outcome import Outcome

from .people import Visitor, visitors
from .places import Atlas, Place
from .sources import SOURCES, Source

HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 11, 12, 13, 14, 15, 13, 12, 12, 13, 15, 17, 19, 20, 17, 10, 4]
WEEKDAYS = [0.92, 0.95, 1.0, 1.05, 1.0, 1.25, 1.15]
PAGES_A_VISIT = 4.6
MOST_PAGES = 24
BREAK = timedelta(minutes=45)

# Refusals, as a share of the page hits: what every site sees besides its visitors.
STRAYS: dict[str, float] = {
    "bot": 0.045,
    "dnt": 0.014,
    "gpc": 0.011,
    "prefetch": 0.012,
    "private_ip": 0.004,
    "staff_excluded": 0.008,
    "origin_not_listed": 0.002,
    "duplicate": 0.003,
}


@dataclass(slots=True, eq=False)
class View:
    """A page view, in the order in which the visitor's browser reports it."""

    time: datetime
    visitor: Visitor
    place: Place
    url: str
    referrer: str
    event_id: str
    counter: int
    address: str
    returning: bool
    previous: View | None = None
    leave: bool = True
    outcome: Outcome | None = None


@dataclass(slots=True)
class Leave:
    """The report that a page is left, with the time during which it had attention."""

    time: datetime
    view: View
    engaged: int


Kind = Literal[
    "bot", "dnt", "gpc", "prefetch", "private_ip", "staff_excluded", "origin_not_listed",
    "duplicate",
]  # fmt: skip


@dataclass(slots=True)
class Stray:
    """A request that will be refused, or that repeats one that was kept; `view` is its like."""

    time: datetime
    kind: Kind
    view: View


Event = View | Leave | Stray


@dataclass(slots=True)
class Plan:
    """Everything that happens in `days` until `until`; the same arguments give the same plan."""

    seed: str
    until: datetime
    days: int
    contacts: int
    hits: int
    atlas: Callable[[str], Atlas]
    zone: tzinfo
    random: Random = field(init=False)
    people: list[Visitor] = field(init=False)
    events: list[Event] = field(init=False)
    _ids: Iterator[int] = field(init=False, repr=False, default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.people = visitors(self.random, self.contacts)
        views = self._views()
        events: list[Event] = [*views, *self._leaves(views), *self._strays(views)]
        # Stable, so that a page is never left before it is opened.
        self.events = sorted(events, key=attrgetter("time"))

    def _views(self) -> list[View]:
        """As many views as asked for. Every visitor comes at least once."""
        starts: dict[int, list[datetime]] = {person.number: [] for person in self.people}
        lengths: dict[int, list[int]] = {person.number: [] for person in self.people}
        missing, full = self.hits, 0
        eagerness = [person.eagerness for person in self.people]
        queue: Iterator[Visitor] = itertools.chain(
            self.people, iter(lambda: self.random.choices(self.people, eagerness)[0], None)
        )
        for done, person in enumerate(queue):
            waiting = max(len(self.people) - done - 1, 0)
            length = min(self._length(), max(missing - waiting, 1))
            start = self._start(person, starts[person.number])
            if start is None:
                full += 1
                if full > 100 * len(self.people):
                    break  # There is no room for more visits in so few days.
                continue
            starts[person.number].append(start)
            lengths[person.number].append(length)
            missing -= length
            if missing <= 0 and not waiting:
                break
        return [
            view
            for person in self.people
            for view in self._history(person, starts[person.number], lengths[person.number])
        ]

    def _length(self) -> int:
        length = 1
        while length < MOST_PAGES and self.random.random() > 1 / PAGES_A_VISIT:
            length += 1
        return length

    def _start(self, person: Visitor, taken: list[datetime]) -> datetime | None:
        """A moment at which this visitor comes; None when there is no room left."""
        begin = self.until - timedelta(days=self.days)
        for _ in range(40):
            share = person.since + (1 - person.since) * self.random.random()
            day = begin + timedelta(days=share * self.days)
            if self.random.random() * 1.25 > WEEKDAYS[day.astimezone(self.zone).weekday()]:
                continue
            hour = self.random.choices(range(24), HOURS)[0]
            start = day.astimezone(self.zone).replace(
                hour=hour,
                minute=self.random.randrange(60),
                second=self.random.randrange(60),
                microsecond=self.random.randrange(1000) * 1000,
            )
            if not begin < start < self.until - timedelta(minutes=1):
                continue
            if all(abs(start - other) > BREAK * 3 for other in taken):
                return start.astimezone(self.until.tzinfo)
        return None

    def _history(
        self, person: Visitor, starts: list[datetime], lengths: list[int]
    ) -> Iterator[View]:
        visits = sorted(zip(starts, lengths, strict=True))
        for number, (start, length) in enumerate(visits):
            previous = None
            for view in self._visit(person, start, length, number > 0):
                view.previous = previous
                previous = view
                yield view

    def _visit(
        self, person: Visitor, start: datetime, length: int, returning: bool
    ) -> Iterator[View]:
        """One visit, from the way in to the last page. It never reaches into the future."""
        random = self.random
        source = self._source(person)
        atlas = self.atlas("de" if person.speaks_german and random.random() < 0.8 else "en")
        kind = random.choices(list(source.entries), list(source.entries.values()))[0]
        place = atlas.choose(random, kind)
        url, referrer = source.tagged(place.url), source.referrer
        away = person.browser.mobile and random.random() < 0.4
        # Shortly before the end there is less time for each page, and all of them still fit.
        pace = min(1.0, (self.until - start).total_seconds() / (length * 150))
        for counter in range(length):
            if counter:
                referrer, place = url, atlas.after(random, place)
                url = place.url
            yield View(
                time=start,
                visitor=person,
                place=place,
                url=url,
                referrer=referrer,
                event_id=f"{self.seed}-{next(self._ids)}",
                counter=0,
                address=person.away if away else person.address,
                returning=returning or counter > 0,
                leave=person.scripts and random.random() > 0.06,
            )
            seconds = (
                min(random.lognormvariate(3.4, 0.9), 140)
                if pace < 1
                else min(random.lognormvariate(3.4, 0.9), 1200)
            )
            start += timedelta(seconds=max(seconds, 2) * pace)

    def _source(self, person: Visitor) -> Source:
        sources = [s for s in SOURCES if person.browser.mobile or not s.mobile_only]
        return self.random.choices(sources, [s.weight for s in sources])[0]

    def _leaves(self, views: list[View]) -> Iterator[Leave]:
        """The ends of page views, just before the next one or after a look at the last."""
        followers = {id(view.previous): view for view in views if view.previous}
        for view in views:
            if not view.leave:
                continue
            following = followers.get(id(view))
            if following:
                time = following.time - timedelta(milliseconds=180)
            else:
                time = view.time + timedelta(seconds=min(self.random.lognormvariate(3.6, 1), 900))
            if view.time < time <= self.until:
                stay = (time - view.time).total_seconds() * 1000
                yield Leave(time, view, round(stay * self.random.uniform(0.55, 1)))

    def _strays(self, views: list[View]) -> Iterator[Stray]:
        for kind, share in STRAYS.items():
            for view in self.random.sample(views, min(round(self.hits * share), len(views))):
                if kind == "duplicate":
                    if view.visitor.scripts:
                        yield Stray(view.time + timedelta(milliseconds=900), kind, view)
                else:
                    time = view.time + timedelta(seconds=self.random.uniform(1, 40))
                    if time <= self.until:
                        yield Stray(time, kind, view)
