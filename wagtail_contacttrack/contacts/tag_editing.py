"""Tags as editors keep them: many contacts at once, other names, one instead of two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, router, transaction
from django.utils import timezone

from ..sql import writing
from . import tags, telling
from .models import Contact, ContactTag, Tag

CHUNK = 1_000


class NameTaken(ValueError):
    """Another tag has this name; `tag` is that one."""

    def __init__(self, tag: Tag) -> None:
        super().__init__(tag.name)
        self.tag = tag


def find(name: str) -> Tag | None:
    """The tag with exactly this name."""
    return Tag.objects.filter(digest=tags.digest(name)).first()


def add_to(contact_ids: Sequence[int], names: Iterable[str], *, now: datetime) -> int:
    """Give all of these contacts these tags, which are made where they are missing.

    Returns how many have them now: who was deleted or merged into somebody else is left out.
    """
    using = router.db_for_write(Tag)
    count = 0
    with writing(using, ContactTag._meta.db_table):
        ids = list(tags.ensure(names, now=now, using=using).values())
        for part in _parts(contact_ids):
            there = _held(part, using)
            tags.attach(there, ids, now=now, using=using)
            telling.changed(there, at=now, using=using)
            count += len(there)
    return count


def remove_from(contact_ids: Sequence[int], tag_ids: Sequence[int]) -> int:
    """Take these tags away from these contacts; the tags themselves stay.

    Returns how many are without them now, as `add_to` does.
    """
    using = router.db_for_write(Tag)
    count = 0
    with writing(using, ContactTag._meta.db_table):
        for part in _parts(contact_ids):
            there = _held(part, using)
            rows = ContactTag.objects.using(using)
            rows.filter(contact_id__in=there, tag_id__in=tag_ids).delete()
            telling.changed(there, at=timezone.now(), using=using)
            count += len(there)
    return count


def rename(tag: Tag, name: str) -> None:
    """Save the tag under another name, or raise `NameTaken`."""
    tag.name, tag.digest = name, tags.digest(name)
    try:
        with transaction.atomic(using=router.db_for_write(Tag)):
            tag.save()
    except IntegrityError:
        other = find(name)
        if other is None:
            raise
        raise NameTaken(other) from None


def merge(source: Tag, target: Tag, *, now: datetime) -> int:
    """Give the contacts of `source` the tag `target`, delete `source`; return how many they were.

    Who has both keeps one.
    """
    using = router.db_for_write(Tag)
    moved = 0
    with transaction.atomic(using=using):
        while ids := _some_contacts(source, using):
            tags.attach(ids, [target.pk], now=now, using=using)
            rows = ContactTag.objects.using(using)
            rows.filter(tag=source, contact_id__in=ids).delete()
            moved += len(ids)
        source.delete(using=using)
    return moved


def _some_contacts(tag: Tag, using: str) -> list[int]:
    rows = ContactTag.objects.using(using).filter(tag=tag)
    return list(rows.values_list("contact_id", flat=True)[:CHUNK])


def _held(contact_ids: Sequence[int], using: str) -> list[int]:
    """Those who are still there; whoever deletes or merges them meanwhile waits for this."""
    rows = Contact.objects.using(using).current().filter(pk__in=contact_ids).order_by("pk")
    return list(rows.select_for_update().values_list("pk", flat=True))


def _parts(ids: Sequence[int]) -> Iterable[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield list(ids[start : start + CHUNK])
