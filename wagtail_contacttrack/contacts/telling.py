"""What this room tells those who react in the same transaction (`wagtail_contacttrack.reactions`).

Nobody is told about anonymous visitors: they are many, and there is nothing to say about them but
their visits. A contact is new when it becomes known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..reactions import Happened, tell, wanted
from .models import Contact

KNOWN = "contact.known"
CHANGED = "contact.changed"
REMOVED = "contact.removed"
SUBSCRIPTION = "contact.subscription"
COMPANY = "contact.company"
COMPANY_SAVED = "company.saved"
COMPANY_REMOVED = "company.removed"


def saved(contact: Contact, *, was_known: bool, at: datetime, using: str) -> None:
    """That a contact was changed, or has become known."""
    if contact.is_known:
        _tell(CHANGED if was_known else KNOWN, [contact.pk], at, using)


def changed(contact_ids: Sequence[int], *, at: datetime, using: str) -> None:
    """That something was changed about these contacts, known or not."""
    _tell(CHANGED, contact_ids, at, using)


def removed(contact_ids: Sequence[int], *, at: datetime, using: str) -> None:
    """That these contacts are being deleted; call it as long as they are there."""
    if wanted(REMOVED):
        rows = Contact.objects.using(using).filter(pk__in=contact_ids)
        known = {*rows.filter(date_identified__isnull=False).values_list("pk", flat=True)}
        found = [Happened(REMOVED, at, n, {"known": n in known}) for n in contact_ids]
        tell(found, using=using)


def merged(loser: Contact, winner_id: int, *, at: datetime, using: str) -> None:
    """That a known contact is there no more, because it is part of another one."""
    if loser.is_known:
        facts = {"known": True, "winner": winner_id}
        _tell(REMOVED, [loser.pk], at, using, facts)


def subscription(
    contact_id: int,
    channel: str,
    before: int | None,
    after: int | None,
    *,
    at: datetime,
    using: str,
) -> None:
    """That a contact may be written to by a channel, or may not: reasons, or None for neither."""
    facts = {"channel": channel, "before": before, "after": after}
    _tell(SUBSCRIPTION, [contact_id], at, using, facts)


def company_of(
    contact_ids: Sequence[int], company_id: int, added: bool, *, at: datetime, using: str
) -> None:
    """That contacts belong to a company, or do no more."""
    facts = {"company": company_id, "added": added}
    _tell(COMPANY, contact_ids, at, using, facts)


def company_saved(company_id: int, *, at: datetime, using: str) -> None:
    """That a company was made or changed."""
    _tell(COMPANY_SAVED, [None], at, using, {"company": company_id})


def company_removed(company_id: int, *, at: datetime, using: str) -> None:
    """That a company is deleted."""
    _tell(COMPANY_REMOVED, [None], at, using, {"company": company_id})


def _tell(
    topic: str,
    contact_ids: Iterable[int | None],
    at: datetime,
    using: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    if wanted(topic):
        found = [Happened(topic, at, number, dict(facts or {})) for number in contact_ids]
        tell(found, using=using)
