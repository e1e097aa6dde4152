"""The cards of tags and companies on the page of a contact."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from ...compat import permission_policy
from ...contacts import company_people, naming
from ...contacts.models import Company, Contact, Tag
from ...segments import members
from ...segments.models import Segment
from ..tags.views import contacts_with

# Tags that are seen at once, and those that there are room for behind a click.
SHOWN, MOST = 20, 200
SUGGESTED = 200


def marks_of(contact_id: int, request: HttpRequest) -> dict[str, Any]:
    """What the cards need. Names to choose from are looked up only for who may change contacts."""
    may_change = permission_policy(Contact).user_has_permission(request.user, "change")
    sees_companies = permission_policy(Company).user_has_permission(request.user, "view")
    sees_segments = permission_policy(Segment).user_has_permission(request.user, "view")
    rows = Tag.objects.filter(tagged__contact_id=contact_id).order_by("name", "pk")[: MOST + 1]
    tags = [{"tag": tag, "url": contacts_with(tag)} for tag in rows]
    memberships = company_people.of_contact(contact_id)
    return {
        "tags": tags[:SHOWN],
        "further_tags": tags[SHOWN:MOST],
        "unlisted_tags": len(tags) > MOST,
        "memberships": [
            {"row": row, "url": company_url(row.company_id) if sees_companies else ""}
            for row in memberships
        ],
        "segments": list(members.of_contact(contact_id)[:MOST]) if sees_segments else [],
        "may_mark": may_change,
        "tag_names": naming.first_names(Tag, SUGGESTED) if may_change else [],
        "company_names": naming.first_names(Company, SUGGESTED) if may_change else [],
    }


def company_url(number: int) -> str:
    return reverse("contacttrack_companies:inspect", args=[number])
