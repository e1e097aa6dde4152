"""Deleted contacts in Wagtail's log of what editors and their programs did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Value
from django.db.models.functions import Concat
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from .models import Contact
from .resolving import merged_into


def note_deletions(contacts: Sequence[Contact], user: Any = None) -> None:
    """That somebody deletes them, by their numbers; earlier entries lose the names as well.

    So do those of contacts that were merged into them, which go as well. The log outlives a
    contact, and more people read it than may see contacts. Without a `user`, it is who is logged
    in to the admin.
    """
    ids = [contact.pk for contact in contacts]
    earlier = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Contact),
        object_id__in=[str(number) for number in (*ids, *merged_into(ids))],
    )
    earlier.update(label=Concat(Value("#"), F("object_id")))
    for contact in contacts:
        log(instance=contact, action="wagtail.delete", title=f"#{contact.pk}", user=user)
