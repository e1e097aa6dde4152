"""May a contact be written to?"""

from __future__ import annotations

from datetime import datetime

from django.db import router
from django.utils import timezone

from ..sql import writing
from . import telling
from .models import DoNotContact

EMAIL = "email"

# A record gives way only to one of greater weight: an editor's word stands when mail comes back,
# and who has unsubscribed stays so.
_WEIGHT = (
    DoNotContact.Reason.BOUNCED,
    DoNotContact.Reason.UNSUBSCRIBED,
    DoNotContact.Reason.MANUAL,
)


def forbid(
    contact_id: int,
    channel: str = EMAIL,
    *,
    reason: DoNotContact.Reason = DoNotContact.Reason.MANUAL,
    comments: str = "",
    now: datetime,
    using: str | None = None,
) -> bool:
    """Note that a contact must not be written to; whether that changes anything.

    A record that is there already stays, unless the new reason weighs more.
    """
    using = using or router.db_for_write(DoNotContact)
    with writing(using, DoNotContact._meta.db_table):
        rows = DoNotContact.objects.using(using).select_for_update()
        rows.bulk_create(
            [DoNotContact(contact_id=contact_id, channel=channel, reason=0, date_added=now)],
            ignore_conflicts=True,
        )
        row = rows.get(contact_id=contact_id, channel=channel)
        if _weight(row.reason) >= _weight(reason):
            return False
        before = row.reason or None
        row.reason, row.comments, row.date_added = reason, comments, now
        row.save(using=using)
        telling.subscription(contact_id, channel, before, reason, at=now, using=using)
    return True


def allow(
    contact_id: int,
    channel: str = EMAIL,
    *,
    reason: DoNotContact.Reason | None = None,
    now: datetime | None = None,
    using: str | None = None,
) -> bool:
    """Take the record away, or only one with this reason; whether there was one."""
    using = using or router.db_for_write(DoNotContact)
    with writing(using, DoNotContact._meta.db_table):
        rows = DoNotContact.objects.using(using).filter(contact_id=contact_id, channel=channel)
        if reason is not None:
            rows = rows.filter(reason=reason)
        row = rows.select_for_update().first()
        if row is None:
            return False
        row.delete(using=using)
        telling.subscription(
            contact_id, channel, row.reason, None, at=now or timezone.now(), using=using
        )
    return True


def may_contact(contact_id: int, channel: str = EMAIL, *, using: str | None = None) -> bool:
    """Whether nothing stands against writing to a contact."""
    return record_of(contact_id, channel, using=using) is None


def record_of(
    contact_id: int, channel: str = EMAIL, *, using: str | None = None
) -> DoNotContact | None:
    """What stands against it."""
    rows = DoNotContact.objects.using(using or router.db_for_read(DoNotContact))
    return rows.filter(contact_id=contact_id, channel=channel).first()


def outranks(one: DoNotContact, other: DoNotContact) -> bool:
    """Whether the first of two records about one channel is the one to keep."""
    return _weight(one.reason) > _weight(other.reason)


def _weight(reason: int) -> int:
    return _WEIGHT.index(DoNotContact.Reason(reason)) if reason in _WEIGHT else -1
