"""Delete contacts with everything that is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import router
from django.utils import timezone

from ..activity.models import Activity
from ..sql import insist, writing
from . import resolving, telling
from .merging import lock
from .models import Contact, Device, Presence

CHUNK = 500


def remove(contact_ids: Sequence[int], *, now: datetime | None = None) -> int:
    """Delete these contacts, with those merged into them, their devices and their whole activity.

    Returns how many of these there were. A visit that arrives at the same moment either is deleted
    as well or makes a new contact: nothing is left behind that points nowhere.
    """
    using = router.db_for_write(Contact)
    moment = now or timezone.now()
    return insist(using, lambda: _remove(sorted(contact_ids), moment, using))


def _remove(contact_ids: Sequence[int], now: datetime, using: str) -> int:
    removed = 0
    with writing(using, Presence._meta.db_table):
        for start in range(0, len(contact_ids), CHUNK):
            part = list(contact_ids[start : start + CHUNK])
            lock(part, using)
            # The presence goes first, because every visit ends with writing it: a visit under way
            # waits here, then fails at its foreign key and starts again with a new contact. A
            # merge waits here as well, so from now on nobody else becomes part of these.
            Presence.objects.using(using).filter(contact_id__in=part)._raw_delete(using)
            telling.removed(part, at=now, using=using)
            within = set(resolving.merged_into(part, using=using)) - set(part)
            removed += _delete(sorted(within), part, using)
    return removed


def _delete(within: list[int], part: list[int], using: str) -> int:
    everybody = [*within, *part]
    for start in range(0, len(everybody), CHUNK):
        ids = everybody[start : start + CHUNK]
        # Raw, because the rows may be many and Django would load each of them, and would search
        # the whole ledger for the devices.
        for model in (Presence, Device, Activity):
            model._default_manager.using(using).filter(contact_id__in=ids)._raw_delete(using)
    contacts = Contact.objects.using(using)
    removed = contacts.filter(pk__in=part).count()
    for start in range(0, len(everybody), CHUNK):
        contacts.filter(pk__in=everybody[start : start + CHUNK]).delete()
    return removed
