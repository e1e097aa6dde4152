"""The page of one contact."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from ...activity import timeline
from ...activity.timeline import Cursor
from ...compat import permission_policy
from ...contacts import details
from ...contacts.models import Contact
from ...tracking.pipeline import SESSION_GAP
from ..contacts.checked import CurrentContactMixin
from ..contacts.mail import mail_context
from ..identity.cards import context_of
from ..marks.cards import marks_of
from ..permissions import may_merge_contacts
from .chart import chart_of
from .devices import devices_of
from .form import TimelineForm
from .visits import visits_of

PANEL = "ct-timeline"


class ContactInspectView(CurrentContactMixin, generic.InspectView):
    """Who a contact is and what they did.

    Wagtail's swap controller, which asks with ``X-Requested-With``, gets the results alone.
    """

    model = Contact
    permission_required = "view"
    any_permission_required = None
    template_name = "wagtail_contacttrack/contact/inspect.html"
    results_template_name = "wagtail_contacttrack/contact/results.html"
    header_icon = "user"

    @cached_property
    def permission_policy(self) -> Any:
        return permission_policy(Contact)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["X-Requested-With"])
        return response

    def get_object(self, queryset: QuerySet[Contact] | None = None) -> Contact:
        return get_object_or_404(Contact.objects.select_related("presence", "owner"), pk=self.pk)

    def get_page_title(self) -> str:
        return details.heading(self.object)

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = [{"url": "", "label": self.get_page_title()}]
        if self.index_url_name:
            label = capfirst(str(Contact._meta.verbose_name_plural))
            items.insert(0, {"url": reverse(self.index_url_name), "label": label})
        return [*self.breadcrumbs_items, *items]

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        buttons = list(super().header_more_buttons)
        if may_merge_contacts(self.request.user):
            url = reverse("contacttrack_identity:choose", args=[self.object.pk])
            buttons.append(Button(gettext("Merge…"), url=url, icon_name="group", priority=15))
        return buttons

    def get_fields_context(self) -> list[dict[str, Any]]:
        return []

    @property
    def results_only(self) -> bool:
        return self.request.headers.get("x-requested-with") == "XMLHttpRequest"

    def get_template_names(self) -> list[str]:
        return [self.results_template_name] if self.results_only else super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        timeline_context = self.get_timeline_context()
        if self.results_only:
            return timeline_context
        return super().get_context_data(**timeline_context, **self.get_summary_context(), **kwargs)

    def get_summary_context(self) -> dict[str, Any]:
        contact = self.object
        return {
            "contact": contact,
            "heading": details.heading(contact),
            "presence": getattr(contact, "presence", None),
            "first_seen": timeline.first_time(contact.pk),
            "groups": details.groups(contact),
            **marks_of(contact.pk, self.request),
            "devices": devices_of(contact.pk),
            "chart": chart_of(contact.pk, now=timezone.now()),
            **context_of(contact.pk, self.request),
            **mail_context(contact, self.request.user),
        }

    def get_timeline_context(self) -> dict[str, Any]:
        form = TimelineForm(self.request.GET)
        filters = form.filters
        page = timeline.read(
            self.object.pk,
            gap=SESSION_GAP,
            filters=filters,
            before=Cursor.parse(self.request.GET.get("before", "")),
            after=Cursor.parse(self.request.GET.get("after", "")),
        )
        return {
            "form": form,
            "results_only": self.results_only,
            "filtered": filters.active,
            "active_filters": list(form.active()),
            "visits": visits_of(page, self.request.user),
            "timeline_url": self.request.path,
            "timeline_id": PANEL,
            "newest_query": form.query().urlencode() if page.newer else "",
            "newer_query": form.query(after=page.newer).urlencode() if page.newer else "",
            "older_query": form.query(before=page.older).urlencode() if page.older else "",
        }
