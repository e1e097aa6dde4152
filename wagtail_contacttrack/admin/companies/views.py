"""The list of companies; add, change and delete one."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log

from ...contacts import company_editing, counting
from ...contacts.models import Company, CompanyMembership
from ..checked import GoneMixin, PermissionFirstMixin
from ..meanwhile import ChangedMeanwhile, MeanwhileViewMixin
from ..named import NamedIndexView, SuccessMixin, contacts_text
from .form import TAKEN, CompanyForm, input_name, panel


class CompanyIndexView(NamedIndexView):
    """All companies, with how many contacts each has."""

    results_template_name = "wagtail_contacttrack/companies/results.html"
    count_in = (CompanyMembership, "company_id")

    def contacts_url(self, row: Company) -> str:
        return reverse("contacttrack_companies:inspect", args=[row.pk]) + "#ct-contacts"

    def get_further_columns(self) -> list[BaseColumn]:
        return [
            Column("place", label=_("Place"), accessor=place, classname="ct-location ct-secondary"),
            Column(
                "website",
                label=_("Website"),
                accessor=lambda row: row.fields.get("companywebsite"),
                classname="ct-address ct-secondary",
            ),
        ]

    def get_list_more_buttons(self, instance: Company) -> list[Any]:
        buttons = []
        if url := self.get_edit_url(instance):
            buttons.append(Button(gettext("Edit"), url=url, icon_name="edit", priority=10))
        if url := self.get_delete_url(instance):
            buttons.append(Button(gettext("Delete"), url=url, icon_name="bin", priority=30))
        return buttons


def place(company: Company) -> str:
    """City, state and country, as far as they are known."""
    parts = (company.fields.get(f"company{name}") for name in ("city", "state", "country"))
    return ", ".join(str(part) for part in parts if part)


class CompanyFormMixin(MeanwhileViewMixin):
    """The form is built from the fields; after saving, editors look at the company if they may."""

    object: Any

    def get_panel(self) -> Panel:
        return panel()

    def get_form_class(self) -> type[CompanyForm]:
        return self.panel.get_form_class()  # type: ignore[attr-defined]

    def form_valid(self, form: CompanyForm) -> HttpResponseBase:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except company_editing.ValueTaken as taken:
            # Somebody else was quicker.
            form.add_error(input_name(taken.alias), TAKEN)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)
        except ChangedMeanwhile:
            form.say_overlaps()
            return self.form_invalid(form)
        except Company.DoesNotExist:
            # Deleted while the form was open.
            raise Http404 from None

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):  # type: ignore[attr-defined]
            return reverse("contacttrack_companies:inspect", args=[self.object.pk])
        return reverse("wagtailadmin_home")


class CompanyAddView(CompanyFormMixin, generic.CreateView):
    """A company made by hand."""


class CompanyEditView(CompanyFormMixin, GoneMixin, PermissionFirstMixin, generic.EditView):
    """The details of a company as a form."""


class CompanyDeleteView(SuccessMixin, GoneMixin, PermissionFirstMixin, generic.DeleteView):
    """Asks once, saying how many contacts lose the company."""

    @property
    def confirmation_message(self) -> str:
        counts = counting.count_each(CompanyMembership, "company_id", [self.object.pk])
        count = counts[self.object.pk]
        if not count:
            return gettext("Delete this company? It has no contacts. This cannot be undone.")
        return gettext(
            "Delete this company? Its contacts stay: %(contacts)s will be without it. "
            "This cannot be undone."
        ) % {"contacts": contacts_text(count)}

    def delete_action(self) -> None:
        log(instance=self.object, action="wagtail.delete")
        company_editing.delete(self.object, now=timezone.now())


class CompanyHistoryView(GoneMixin, PermissionFirstMixin, HistoryView):
    """Who changed what about a company."""

    any_permission_required = ("view",)
