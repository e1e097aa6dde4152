"""The report of contacts that may be the same person."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from ...compat import permission_policy
from ...contacts import duplicates
from ...contacts.models import Contact
from ..permissions import may_merge_contacts, may_view_contacts
from .checked import MergersOnlyMixin


class DuplicatesView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Pairs, why they are suggested, and what to do about them."""

    model = Contact
    permission_policy = permission_policy(Contact)
    permission_required = "view"
    template_name = "wagtail_contacttrack/identity/duplicates.html"
    page_title = _("Duplicate contacts")
    header_icon = "group"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = duplicates.suggest()
        return super().get_context_data(
            report=report,
            pairs=report.pairs,
            scan_limit=duplicates.SCAN_LIMIT,
            may_merge=may_merge_contacts(self.request.user),
            **kwargs,
        )


class NotADuplicateView(MergersOnlyMixin, View):
    """Remember that two contacts are two people."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        numbers = {kwargs["pk"], kwargs["other"]}
        if len(numbers) != 2:
            raise PermissionDenied
        if Contact.objects.filter(pk__in=numbers).count() == 2:
            duplicates.part(*numbers, now=timezone.now())
            messages.success(
                request,
                gettext("These are two people: the pair will not be suggested again."),
            )
        else:
            messages.info(request, gettext("One of the two contacts does not exist any more."))
        return redirect("contacttrack_identity:duplicates")


class DuplicatesMenuItem(MenuItem):
    """In the reports' menu, for those who may see contacts."""

    def __init__(self) -> None:
        super().__init__(
            _("Duplicate contacts"),
            reverse("contacttrack_identity:duplicates"),
            name="contacttrack-duplicates",
            icon_name="group",
            order=900,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return may_view_contacts(request)
