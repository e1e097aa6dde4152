"""The page of one company: what is known about it, who belongs to it, and what they did last."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from wagtail.admin.views import generic

from ...activity.latest import MOST, latest
from ...contacts import company_people, counting, details, fieldset, pages
from ...contacts.models import CompanyMembership, Contact
from ...contacts.pages import Cursor
from ..checked import PermissionFirstMixin
from ..named import contacts_text
from ..permissions import may_view_contacts
from ..timeline.visits import Entry
from .views import place

PER_PAGE = 25
ORDER = ("-pk",)


class CompanyInspectView(PermissionFirstMixin, generic.InspectView):
    """Who may not see contacts sees the company alone."""

    permission_required = "view"
    any_permission_required = None
    template_name = "wagtail_contacttrack/companies/inspect.html"
    header_icon = "home"

    def get_page_title(self) -> str:
        return str(self.object)

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        label = capfirst(str(self.model._meta.verbose_name_plural))
        index = {"url": reverse(self.index_url_name), "label": label}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.get_page_title()}]

    def get_fields_context(self) -> list[dict[str, Any]]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        company = self.object
        values = company_people.values_of(company)
        context = {
            "company": company,
            "place": place(company),
            "groups": details.of_values(values, fieldset.current().company),
            "may_view_contacts": may_view_contacts(self.request),
        }
        if context["may_view_contacts"]:
            context |= self.get_contacts_context()
        return super().get_context_data(**context, **kwargs)

    def get_contacts_context(self) -> dict[str, Any]:
        company = self.object
        cursor = Cursor.parse(self.request.GET.get("p", ""), ORDER)
        page = pages.read(company_people.members(company), ORDER, size=PER_PAGE, cursor=cursor)
        counts = counting.count_each(CompanyMembership, "company_id", [company.pk])
        rows = latest(company_people.last_active(company, MOST))
        names = Contact.objects.in_bulk({row.contact_id for row in rows})
        return {
            "page": page,
            "members": [
                {"contact": row.contact, "heading": details.heading(row.contact), "row": row}
                for row in page.rows
            ],
            "contacts_text": contacts_text(counts[company.pk]),
            "entries": [
                {"entry": Entry(row), "heading": details.heading(names[row.contact_id])}
                for row in rows
                if row.contact_id in names
            ],
        }
