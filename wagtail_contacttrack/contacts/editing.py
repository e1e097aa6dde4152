"""What follows when an editor changes a contact."""

from __future__ import annotations

from datetime import datetime

from .models import Contact


def note_identity(contact: Contact, *, now: datetime) -> None:
    """A contact with a name, company or e-mail address is known from now on; the caller saves it.

    Taking them away does not make anybody anonymous again.
    """
    named = contact.firstname or contact.lastname or contact.company or contact.email
    if named and contact.date_identified is None:
        contact.date_identified = now
