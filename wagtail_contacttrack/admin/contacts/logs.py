"""Contacts in Wagtail's log of what editors did."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Value
from django.db.models.functions import Concat
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from ...contacts.models import Contact


def note_deletions(contacts: Sequence[Contact]) -> None:
    """That somebody deletes them, by their numbers; earlier entries lose the names as well.

    The log outlives a contact, and more people read it than may see contacts.
    """
    earlier = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Contact),
        object_id__in=[str(contact.pk) for contact in contacts],
    )
    earlier.update(label=Concat(Value("#"), F("object_id")))
    for contact in contacts:
        log(instance=contact, action="wagtail.delete", title=f"#{contact.pk}")
