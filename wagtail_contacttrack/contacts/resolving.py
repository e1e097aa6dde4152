"""Ids of contacts that were merged into others; they resolve for ever."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import router

from .models import Contact

# Longer chains cannot be built by hand in a lifetime; a damaged table must not hold us up.
MOST_STEPS = 100


def survivor_id(contact_id: int, *, using: str | None = None) -> int | None:
    """The contact that somebody with this id is today, or None if there is no such contact."""
    return survivors([contact_id], using=using).get(contact_id)


def survivors(contact_ids: Iterable[int], *, using: str | None = None) -> dict[int, int]:
    """The same for many; ids that nobody has are left out. One query, and one for each step."""
    rows = Contact.objects.using(using or router.db_for_read(Contact))
    place = {number: number for number in contact_ids}
    parents: dict[int, int | None] = {}
    for _step in range(MOST_STEPS):
        if wanted := set(place.values()) - set(parents):
            parents.update(rows.filter(pk__in=wanted).values_list("pk", "merged_into_id"))
        further = {first: parents[at] or at for first, at in place.items() if at in parents}
        if further == place:
            break
        place = further
    return place


def merged_into(contact_ids: Iterable[int], *, using: str | None = None) -> list[int]:
    """Everybody who was merged into one of these, directly or by way of others."""
    rows = Contact.objects.using(using or router.db_for_read(Contact))
    found: set[int] = set()
    wanted = set(contact_ids)
    for _step in range(MOST_STEPS):
        wanted = set(rows.filter(merged_into__in=wanted).values_list("pk", flat=True)) - found
        if not wanted:
            break
        found |= wanted
    return sorted(found)
