"""Permissions before everything else, and contacts that are part of others by now."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin

from ...contacts import resolving
from ...contacts.models import Contact


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
    """For views of a contact: the address of one that was merged leads to the same view of the
    contact that it is part of now."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        contact = getattr(self, "object", None) or Contact.objects.filter(pk=kwargs["pk"]).first()
        if contact is None or contact.merged_into_id is None:
            return super().dispatch(request, *args, **kwargs)
        said = gettext("Contact #%(id)s is part of this contact since the two were merged.")
        if request.method == "POST":
            said = gettext(
                "Nothing was changed: contact #%(id)s is part of this contact since the two were "
                "merged."
            )
        messages.warning(request, said % {"id": contact.pk})
        assert request.resolver_match is not None  # noqa: S101
        return redirect(request.resolver_match.view_name, resolving.survivor_id(contact.pk))
