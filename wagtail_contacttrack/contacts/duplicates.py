"""Pairs of known contacts that may be one person, for an editor to look at.

The known contacts that were active last are compared in memory, `SCAN_LIMIT` of them at most, so
the cost does not grow with the table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .identifiers import normalised
from .models import NotADuplicate, Presence

SCAN_LIMIT = 20_000
SHOWN = 50
# Of more than these who share something, it says nothing: a switchboard's number, "info@".
CROWD = 8

NAME_AND_COMPANY = _("Same name and company")
PHONE = _("Same phone number")
MAILBOX = _("E-mail addresses of one mailbox")
TYPO = _("E-mail addresses that differ by one letter")
NAME = _("Same name, and one of them has no e-mail address")

_DIGITS = re.compile(r"\D+")


@dataclass(frozen=True)
class Person:
    """What of a contact is compared; `place` counts from the one that was active last."""

    id: int
    email: str
    firstname: str
    lastname: str
    company: str
    phones: tuple[str, ...] = ()
    place: int = 0

    @property
    def heading(self) -> str:
        full = f"{self.firstname} {self.lastname}".strip()
        return full or self.company or self.email

    @cached_property
    def name(self) -> str:
        """First and last name as they compare; empty if one of them is missing."""
        first, last = normalised(self.firstname), normalised(self.lastname)
        return f"{first} {last}" if first and last else ""

    @cached_property
    def firm(self) -> str:
        return normalised(self.company)

    @cached_property
    def mailbox(self) -> tuple[str, str]:
        """The address without what some write after a "+", as the part before and after the @."""
        local, _at, domain = normalised(self.email).rpartition("@")
        return local.partition("+")[0], domain


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contacts, and why they may be one."""

    one: Person
    two: Person
    reason: Any

    @property
    def key(self) -> tuple[int, int]:
        return min(self.one.id, self.two.id), max(self.one.id, self.two.id)

    @property
    def people(self) -> tuple[Person, Person]:
        return self.one, self.two


@dataclass(frozen=True, slots=True)
class Report:
    """Some pairs; `horizon` is how far the look went back if it had to stop."""

    pairs: list[Pair]
    more: bool = False
    horizon: datetime | None = None


def suggest(limit: int = SHOWN) -> Report:
    """Pairs that no editor has parted yet, the strongest reasons first; three queries."""
    people, horizon = _people()
    found: dict[tuple[int, int], Pair] = {}
    for pair in _pairs(people):
        found.setdefault(pair.key, pair)
    parted = _parted(found)
    pairs = [pair for key, pair in found.items() if key not in parted]
    return Report(pairs[:limit], len(pairs) > limit, horizon)


def part(one: int, two: int, *, now: datetime) -> None:
    """Remember that these two contacts are two people."""
    first, second = sorted((one, two))
    NotADuplicate.objects.get_or_create(
        first_id=first, second_id=second, defaults={"date_added": now}
    )


def _people() -> tuple[list[Person], datetime | None]:
    latest = Presence.objects.filter(known__in=[True]).order_by("-at", "-contact_id")
    horizon = latest.values_list("at", flat=True)[SCAN_LIMIT - 1 : SCAN_LIMIT].first()
    rows = latest.values_list(
        "contact_id",
        "contact__email",
        "contact__firstname",
        "contact__lastname",
        "contact__company",
        "contact__fields__phone",
        "contact__fields__mobile",
    )[:SCAN_LIMIT]
    people = [
        Person(*row[:5], phones=tuple(filter(None, map(_phone, row[5:]))), place=place)
        for place, row in enumerate(rows)
    ]
    return people, horizon


def _parted(keys: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the pairs that an editor has found to be two people."""
    wanted = set(keys)
    if not wanted:
        return set()
    # Editors decide by hand, so these are few.
    rows = NotADuplicate.objects.order_by("-pk").values_list("first_id", "second_id")
    return wanted & set(rows[:SCAN_LIMIT])


def _pairs(people: list[Person]) -> Iterator[Pair]:
    """All pairs, by the strength of their reason; some come twice."""
    named = [person for person in people if person.name]
    firms = [person for person in named if person.firm]
    written = [person for person in people if len(person.mailbox[0]) > 2]
    yield from _sharing(firms, lambda person: [(person.name, person.firm)], NAME_AND_COMPANY)
    yield from _sharing(people, lambda person: person.phones, PHONE)
    yield from _sharing(written, lambda person: [person.mailbox], MAILBOX)
    for pair in _sharing(written, lambda person: [person.mailbox[0]], TYPO):
        if is_slip(pair.one.mailbox[1], pair.two.mailbox[1]):
            yield pair
    for pair in _sharing(named, lambda person: [person.name], NAME):
        one, two = pair.people
        if not (one.email and two.email) and not (one.firm and two.firm):
            yield pair


def _sharing(people: list[Person], keys: Any, reason: Any) -> Iterator[Pair]:
    """Each two who have a key in common, those who were active last first."""
    groups: dict[Hashable, list[Person]] = defaultdict(list)
    for person in people:
        for key in set(keys(person)):
            groups[key].append(person)
    pairs = [
        Pair(one, two, reason)
        for group in groups.values()
        if 1 < len(group) <= CROWD
        for one, two in combinations(group, 2)
    ]
    return iter(sorted(pairs, key=lambda pair: (pair.one.place, pair.two.place)))


def _phone(value: Any) -> str:
    """The last digits of a number, in which all ways of writing it agree; "" for too few."""
    digits = _DIGITS.sub("", str(value or ""))
    return digits[-9:] if len(digits) > 6 else ""


def is_slip(one: str, other: str) -> bool:
    """Whether they differ by one letter: too many, missing, wrong, or swapped with the next."""
    if one == other or abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 4:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    short, long = sorted((one[start:], other[start:]), key=len)
    if len(short) < len(long):
        return short == long[1:]
    return short[1:] == long[1:] or (short[:2] == long[1::-1] and short[2:] == long[2:])
