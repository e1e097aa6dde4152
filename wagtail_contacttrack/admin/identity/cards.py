"""What a contact's page says about who the contact is: identifiers, merges and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from ...contacts import details, fieldset, grounds
from ...contacts.models import Identifier, Merge
from ..permissions import may_merge_contacts
from .notes import LONGEST, notes_of

SHOWN = 10


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """A value that names the contact, under the label of its field."""

    identifier: Identifier
    label: Any

    @property
    def ground(self) -> str:
        return grounds.of(self.identifier)


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A contact that is part of this one; `automatic` ones had no name and nobody decided."""

    merge: Merge

    @property
    def heading(self) -> str:
        return details.heading(self.merge.loser)

    @property
    def ground(self) -> str:
        return grounds.of(self.merge)

    @property
    def automatic(self) -> bool:
        return self.merge.actor is None and not self.merge.loser.is_known

    @property
    def undo_url(self) -> str:
        return reverse("contacttrack_identity:undo_merge", args=[self.merge.pk])


@dataclass(frozen=True, slots=True)
class Some:
    """The first rows; `more` says that there are others."""

    rows: list[Any]
    more: bool = False


def identifiers_of(contact_id: int) -> Some:
    """What names the contact; current values first. One query."""
    fields = fieldset.current().contact
    rows = Identifier.objects.filter(contact_id=contact_id).order_by("-current", "pk")
    found = [
        IdentifierRow(row, fields[row.field].title if row.field in fields else row.field)
        for row in rows[: SHOWN + 1]
    ]
    return Some(found[:SHOWN], len(found) > SHOWN)


def merges_of(contact_id: int) -> Some:
    """Who was merged into the contact and still is, the latest first. One query."""
    rows = Merge.objects.filter(winner_id=contact_id, undone_at=None)
    found = [
        MergeRow(row) for row in rows.select_related("loser", "actor").order_by("-pk")[: SHOWN + 1]
    ]
    return Some(found[:SHOWN], len(found) > SHOWN)


def context_of(contact_id: int, request: HttpRequest) -> dict[str, Any]:
    """All cards of one contact; three queries."""
    return {
        "identifiers": identifiers_of(contact_id),
        "merges": merges_of(contact_id),
        "notes": notes_of(contact_id, request.GET.get("notes", "")),
        "longest_note": LONGEST,
        "may_merge": may_merge_contacts(request.user),
    }
