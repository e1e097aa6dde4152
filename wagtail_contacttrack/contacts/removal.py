"""Delete contacts with everything that is theirs."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import apps
from django.db import router, transaction

from .models import Contact, Device, Presence

CHUNK = 500


def remove(contact_ids: Sequence[int]) -> int:
    """Delete these contacts, their devices and their whole activity; return how many there were.

    A visit that arrives at the same moment either is deleted as well or makes a new contact:
    nothing is left behind that points nowhere.
    """
    activity = apps.get_model("wagtail_contacttrack", "Activity")
    using = router.db_for_write(Contact)
    removed = 0
    with transaction.atomic(using=using):
        for start in range(0, len(contact_ids), CHUNK):
            part = list(contact_ids[start : start + CHUNK])
            # The presence goes first, because every visit ends with writing it: a visit under way
            # waits here, then fails at its foreign key and starts again with a new contact.
            # Raw, because the rows may be many and Django would load each of them, and would
            # search the whole ledger for the devices.
            for model in (Presence, Device, activity):
                rows = model._default_manager.using(using).filter(contact_id__in=part)
                rows._raw_delete(using)
            _, deleted = Contact.objects.using(using).filter(pk__in=part).delete()
            removed += deleted.get(Contact._meta.label, 0)
    return removed
