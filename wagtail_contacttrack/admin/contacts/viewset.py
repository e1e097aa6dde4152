from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from ... import compat
from ...contacts.models import Contact
from ..timeline.views import ContactInspectView


class ContactViewSet(ModelViewSet):
    """Everything that editors do with contacts, under the admin's path ``contact/``."""

    model = Contact
    icon = "group"
    menu_label = _("Contacts")
    menu_name = "contacts"
    menu_order = 150
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_class = ContactInspectView
    list_display = ("name", "email", "location", "points", "pk")
    ordering = ("-pk",)
    search_fields = ("email", "firstname", "lastname", "company")
    form_fields = ("email", "firstname", "lastname", "company", "city", "state", "country")

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(
            **{"permission_policy": compat.permission_policy(Contact), **kwargs}
        )


contact_viewset = ContactViewSet("contact")
