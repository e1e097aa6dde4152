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


def give_back(contact_id: int, membership_id: int | None, using: str) -> None:
    """Make this one the primary one again, unless another one has been chosen since."""
    rows = CompanyMembership.objects.using(using).filter(contact_id=contact_id)
    if membership_id is None or not rows.filter(pk=membership_id).exists():
        return
    if rows.filter(is_primary=True).count() != 1:
        _choose(contact_id, membership_id, using)


def _choose(contact_id: int, membership_id: int | None, using: str) -> None:
    chosen = [] if membership_id is None else [membership_id]
    rows = CompanyMembership.objects.using(using).filter(contact_id=contact_id)
    rows.filter(is_primary=True).exclude(pk__in=chosen).update(is_primary=False)
    rows.filter(pk__in=chosen, is_primary=False).update(is_primary=True)
