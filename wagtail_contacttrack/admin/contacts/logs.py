"""Contacts in Wagtail's log of what editors did."""

from __future__ import annotations

from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from ...contacts.models import Contact


def note_deletion(contact: Contact) -> None:
    """That somebody deleted it, under its number; earlier entries lose the name as well.

    The log outlives the contact, and more people read it than may see contacts.
    """
    number = f"#{contact.pk}"
    ModelLogEntry.objects.for_instance(contact).update(label=number)
    log(instance=contact, action="wagtail.delete", title=number)
