"""Contacts in Wagtail's log of what editors did."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Value
from django.db.models.functions import Concat
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from ...contacts.models import Contact
from ...contacts.resolving import merged_into


def note_deletions(contacts: Sequence[Contact]) -> None:
    """That somebody deletes them, by their numbers; earlier entries lose the names as well.

    So do those of contacts that were merged into them, which go as well. The log outlives a
    contact, and more people read it than may see contacts.
    """
    ids = [contact.pk for contact in contacts]
    earlier = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Contact),
        object_id__in=[str(number) for number in (*ids, *merged_into(ids))],
    )
    earlier.update(label=Concat(Value("#"), F("object_id")))
    for contact in contacts:
        log(instance=contact, action="wagtail.delete", title=f"#{contact.pk}")
