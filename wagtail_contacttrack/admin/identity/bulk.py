"""Merge two contacts that are ticked in the list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from ..contacts.bulk import ContactsAction
from ..permissions import may_merge_contacts


class MergeContacts(ContactsAction):
    """Leads to the page where the two stand side by side; asks nothing and does nothing itself."""

    permission = "change"
    display_name = _("Merge")
    action_type = "merge"
    action_priority = 30
    aria_label = _("Merge two selected contacts")

    @classmethod
    def is_allowed(cls, user: Any) -> bool:
        return may_merge_contacts(user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "all" not in request.GET.getlist("id") and len(self.contacts) == 2:
            one, two = sorted(contact.pk for contact in self.contacts)
            return redirect("contacttrack_identity:merge", one, two)
        messages.warning(request, gettext("Tick exactly two contacts to merge them."))
        return self.go_back()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.get(request, *args, **kwargs)
