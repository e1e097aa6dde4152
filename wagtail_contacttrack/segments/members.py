"""Who belongs to a segment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import router
from django.db.models import Q, QuerySet
from django.utils.text import slugify

from ..contacts.models import Contact
from ..contacts.search import Match, Term, register
from ..sql import writing
from .models import Segment, SegmentMember


def add(segment: Segment, contact_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Make these contacts members by hand; returns those who are there to be any."""
    using = router.db_for_write(SegmentMember)
    with writing(using, SegmentMember._meta.db_table):
        there = _held(contact_ids, using)
        rows = [
            SegmentMember(segment=segment, contact_id=number, date_added=now) for number in there
        ]
        SegmentMember.objects.using(using).bulk_create(rows, ignore_conflicts=True)
    return there


def remove(segment: Segment, contact_ids: Iterable[int]) -> list[int]:
    """Take these contacts out by hand; returns those who are there."""
    using = router.db_for_write(SegmentMember)
    with writing(using, SegmentMember._meta.db_table):
        there = _held(contact_ids, using)
        rows = SegmentMember.objects.using(using).filter(segment=segment, contact_id__in=there)
        rows.delete()
    return there


def of_contact(contact_id: int) -> QuerySet[SegmentMember]:
    """The segments of a contact."""
    rows = SegmentMember.objects.filter(contact_id=contact_id)
    return rows.select_related("segment").order_by("segment__name", "segment_id")


def free_alias(wanted: str, own: int | None = None) -> str:
    """The alias, or with a number if another segment has it."""
    base = slugify(wanted)[:180] or "segment"
    others = Segment.objects.exclude(pk=own) if own else Segment.objects.all()
    taken = set(others.filter(alias__startswith=base).values_list("alias", flat=True))
    if base not in taken:
        return base
    return next(name for n in range(2, len(taken) + 3) if (name := f"{base}-{n}") not in taken)


def _held(contact_ids: Iterable[int], using: str) -> list[int]:
    """Those who are still there; whoever deletes or merges them meanwhile waits for this."""
    rows = Contact.objects.using(using).current().filter(pk__in=list(contact_ids)).order_by("pk")
    return list(rows.select_for_update().values_list("pk", flat=True))


def _found(term: Term, user_id: int | None) -> Match:
    """``segment:alias``: whoever belongs to the segment of exactly this alias."""
    rows = SegmentMember.objects.filter(segment__alias=term.text.strip())
    numbers = rows.values_list("contact_id", flat=True)
    return Match(Q(pk__in=numbers), numbers)


register("segment", _found)
