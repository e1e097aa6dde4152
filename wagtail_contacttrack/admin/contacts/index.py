"""The list of contacts."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.tables import BaseColumn
from wagtail.admin.views import generic
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.widgets.button import Button, ListingButton

from ...contacts import listing
from ...contacts.listing import Choice, Contacts, Found
from ...contacts.models import Contact
from ..home import settings_url
from . import export
from .bulk import ContactsAction, bulk_button
from .columns import columns
from .filters import ContactFilterSet, choice_of, is_valid
from .paging import Pages


class ContactIndexView(generic.IndexView):
    """Contacts by pages, with search, filters and export.

    It costs the same whether there are a thousand contacts or a million: `contacts.listing` says
    how, and where it has to stop looking, the page says so.
    """

    template_name = "wagtail_contacttrack/contacts/index.html"
    results_template_name = "wagtail_contacttrack/contacts/results.html"
    filterset_class = ContactFilterSet
    default_ordering = listing.DEFAULT_ORDER
    any_permission_required = ("view",)
    is_searchable = True

    @cached_property
    def choice(self) -> Choice:
        return choice_of(self.request.GET, self.request.user.pk, self.filters)

    @cached_property
    def found(self) -> Found:
        return listing.find(self.choice, self.ordering)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wanted = request.GET.get("export", "")
        if wanted in export.FORMATS:
            return self.export(wanted)
        return super().get(request, *args, **kwargs)

    def export(self, format: str) -> HttpResponseBase:
        if not self.user_has_permission("export"):
            raise PermissionDenied
        if not is_valid(self.request.GET):
            return self.refuse(_("One of the filters is not valid. Choose it again."))
        if format == export.XLSX and self.is_too_long_for_xlsx():
            return self.refuse(
                _(
                    "These are too many contacts for one XLSX file. "
                    "Narrow the list, or download CSV, which has no limit."
                )
            )
        return export.respond(listing.find_all(self.choice), format, now=timezone.now())

    def refuse(self, remedy: Any) -> HttpResponseBase:
        """Back to the list with a message."""
        messages.error(self.request, remedy)
        query = self.request.GET.copy()
        del query["export"]
        return redirect(f"{self.index_url}?{query.urlencode()}")

    def is_too_long_for_xlsx(self) -> bool:
        beyond = islice(listing.find_all(self.choice), export.XLSX_ROWS, None)
        return next(beyond, None) is not None

    def get_valid_orderings(self) -> list[str]:
        names = listing.orders(self.choice.anonymous)
        return [sign + name for name in names for sign in ("", "-")]

    def get_queryset(self) -> Contacts:
        return self.found.rows

    def paginate_queryset(
        self, queryset: Contacts, page_size: int
    ) -> tuple[Pages, Any, list[Contact], bool]:
        paginator = Pages(self.found)
        page = paginator.read(self.request.GET.get(self.page_kwarg, ""), page_size)
        return paginator, page, page.rows, page.has_other_pages

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return columns(
            orders=listing.orders(self.choice.anonymous),
            selectable=bool(self.bulk_buttons),
            get_url=self.get_inspect_url,
            buttons=self.get_list_buttons,
        )

    @cached_property
    def bulk_buttons(self) -> list[ListingButton]:
        """What this editor may do with many contacts; Wagtail's own footer offers everything."""
        meta = Contact._meta
        actions = bulk_action_registry.get_bulk_actions_for_model(meta.app_label, meta.model_name)
        allowed = [
            action
            for action in sorted(actions, key=lambda action: action.action_priority)
            if not issubclass(action, ContactsAction) or action.is_allowed(self.request.user)
        ]
        return [bulk_button(action) for action in allowed]

    def get_list_more_buttons(self, instance: Contact) -> list[Any]:
        buttons = []
        if url := self.get_edit_url(instance):
            buttons.append(Button(gettext("Edit"), url=url, icon_name="edit", priority=10))
        if url := self.get_delete_url(instance):
            buttons.append(Button(gettext("Delete"), url=url, icon_name="bin", priority=30))
        return buttons

    @cached_property
    def show_export_buttons(self) -> bool:
        return bool(self.user_has_permission("export"))

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        return {
            **context,
            "choice": self.choice,
            "misunderstood": bool(self.filters and self.filters.form.errors),
            "count_label": context["paginator"].count_label,
            "horizon": self.found.horizon,
            "unsupported": self.found.unsupported,
            "scan_limit": listing.SCAN_LIMIT,
            "bulk_buttons": self.bulk_buttons,
            "settings_url": settings_url(self.request),
        }
