"""List, make, change and delete webhooks, and see what was delivered."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.ui.tables import BaseColumn, Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.widgets.button import Button

from ...outbound.webhooks import delivery, queue
from ...outbound.webhooks.models import Webhook, WebhookEvent
from ..checked import GoneMixin, PermissionFirstMixin
from ..named import SuccessMixin, number
from . import outcomes

# As in the menu.
TITLE = _("Webhooks")
# On the page of what was delivered.
SHOWN = 100


class TrailMixin:
    """The list is called in breadcrumbs what the menu calls it."""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = list(super().get_breadcrumbs_items())  # type: ignore[misc]
        index = reverse("contacttrack_webhooks:index")
        return [{**item, "label": TITLE} if item.get("url") == index else item for item in items]


class OneWebhookMixin(TrailMixin, GoneMixin, PermissionFirstMixin):
    """What the views of one webhook have in common."""


class LastColumn(Column):
    """When something was sent last, and what became of it."""

    cell_template_name = "wagtail_contacttrack/webhooks/last.html"

    def get_value(self, instance: Any) -> Any:
        return instance.last and Shown(instance.last)


class Shown:
    """One event as a page shows it."""

    def __init__(self, event: WebhookEvent) -> None:
        self.event = event
        self.name = outcomes.name(event)
        self.state = outcomes.state(event)
        self.state_text = outcomes.state_text(event)
        self.sentence = outcomes.sentence(event)
        self.is_test = event.trigger == queue.TEST


class WebhookIndexView(generic.IndexView):
    """All webhooks, with what was sent last and how much waits."""

    page_title = TITLE
    template_name = "wagtail_contacttrack/webhooks/index.html"
    results_template_name = "wagtail_contacttrack/webhooks/results.html"
    any_permission_required = ("view",)
    default_ordering = ("name", "pk")
    search_fields = ("name", "url")
    is_searchable = True

    def get_base_queryset(self) -> Any:
        events = WebhookEvent.objects.filter(webhook=OuterRef("pk")).order_by()
        waiting = events.filter(next_try__isnull=False).values("webhook")
        tried = events.filter(attempts__gt=0).order_by("-id")
        return Webhook.objects.annotate(
            waiting=Coalesce(
                Subquery(waiting.annotate(n=Count("pk")).values("n")),
                0,
                output_field=IntegerField(),
            ),
            last_id=Subquery(tried.values("pk")[:1]),
        )

    @cached_property
    def columns(self) -> list[BaseColumn]:
        title = self._get_title_column_class(TitleColumn)
        return [
            title("name", label=_("Name"), get_url=self.get_title_url),
            Column("url", label=_("Address"), classname="ct-address ct-secondary"),
            Column("in_use", label=_("In use"), accessor=_in_use),
            LastColumn("last", label=_("Last delivery")),
            Column(
                "waiting",
                label=_("Waiting"),
                accessor=lambda row: number(row.waiting),
                classname="ct-number",
            ),
        ]

    def get_title_url(self, row: Webhook) -> str | None:
        deliveries = reverse("contacttrack_webhooks:deliveries", args=[row.pk])
        return self.get_edit_url(row) or deliveries

    def get_list_more_buttons(self, instance: Webhook) -> list[Any]:
        url = reverse("contacttrack_webhooks:deliveries", args=[instance.pk])
        button = Button(gettext("Deliveries"), url=url, icon_name="history", priority=5)
        return [button, *super().get_list_more_buttons(instance)]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        rows = list(context["object_list"])
        found = WebhookEvent.objects.in_bulk([row.last_id for row in rows if row.last_id])
        for row in rows:
            row.last = found.get(row.last_id)
        return context


def _in_use(row: Webhook) -> str:
    return gettext("Yes") if row.is_published else gettext("No")


class WebhookAddView(SuccessMixin, TrailMixin, generic.CreateView):
    """A webhook made by hand."""

    template_name = "wagtail_contacttrack/webhooks/create.html"


class WebhookEditView(SuccessMixin, OneWebhookMixin, generic.EditView):
    """Where it leads and what is sent."""

    template_name = "wagtail_contacttrack/webhooks/edit.html"

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if self.user_has_permission("view"):
            url = reverse("contacttrack_webhooks:deliveries", args=[self.object.pk])
            buttons.append(Button(gettext("Deliveries"), url=url, icon_name="history", priority=5))
        return buttons


class WebhookDeleteView(SuccessMixin, OneWebhookMixin, generic.DeleteView):
    """Asks once, saying what will not be sent."""

    @property
    def confirmation_message(self) -> str:
        waiting = queue.waiting(self.object).count()
        if not waiting:
            return gettext("Delete this webhook? Nothing waits to be sent.")
        return ngettext(
            "Delete this webhook? %(count)s event waits and will not be sent.",
            "Delete this webhook? %(count)s events wait and will not be sent.",
            waiting,
        ) % {"count": number(waiting)}


class WebhookHistoryView(PermissionFirstMixin, HistoryView):
    """Who changed what about a webhook."""

    any_permission_required = ("view",)


class DeliveriesView(OneWebhookMixin, BaseObjectMixin, WagtailAdminTemplateMixin, TemplateView):
    """What was sent lately and what became of it."""

    template_name = "wagtail_contacttrack/webhooks/deliveries.html"
    page_title = _("Deliveries")
    header_icon = "history"
    index_url_name = ""
    any_permission_required = ("view",)

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": TITLE}
        last = {"url": "", "label": self.page_title, "sublabel": str(self.object)}
        return [*self.breadcrumbs_items, index, last]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = WebhookEvent.objects.filter(webhook=self.object).order_by("-id")[: SHOWN + 1]
        may_change = self.user_has_permission("change")
        return {
            **super().get_context_data(**kwargs),
            "webhook": self.object,
            "events": [Shown(row) for row in rows[:SHOWN]],
            "more": len(rows) > SHOWN,
            "shown": SHOWN,
            "waiting": number(queue.waiting(self.object).count()),
            "undelivered": queue.undelivered(self.object).exists(),
            "may_change": may_change,
            "edit_url": reverse("contacttrack_webhooks:edit", args=[self.object.pk])
            if may_change
            else "",
            "test_url": reverse("contacttrack_webhooks:test", args=[self.object.pk]),
            "again_url": reverse("contacttrack_webhooks:again", args=[self.object.pk]),
            "days": queue.DELIVERED_DAYS,
        }


class WebhookActionView(OneWebhookMixin, BaseObjectMixin, View):
    """Something to do about a webhook, after which its deliveries are shown."""

    http_method_names = ("post",)
    index_url_name = ""
    any_permission_required = ("change",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.act(request)
        if self.user_has_permission("view"):
            return redirect("contacttrack_webhooks:deliveries", self.object.pk)
        return redirect("contacttrack_webhooks:edit", self.object.pk)

    def act(self, request: HttpRequest) -> None:
        raise NotImplementedError


class SendTestView(WebhookActionView):
    """Send something harmless at once, and say what became of it."""

    def act(self, request: HttpRequest) -> None:
        event = delivery.send_test(self.object, now=timezone.now())
        if event.delivered_at is not None:
            messages.success(request, gettext("The test has arrived."))
        else:
            text = gettext("The test was not delivered. %(reason)s")
            messages.error(request, text % {"reason": outcomes.sentence(event)})


class TryAgainView(WebhookActionView):
    """Have what was not delivered tried again: one event, or all."""

    def act(self, request: HttpRequest) -> None:
        sent = request.POST.get("event", "")
        if sent and not (sent.isascii() and sent.isdecimal() and len(sent) < 19):
            return
        event_id = int(sent) if sent else None
        count = queue.try_again(self.object, now=timezone.now(), event_id=event_id)
        messages.success(
            request,
            ngettext(
                "%(count)s event will be sent again in a moment.",
                "%(count)s events will be sent again in a moment.",
                count,
            )
            % {"count": number(count)},
        )
