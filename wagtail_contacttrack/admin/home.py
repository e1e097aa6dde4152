"""On Wagtail's home page: how many contacts are known, and the visitors of the last 30 days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from django import forms
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.components import Component

from ..contacts import listing
from ..contacts.models import Contact
from ..tracking.models import TrackingSettings
from ..tracking.traffic import Day, last_days
from .permissions import may_view_contacts

DAYS = 30
CACHE_SECONDS = 300
DAYS_KEY = "wagtail_contacttrack.home.days"
KNOWN_KEY = "wagtail_contacttrack.home.known"


def add_summary_item(request: HttpRequest, items: list[Any]) -> None:
    items.append(KnownContactsItem(request))


def add_panel(request: HttpRequest, panels: list[Any]) -> None:
    if may_view_contacts(request):
        panels.append(VisitorsPanel())


class KnownContactsItem(SummaryItem):
    """The number of known contacts, up to a limit, with a link to their list."""

    order = 400
    template_name = "wagtail_contacttrack/home/known_contacts.html"

    def is_shown(self) -> bool:
        return may_view_contacts(self.request)

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        number: Any = cache.get_or_set(KNOWN_KEY, _count_known, CACHE_SECONDS)
        limit = listing.COUNT_LIMIT
        return {"number": min(number, limit), "more": number > limit, "url": contacts_url()}


class VisitorsPanel(Component):
    """Visitors and page views by day; what it shows is a few minutes old at most."""

    name = "contacttrack_visitors"
    order = 150
    template_name = "wagtail_contacttrack/home/visitors.html"

    @property
    def media(self) -> forms.Media:
        return forms.Media(css={"all": ["wagtail_contacttrack/css/home.css"]})

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        days = recent_days()
        return {
            "days": days,
            "page_views": sum(day.page_views for day in days),
            "visitors": sum(day.visitors for day in days),
            "known": sum(day.known for day in days),
            "charts": [visitors_chart(days), page_views_chart(days)],
            "number_of_days": DAYS,
            "contacts_url": contacts_url(),
            "settings_url": settings_url(parent_context["request"]),
        }


def recent_days() -> list[Day]:
    """The last 30 days in the current time zone, out of Django's cache if possible."""
    zone = timezone.get_current_timezone()
    # As tuples: a shared cache may outlive this version of the class.
    found: Any = cache.get_or_set(
        f"{DAYS_KEY}.{zone}",
        lambda: [astuple(day) for day in last_days(DAYS, now=timezone.now(), zone=zone)],
        CACHE_SECONDS,
    )
    return [Day(*values) for values in found]


def contacts_url() -> str:
    return reverse("contacttrack_contacts:index")


def settings_url(request: HttpRequest) -> str:
    """Where the tracking settings are, for those who may open them."""
    if not TrackingSettings.get_permission_policy().user_has_permission(request.user, "change"):
        return ""
    options = TrackingSettings._meta
    return reverse("wagtailsettings:edit", args=[options.app_label, options.model_name])


def _count_known() -> int:
    return listing.count_up_to(listing.show(Contact.objects.all()))


# The charts: bars in a box of fixed height, as plain numbers for the template.

BAR, STEP, HEIGHT = 8, 10, 60


@dataclass(frozen=True, slots=True)
class Bar:
    """A day as one or two rectangles, and what it means in words."""

    x: str
    y: str
    height: str
    inner_y: str
    inner_height: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    id: str
    heading: str
    explanation: str
    box: str
    bars: list[Bar]
    legend: list[tuple[str, str]]


def visitors_chart(days: Sequence[Day]) -> Chart:
    return Chart(
        id="ct-visitors-chart",
        heading=gettext("Visitors by latest visit"),
        explanation=gettext("Every visitor counts once, on the day of the latest visit."),
        box=_box(days),
        bars=_bars([(day.visitors, day.known, _visitors_text(day)) for day in days]),
        legend=[("inner", gettext("Known contacts")), ("outer", gettext("Anonymous visitors"))],
    )


def page_views_chart(days: Sequence[Day]) -> Chart:
    return Chart(
        id="ct-page-views-chart",
        heading=gettext("Page views"),
        explanation=gettext("All page views that were recorded on a day."),
        box=_box(days),
        bars=_bars([(day.page_views, day.page_views, _page_views_text(day)) for day in days]),
        legend=[],
    )


def _box(days: Sequence[Day]) -> str:
    return f"0 0 {len(days) * STEP} {HEIGHT}"


def _bars(values: Sequence[tuple[int, int, str]]) -> list[Bar]:
    """Bars whose highest fills the box; whatever is there at all stays visible."""
    most = max((outer for outer, _, _ in values), default=0)
    bars = []
    for number, (outer, inner, text) in enumerate(values):
        height, inner_height = _height(outer, most), _height(inner, most)
        bars.append(
            Bar(
                x=str(number * STEP + (STEP - BAR) // 2),
                y=f"{HEIGHT - height:.1f}",
                height=f"{height:.1f}",
                inner_y=f"{HEIGHT - inner_height:.1f}",
                inner_height=f"{inner_height:.1f}",
                text=text,
            )
        )
    return bars


def _height(value: int, most: int) -> float:
    return max(1.0, value / most * HEIGHT) if value else 0.0


def _visitors_text(day: Day) -> str:
    visitors = ngettext("%(count)s visitor", "%(count)s visitors", day.visitors)
    return gettext("%(date)s: %(visitors)s, %(known)s known") % {
        "date": _date(day),
        "visitors": visitors % {"count": day.visitors},
        "known": day.known,
    }


def _page_views_text(day: Day) -> str:
    views = ngettext("%(count)s page view", "%(count)s page views", day.page_views)
    return f"{_date(day)}: {views % {'count': day.page_views}}"


def _date(day: Day) -> str:
    return capfirst(date_format(day.date, "MONTH_DAY_FORMAT"))
