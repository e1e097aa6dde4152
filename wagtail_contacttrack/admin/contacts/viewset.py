from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.search import SearchArea
from wagtail.admin.viewsets.model import ModelViewSet

from ... import compat
from ...contacts.models import Contact
from ..permissions import may_view_contacts
from ..timeline.views import ContactInspectView
from .index import ContactIndexView
from .mail import ContactMailView
from .views import ContactAddView, ContactDeleteView, ContactEditView, ContactHistoryView


class ContactViewSet(ModelViewSet):
    """Everything that editors do with contacts, under ``contacttrack/contacts/`` in the admin."""

    model = Contact
    icon = "group"
    menu_label = _("Contacts")
    menu_name = "contacttrack-contacts"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = ContactIndexView
    add_view_class = ContactAddView
    edit_view_class = ContactEditView
    delete_view_class = ContactDeleteView
    history_view_class = ContactHistoryView
    inspect_view_class = ContactInspectView
    list_per_page = 50
    # The views build their forms from the fields; nothing else asks for these.
    form_fields: ClassVar[list[str]] = []

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # Nothing refers to contacts, so there is no page of their uses.
        return super().get_common_view_kwargs(
            **{
                "permission_policy": compat.permission_policy(Contact),
                "usage_url_name": None,
                **kwargs,
            }
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        # The first one is where the menu leads.
        urls = [url for url in super().get_urlpatterns() if url.name != "usage"]
        return [*urls, path("email/<int:pk>/", ContactMailView.as_view(), name="email")]


# Not just "contact": projects have an app of that name, and URL namespaces are for all of them.
contact_viewset = ContactViewSet("contacttrack_contacts", url_prefix="contacttrack/contacts")


class ContactSearchArea(SearchArea):
    """Contacts among the places where Wagtail's search can look."""

    def __init__(self) -> None:
        super().__init__(
            _("Contacts"),
            reverse("contacttrack_contacts:index"),
            name="contacttrack-contacts",
            icon_name="group",
            order=250,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return may_view_contacts(request)
