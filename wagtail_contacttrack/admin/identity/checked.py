"""Both permissions that joining and parting contacts take, before everything else."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from ...compat import permission_policy
from ...contacts import details
from ...contacts.models import Contact
from ..permissions import may_merge_contacts


class MergersOnlyMixin(PermissionCheckedMixin):
    """For those who may see contacts and change them; asks before it looks for anything."""

    model = Contact
    permission_policy = permission_policy(Contact)
    permission_required = "change"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        if not may_merge_contacts(request.user):
            raise PermissionDenied
        super().setup(request, *args, **kwargs)


class IdentityPageMixin(MergersOnlyMixin, WagtailAdminTemplateMixin):
    """A page about a contact, with the way back to it in the breadcrumbs."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"view": self, **kwargs})

    def trail(self, contact: Contact, label: Any) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse("contacttrack_contacts:index"),
                "label": capfirst(str(Contact._meta.verbose_name_plural)),
            },
            {"url": contact.get_absolute_url(), "label": details.heading(contact)},
            {"url": "", "label": label},
        ]
