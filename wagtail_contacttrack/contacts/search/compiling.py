"""From what was parsed to a condition on contacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet

from .. import fieldset
from . import fields
from .commands import MAUTIC, Match, meaning_of
from .matching import EVERYBODY, NOBODY
from .syntax import Group, Term, parse

# Queries that together give all ids that can match.
Way = tuple["QuerySet[Any, int]", ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What a text asks for, as a condition on contacts.

    `unsupported` are the commands that cannot be answered here, as they were written: they match
    nobody, negated or not. `asks_for_anonymous` says that the text itself is about anonymous
    contacts; `only_words`, that only what names somebody can match.
    """

    condition: Q = EVERYBODY
    unsupported: tuple[str, ...] = ()
    is_empty: bool = False
    asks_for_anonymous: bool = False
    only_words: bool = False
    ways: tuple[Way, ...] = field(default=(), repr=False)

    def few(self, limit: int) -> list[int] | None:
        """The ids of all contacts that can match, found by an index, if they are not more."""
        for way in self.ways:
            found: set[int] = set()
            for rows in way:
                found |= set(rows[: limit + 1])
                if len(found) > limit:
                    break
            else:
                return sorted(found)
        return None

    def narrow(self, rows: QuerySet, few: int = 1_000) -> QuerySet:
        """Those of the contacts who match; by an index, if few can."""
        if self.is_empty:
            return rows
        ids = self.few(few)
        return (rows if ids is None else rows.filter(pk__in=ids)).filter(self.condition)


def compile(text: str, *, user_id: int | None = None) -> Search:
    """What the text asks for, for the user who asks. Fields, tags and ids are looked up now."""
    group = parse(text)
    if not group.parts:
        return Search(is_empty=True)
    compiler = _Compiler(user_id)
    match, ways = compiler.part(group, negated=False)
    terms = list(_terms(group))
    return Search(
        match,
        tuple(dict.fromkeys(compiler.unsupported)),
        asks_for_anonymous=any(map(_about_anonymous, terms)),
        only_words=all(not term.command and not term.negated for term in terms)
        and not _negates(group),
        ways=tuple(ways),
    )


class _Compiler:
    def __init__(self, user_id: int | None) -> None:
        self.user_id = user_id
        self.unsupported: list[str] = []

    def part(self, part: Term | Group, *, negated: bool) -> tuple[Q, list[Way]]:
        """The condition of a part, and the ways to all ids that can match."""
        negated = negated != part.negated
        if isinstance(part, Group):
            # "Not" goes down to the terms, where it says nothing about what is not supported.
            parts = [self.part(inner, negated=negated) for inner in part.parts]
            return _either(parts) if part.any != negated else _both(parts)
        match = self.term(part, negated=negated)
        if match is None:
            return NOBODY, []
        if negated:
            return ~match.condition, []
        return match.condition, [] if match.among is None else [(match.among,)]

    def term(self, term: Term, *, negated: bool) -> Match | None:
        if not term.command:
            return Match(fields.word(term))
        meaning = meaning_of(term.command)
        known = fieldset.current().contact.get(term.command)
        if meaning is None and known is None and term.command not in MAUTIC:
            return Match(fields.word(replace(term, text=str(term), command="")))
        if meaning is not None:
            match = meaning(term, self.user_id)
        else:
            match = fields.value(known, term) if known else None
        if match is None:
            self.unsupported.append(str(term))
        return match


def _both(parts: list[tuple[Q, list[Way]]]) -> tuple[Q, list[Way]]:
    condition = EVERYBODY
    for part, _ways in parts:
        condition &= part
    return condition, [way for _part, ways in parts for way in ways]


def _either(parts: list[tuple[Q, list[Way]]]) -> tuple[Q, list[Way]]:
    condition = NOBODY
    for part, _ways in parts:
        condition |= part
    if not all(ways for _part, ways in parts):
        return condition, []
    return condition, [tuple(rows for _part, ways in parts for rows in ways[0])]


def _terms(group: Group) -> Iterator[Term]:
    for part in group.parts:
        if isinstance(part, Group):
            yield from _terms(part)
        else:
            yield part


def _negates(group: Group) -> bool:
    groups = [part for part in group.parts if isinstance(part, Group)]
    return group.negated or any(map(_negates, groups))


def _about_anonymous(term: Term) -> bool:
    if term.negated:
        return False
    return term.command == "ids" or (term.command == "is" and term.text.lower() == "anonymous")
