"""Add, edit and delete one contact."""

from __future__ import annotations

from typing import Any

from django.db import router
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from wagtail.admin.panels import Panel
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView

from ...contacts import deletion_log, details, editing, removal, resolving
from ...contacts.editing import MergedMeanwhile
from ...contacts.models import Contact
from ...contacts.saving import ValueTaken
from ...sql import writing
from ..checked import GoneMixin
from ..meanwhile import ChangedMeanwhile, MeanwhileViewMixin
from .checked import CurrentContactMixin
from .form import ContactForm, panel
from .merged import lead_on


class ContactPageMixin:
    """After saving, editors look at the contact if they may."""

    object: Any
    inspect_url_name = ""

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):  # type: ignore[attr-defined]
            return reverse(self.inspect_url_name, args=[self.object.pk])
        return reverse("wagtailadmin_home")


class ContactFormMixin(ContactPageMixin, MeanwhileViewMixin):
    """The form is built from the fields, and says who has a value that can only be one's own."""

    panel: Panel

    def get_form_class(self) -> type[ContactForm]:
        return self.panel.get_form_class()

    def form_valid(self, form: ContactForm) -> HttpResponseBase:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except ValueTaken as taken:
            form.add_conflicts(taken.conflicts)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)
        except ChangedMeanwhile:
            form.say_overlaps()
            return self.form_invalid(form)
        except MergedMeanwhile:
            # The address of the form leads to the other contact now, and says so.
            return redirect(self.request.path)  # type: ignore[attr-defined]
        except Contact.DoesNotExist:
            # Deleted while the form was open.
            raise Http404 from None


class ContactAddView(ContactFormMixin, generic.CreateView):
    """A contact made by hand."""

    def get_panel(self) -> Panel:
        return panel(None)


class ContactEditView(ContactFormMixin, GoneMixin, CurrentContactMixin, generic.EditView):
    """The details of a contact as a form."""

    def get_panel(self) -> Panel:
        return panel(Contact.objects.filter(pk=self.object_pk).first())

    def get_page_subtitle(self) -> str:
        return details.heading(self.object)


class ContactDeleteView(GoneMixin, CurrentContactMixin, generic.DeleteView):
    """Asks once, then deletes the contact with everything that is theirs."""

    # Who meant to delete one contact has not said anything about the other.
    follows_merges = False

    def get_page_subtitle(self) -> str:
        return details.heading(self.object)

    @property
    def confirmation_message(self) -> str:
        question = gettext(
            "Delete this contact, with all devices and the whole timeline? "
            "This cannot be undone. If the same browser comes back, it starts as a new visitor."
        )
        merged = len(resolving.merged_into([self.object.pk]))
        if not merged:
            return question
        further = ngettext(
            "One contact that was merged into this one is deleted as well.",
            "%(number)s contacts that were merged into this one are deleted as well.",
            merged,
        )
        return f"{question} {further % {'number': merged}}"

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):
            return str(super().get_success_url())
        return reverse("wagtailadmin_home")

    def form_valid(self, form: Any) -> HttpResponseBase:
        try:
            return super().form_valid(form)
        except MergedMeanwhile as merged:
            return lead_on(self.request, merged.contact_id)
        except Contact.DoesNotExist:
            raise Http404 from None

    def delete_action(self) -> None:
        using = router.db_for_write(Contact)
        with writing(using, Contact._meta.db_table):
            contact = editing.hold(self.object.pk, using)
            deletion_log.note_deletions([contact])
            removal.remove([contact.pk])


class ContactHistoryView(GoneMixin, CurrentContactMixin, HistoryView):
    """Who changed what about a contact."""

    any_permission_required = ("view",)
