"""Links from visits to the Wagtail pages that were visited."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from wagtail.permission_policies.pages import PagePermissionPolicy


@dataclass(frozen=True, slots=True)
class EditLink:
    title: str
    url: str


def edit_links(user: Any, page_ids: Collection[int]) -> dict[int, EditLink]:
    """A link by id for those pages that exist and that the user may edit; two queries at most.

    The ids come from browsers, so they may name any page, or none.
    """
    if not page_ids:
        return {}
    pages = PagePermissionPolicy().instances_user_has_permission_for(user, "change")
    found = pages.filter(pk__in=page_ids).values_list("pk", "title")
    return {
        number: EditLink(title, reverse("wagtailadmin_pages:edit", args=[number]))
        for number, title in found
    }
