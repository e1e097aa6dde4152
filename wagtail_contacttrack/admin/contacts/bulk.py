"""What editors do with many contacts at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import router
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.widgets.button import ListingButton

from ...compat import permission_policy
from ...contacts import deletion_log, listing, merging, removal
from ...contacts.models import Contact
from ...sql import writing
from .filters import choice_of, is_valid
from .merged import say_left_out

# One step changes no more than this, so that the answer comes within a minute or so.
MOST = 5_000
LISTED = 20


class SelectionForm(forms.Form):
    """The contacts that the question was about: who appears meanwhile was not asked for."""

    ids = forms.CharField(widget=forms.HiddenInput)

    def clean_ids(self) -> list[int]:
        ids = [listing.number_in(text) for text in self.cleaned_data["ids"].split(",")]
        return [number for number in ids if number is not None][:MOST]


class ContactsAction(BulkAction):
    """Something done to the contacts that are ticked, or to all that the list's filters find.

    It asks first, and then does it to exactly those that the question was about.
    """

    form_class: type[SelectionForm] = SelectionForm
    permission = ""
    models = (Contact,)

    @classmethod
    def is_allowed(cls, user: Any) -> bool:
        return bool(permission_policy(Contact).user_has_permission(user, cls.permission))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Before anything is read: the question shows names.
        if not self.is_allowed(request.user):
            raise PermissionDenied
        if not self.contacts and say_left_out(request, self._asked_for()):
            return self.go_back()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponseBase:
        response = super().form_valid(form)
        # What was done is done to those who were not merged by then.
        say_left_out(self.request, self._confirmed())
        return response

    def go_back(self) -> HttpResponseBase:
        """Where the editor came from, or the list."""
        here = self.next_url == self.request.path
        return redirect("contacttrack_contacts:index" if here else self.next_url)

    @cached_property
    def contacts(self) -> list[Contact]:
        """Those to ask about, at most `MOST` and one more that says that there are others."""
        if self.request.method == "POST":
            # Never more than was asked about, also where the answer names nobody.
            return list(Contact.objects.current().filter(pk__in=self._confirmed()))
        wanted = self.request.GET.getlist("id")
        if "all" in wanted:
            # Where the list stood, which Wagtail hands on as the page to return to.
            listed = urlsplit(self.next_url)
            query = QueryDict(listed.query)
            if listed.path != reverse("contacttrack_contacts:index") or not is_valid(query):
                return []
            return listing.first(choice_of(query, self.request.user.pk), MOST + 1)
        found = Contact.objects.current().filter(pk__in=self._asked_for()).order_by("-pk")
        return list(found)

    def get_actionable_objects(self) -> tuple[list[Contact], dict[str, Any]]:
        if not self.contacts:
            raise Http404
        return self.contacts[:MOST], {"items_with_no_access": []}

    def get_initial(self) -> dict[str, Any]:
        contacts, _none = self.get_actionable_objects()
        return {"ids": ",".join(str(contact.pk) for contact in contacts)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contacts, _none = self.get_actionable_objects()
        policy = permission_policy(Contact)
        return {
            **super().get_context_data(**kwargs),
            "listed": contacts[:LISTED],
            "count": len(contacts),
            "unlisted": max(len(contacts) - LISTED, 0),
            "more": len(self.contacts) > MOST,
            # As Wagtail has it, who may change contacts may read them; the page of one is stricter.
            "may_read": policy.user_has_any_permission(self.request.user, ["view", "change"]),
            "may_view": policy.user_has_permission(self.request.user, "view"),
        }

    def _asked_for(self) -> list[int]:
        """The ids in the address, or those that come back with the answer."""
        if self.request.method == "POST":
            return self._confirmed()
        wanted = map(listing.number_in, self.request.GET.getlist("id"))
        return [number for number in wanted if number is not None][: MOST + 1]

    def _confirmed(self) -> list[int]:
        """The ids that come back with the answer."""
        selection = SelectionForm(self.request.POST)
        return selection.cleaned_data["ids"] if selection.is_valid() else []


def bulk_button(action: type[BulkAction]) -> ListingButton:
    """The button at the foot of the list; Wagtail's script adds the selection to its address."""
    meta = Contact._meta
    return ListingButton(
        action.display_name,
        reverse("wagtail_bulk_action", args=[meta.app_label, meta.model_name, action.action_type]),
        attrs={"aria-label": action.aria_label, "data-bulk-action-button": ""},
        priority=action.action_priority,
        classname=" ".join({"bulk-action-btn", *action.classes}),
    )


class DeleteContacts(ContactsAction):
    """Delete contacts with everything that is theirs."""

    permission = "delete"
    display_name = _("Delete")
    action_type = "delete"
    action_priority = 100
    aria_label = _("Delete selected contacts")
    template_name = "wagtail_contacttrack/contacts/confirm_bulk_delete.html"
    classes = frozenset({"serious"})

    @classmethod
    def execute_action(cls, objects: list[Contact], **_kwargs: Any) -> tuple[int, int]:
        using = router.db_for_write(Contact)
        with writing(using, Contact._meta.db_table):
            held = merging.lock([contact.pk for contact in objects], using).values()
            current = [contact for contact in held if contact.merged_into_id is None]
            deletion_log.note_deletions(current)
            return removal.remove([contact.pk for contact in current]), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d contact deleted.", "%(count)d contacts deleted.", num_parent_objects
        ) % {"count": num_parent_objects}
