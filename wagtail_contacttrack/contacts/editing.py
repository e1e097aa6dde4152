"""What follows when an editor changes a contact."""

from __future__ import annotations

from datetime import datetime

from .models import Contact


def note_identity(contact: Contact, *, now: datetime) -> None:
    """A contact with an e-mail address is known from now on; the caller saves it.

    Taking the address away does not make anybody anonymous again.
    """
    if contact.email and contact.date_identified is None:
        contact.date_identified = now
