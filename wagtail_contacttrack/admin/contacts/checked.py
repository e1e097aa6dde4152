"""Permissions before everything else, and contacts that are part of others by now."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail.admin.views.generic import PermissionCheckedMixin

from ...contacts.models import Contact
from .merged import lead_on


class CheckedFirstMixin(PermissionCheckedMixin):
    """For views of one contact: asks for the permission before it looks for the contact.

    Wagtail's own views look first, and so tell whoever may not see contacts which ids exist.
    """

    request: HttpRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        if not self.user_has_any_permission(
            self.any_permission_required or [self.permission_required]
        ):
            raise PermissionDenied
        super().setup(request, *args, **kwargs)


class CurrentContactMixin(CheckedFirstMixin):
    """For views of a contact: the address of one that was merged leads to the contact that it is
    part of now, to the same view unless `follows_merges` says no."""

    follows_merges = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        contact = getattr(self, "object", None) or Contact.objects.filter(pk=kwargs["pk"]).first()
        if contact is None or contact.merged_into_id is None:
            return super().dispatch(request, *args, **kwargs)
        match = request.resolver_match
        same_view = match.view_name if match and self.follows_merges else ""
        return lead_on(request, contact.pk, same_view)
