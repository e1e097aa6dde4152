"""The queries behind contact lists: who is shown, found, and in which order.

Every order offered here walks an index, and counting stops at a limit, so that a list costs the
same whether there are a thousand contacts or a million.
"""

from __future__ import annotations

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Contact, Device, Presence, UserAgent

COUNT_LIMIT = 10_000
DEFAULT_ORDER = "-last_active"

HIDDEN, SHOWN, ONLY = "", "shown", "only"

# What a list may be sorted by. The last column makes the order total.
ORDERS: dict[str, tuple[str, ...]] = {
    "last_active": ("presence__at", "presence__contact_id"),
    "id": ("pk",),
    "name": ("lastname", "firstname", "pk"),
    "email": ("email", "pk"),
    "points": ("points", "pk"),
}
# These are indexed for known contacts only; anonymous ones have neither name nor e-mail.
KNOWN_ORDERS = frozenset({"name", "email", "points"})

DEVICE_TYPES = [
    ("desktop", _("Computer")),
    ("mobile", _("Phone")),
    ("tablet", _("Tablet")),
    ("app", _("App")),
    ("other", _("Other")),
]

RECENT = 2_000
COUNTRIES_KEY = "wagtail_contacttrack.countries"
COUNTRIES_SECONDS = 300

Contacts = QuerySet[Contact]


def show(queryset: Contacts, anonymous: str = HIDDEN, order: str = "") -> Contacts:
    """Leave anonymous contacts out, or show them as well, or only them.

    `order` is the order that the list will have: it decides which of the two equivalent marks of a
    known contact lets the database walk an index.
    """
    if anonymous == SHOWN:
        return queryset
    if anonymous == ONLY:
        return queryset.filter(presence__known=False)
    if order.lstrip("-") in KNOWN_ORDERS:
        return queryset.filter(date_identified__isnull=False)
    return queryset.filter(presence__known=True)


def order(queryset: Contacts, by: str) -> Contacts:
    """Sort by a name out of `ORDERS`, with "-" in front for descending."""
    sign = "-" if by.startswith("-") else ""
    return queryset.order_by(*(sign + column for column in ORDERS[by.lstrip("-")]))


def orders(anonymous: str = HIDDEN) -> list[str]:
    """The names out of `ORDERS` that are cheap for this choice of contacts."""
    return [name for name in ORDERS if anonymous == HIDDEN or name not in KNOWN_ORDERS]


def search(queryset: Contacts, text: str) -> Contacts:
    """Contacts whose id is `text`, or whose name, e-mail or company contain all of its words.

    Only known contacts have words to search in.
    """
    words = text.split()
    if not words:
        return queryset
    found = Q(date_identified__isnull=False)
    for word in words:
        found &= (
            Q(email__icontains=word)
            | Q(lastname__icontains=word)
            | Q(firstname__icontains=word)
            | Q(company__icontains=word)
        )
    number = words[0].removeprefix("#")
    if len(words) == 1 and number.isdecimal() and len(number) < 19:
        found |= Q(pk=int(number))
    return queryset.filter(found)


def with_device_type(queryset: Contacts, kinds: list[str]) -> Contacts:
    """Contacts that use at least one device of these types."""
    agents = UserAgent.objects.filter(kind__in=kinds)
    return queryset.filter(pk__in=Device.objects.filter(agent__in=agents).values("contact_id"))


def countries() -> list[str]:
    """The countries of contacts that were active lately, for a choice; a few minutes old."""
    found = cache.get(COUNTRIES_KEY)
    if found is None:
        latest = Presence.objects.order_by("-at").values_list("contact__country", flat=True)
        found = sorted(set(latest[:RECENT]) - {""})
        cache.set(COUNTRIES_KEY, found, COUNTRIES_SECONDS)
    return list(found)


def count_up_to(queryset: QuerySet, limit: int = COUNT_LIMIT) -> int:
    """How many there are; `limit` + 1 stands for "more", and nothing further is counted."""
    return queryset.order_by()[: limit + 1].count()
