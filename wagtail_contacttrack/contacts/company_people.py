"""Who belongs to a company, and who of them was active last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from .fieldset import COMPANY_NAME
from .models import Company, CompanyMembership, Presence

# Of a company with more contacts, those that were added last are looked at.
LOOK_AT = 1_000


def values_of(company: Company) -> dict[str, Any]:
    """Everything that stands in the fields of a company, by alias."""
    return {COMPANY_NAME: company.name, **company.fields}


def members(company: Company) -> QuerySet[CompanyMembership]:
    """The contacts of a company, to be paged by "-pk": who was added last comes first."""
    rows = CompanyMembership.objects.filter(company=company)
    return rows.select_related("contact").prefetch_related("contact__presence")


def last_active(company: Company, limit: int) -> list[tuple[int, datetime]]:
    """Contacts of the company and when they were active last, the latest first."""
    rows = CompanyMembership.objects.filter(company=company).order_by("-pk")
    ids = list(rows.values_list("contact_id", flat=True)[:LOOK_AT])
    presences = Presence.objects.filter(contact_id__in=ids).order_by("-at", "-contact_id")
    return list(presences.values_list("contact_id", "at")[:limit])


def of_contact(contact_id: int) -> list[CompanyMembership]:
    """The companies of a contact, the primary one first."""
    rows = CompanyMembership.objects.filter(contact_id=contact_id).select_related("company")
    return list(rows.order_by("-is_primary", "company__name", "pk")[:LOOK_AT])
