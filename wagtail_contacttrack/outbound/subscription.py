"""Recipients who want no more mail, and those who want it again."""

from __future__ import annotations

from datetime import datetime

from ..contacts import consent
from ..contacts.editing import MergedMeanwhile
from ..contacts.models import DoNotContact
from ..contacts.resolving import survivor_id
from .kinds import EMAIL_RESUBSCRIBED, EMAIL_UNSUBSCRIBED
from .models import Message
from .recording import committed, lock, note

UNSUBSCRIBED = DoNotContact.Reason.UNSUBSCRIBED
MANUAL = DoNotContact.Reason.MANUAL


def unsubscribe(message: Message, *, now: datetime) -> bool:
    """Send its recipient no more bulk mail; False if that was so already."""

    def work(using: str) -> bool:
        owner = lock(message.contact_id, using)
        if owner is None or not consent.forbid(
            owner, reason=UNSUBSCRIBED, comments=message.subject, now=now, using=using
        ):
            return False
        return note(EMAIL_UNSUBSCRIBED, owner, now=now, title=message.subject, using=using)

    return committed(work)


def resubscribe(message: Message, *, now: datetime) -> bool:
    """Send its recipient mail again; False if it is not the recipient who had stopped it."""

    def work(using: str) -> bool:
        owner = lock(message.contact_id, using)
        if owner is None or not consent.allow(owner, reason=UNSUBSCRIBED, now=now, using=using):
            return False
        return note(EMAIL_RESUBSCRIBED, owner, now=now, title=message.subject, using=using)

    return committed(work)


def standing_of(message: Message) -> DoNotContact | None:
    """What stands against writing to its recipient."""
    owner = survivor_id(message.contact_id)
    return None if owner is None else consent.record_of(owner)


def set_by_editor(contact_id: int, *, allowed: bool, comments: str = "", now: datetime) -> bool:
    """Stop or allow bulk mail to a contact, whatever stood before; whether anything changed.

    Raises `MergedMeanwhile`, because the editor has seen what stood with another contact.
    """

    def work(using: str) -> bool:
        owner = lock(contact_id, using)
        if owner is None:
            return False
        if owner != contact_id:
            raise MergedMeanwhile(contact_id)
        if allowed:
            changed, kind = consent.allow(owner, now=now, using=using), EMAIL_RESUBSCRIBED
        else:
            changed = consent.forbid(owner, reason=MANUAL, comments=comments, now=now, using=using)
            kind = EMAIL_UNSUBSCRIBED
        return changed and note(kind, owner, now=now, by_editor=True, using=using)

    return committed(work)
