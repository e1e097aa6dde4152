"""Which of a contact's companies is the primary one, through a merge and back."""

from __future__ import annotations

from .identifiers import normalised
from .models import CompanyMembership, Contact


def primary_of(contact_id: int, using: str) -> int | None:
    """The id of the contact's primary membership."""
    rows = CompanyMembership.objects.using(using).filter(contact_id=contact_id, is_primary=True)
    return rows.order_by("pk").values_list("pk", flat=True).first()


def follow_name(contact: Contact, using: str) -> None:
    """Make the company that stands in the contact's field the primary one, and no other.

    None is, if the contact belongs to none of that name.
    """
    rows = CompanyMembership.objects.using(using).filter(contact=contact)
    names = rows.order_by("-is_primary", "pk").values_list("pk", "company__name")
    wanted = normalised(contact.company)
    fitting = (pk for pk, name in names if normalised(name) == wanted)
    _choose(contact.pk, next(fitting, None), using)


def give_back(contact_id: int, before: int | None, after: int | None, using: str) -> None:
    """Make the membership that was the primary one before a merge that again.

    Unless another one than `after`, which the merge has made so, has been chosen since.
    """
    rows = CompanyMembership.objects.using(using).filter(contact_id=contact_id)
    primary = list(rows.filter(is_primary=True).values_list("pk", flat=True))
    if len(primary) != 1 or primary == [after]:
        there = rows.filter(pk=before).exists() if before is not None else False
        _choose(contact_id, before if there else None, using)


def _choose(contact_id: int, membership_id: int | None, using: str) -> None:
    chosen = [] if membership_id is None else [membership_id]
    rows = CompanyMembership.objects.using(using).filter(contact_id=contact_id)
    rows.filter(is_primary=True).exclude(pk__in=chosen).update(is_primary=False)
    rows.filter(pk__in=chosen, is_primary=False).update(is_primary=True)
