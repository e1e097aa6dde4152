"""Who may see what, where Wagtail's views do not ask by themselves."""

from __future__ import annotations

from django.http import HttpRequest

from ..compat import permission_policy
from ..contacts.models import Contact


def may_view_contacts(request: HttpRequest) -> bool:
    return bool(permission_policy(Contact).user_has_permission(request.user, "view"))
