"""Add, edit and delete one contact."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView

from ...contacts import details, removal
from . import logs
from .checked import CheckedFirstMixin


class ContactPageMixin:
    """After saving, editors look at the contact if they may."""

    object: Any
    inspect_url_name = ""

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):  # type: ignore[attr-defined]
            return reverse(self.inspect_url_name, args=[self.object.pk])
        return reverse("wagtailadmin_home")


class ContactAddView(ContactPageMixin, generic.CreateView):
    """A contact made by hand."""


class ContactEditView(ContactPageMixin, CheckedFirstMixin, generic.EditView):
    """The details of a contact as a form."""

    def get_page_subtitle(self) -> str:
        return details.heading(self.object)


class ContactDeleteView(CheckedFirstMixin, generic.DeleteView):
    """Asks once, then deletes the contact with everything that is theirs."""

    def get_page_subtitle(self) -> str:
        return details.heading(self.object)

    @property
    def confirmation_message(self) -> str:
        return gettext(
            "Delete this contact, with all devices and the whole timeline? "
            "This cannot be undone. If the same browser comes back, it starts as a new visitor."
        )

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):
            return str(super().get_success_url())
        return reverse("wagtailadmin_home")

    def delete_action(self) -> None:
        with transaction.atomic():
            logs.note_deletions([self.object])
            removal.remove([self.object.pk])


class ContactHistoryView(CheckedFirstMixin, HistoryView):
    """Who changed what about a contact."""

    any_permission_required = ("view",)
