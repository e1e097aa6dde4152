"""Who may see what, where Wagtail's views do not ask by themselves."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from ..compat import permission_policy
from ..contacts.models import Contact


def may_view_contacts(request: HttpRequest) -> bool:
    return bool(permission_policy(Contact).user_has_permission(request.user, "view"))


def may_merge_contacts(user: Any) -> bool:
    """Whether somebody may see contacts and change them, which joining two of them takes."""
    policy = permission_policy(Contact)
    return all(policy.user_has_permission(user, action) for action in ("view", "change"))
