"""What follows when an editor changes a contact."""

from __future__ import annotations

from datetime import datetime

from .linking import unique_values
from .models import Contact


def note_identity(contact: Contact, *, now: datetime) -> None:
    """Whoever has a name, a company or a value of a unique field is known from now on.

    The caller saves the contact. Taking them away does not make anybody anonymous again.
    """
    named = contact.firstname or contact.lastname or contact.company or contact.email
    if contact.date_identified is None and (named or unique_values(contact)):
        contact.date_identified = now
