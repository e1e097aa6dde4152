"""A company as Mautic's clients read it."""

from __future__ import annotations

from collections.abc import Iterable

from .. import fieldset
from ..company_people import values_of
from ..models import Company
from .basics import Entry, by_group, moment


def companies(found: Iterable[Company]) -> list[Entry]:
    """The companies in full."""
    fields = fieldset.current().company
    return [
        {
            "isPublished": True,
            "dateAdded": moment(company.date_added),
            "dateModified": moment(company.date_modified),
            "createdBy": None,
            "createdByUser": None,
            "modifiedBy": None,
            "modifiedByUser": None,
            "id": company.pk,
            "fields": by_group(fields, values_of(company), "company", {"id": str(company.pk)}),
            "score": 0,
            "owner": None,
        }
        for company in found
    ]
