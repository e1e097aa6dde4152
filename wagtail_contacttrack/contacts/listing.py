"""The queries behind the list of contacts: who is shown, found, and in which order.

The list costs the same whether there are a thousand contacts or a million. Whoever asks for no
more than an index can answer gets all rows of it, by pages. Any other question looks at the
`SCAN_LIMIT` contacts that were active last, or last before a chosen day, and says so. Counting
stops at `COUNT_LIMIT`. Contacts that were merged into others are in no list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from . import linking, resolving, search
from .models import Contact, ContactQuerySet, ContactTag, Device, Presence

COUNT_LIMIT = 10_000
SCAN_LIMIT = 50_000
# How many words count in lists that are not of contacts.
WORDS = 10
# Where an index says that no more than these can match, all of them are looked at.
FEW = 1_000
DEFAULT_ORDER = "-last_active"

HIDDEN, SHOWN, ONLY = "", "shown", "only"

# What a list may be sorted by. The last column makes the order total.
ORDERS: dict[str, tuple[str, ...]] = {
    "last_active": ("presence__at", "presence__contact_id"),
    "id": ("pk",),
    "name": ("sort_name", "pk"),
    "email": ("email", "pk"),
    "points": ("points", "pk"),
}

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

Contacts = ContactQuerySet


@dataclass(frozen=True, slots=True)
class Choice:
    """Which contacts a reader wants to see; empty means all that are known.

    `text` is in the language of `search`.
    """

    anonymous: str = HIDDEN
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    device_types: tuple[str, ...] = ()
    country: str = ""
    tag: int | None = None
    # Whose contacts "mine" are.
    user_id: int | None = None

    def scans(self, by: str) -> bool:
        """Whether no index gives these contacts in this order, so that rows must be looked at."""
        dates = bool(self.since or self.until) and by.lstrip("-") != "last_active"
        return bool(self.text.strip() or self.device_types or self.country or self.tag or dates)


@dataclass(frozen=True, slots=True)
class Found:
    """The contacts of a choice, and the columns to sort them by.

    `horizon` is how far the look went back, if it had to stop. `unsupported` are commands in the
    text that find nobody, because they cannot be answered here.
    """

    rows: Contacts
    columns: tuple[str, ...]
    horizon: datetime | None = None
    unsupported: tuple[str, ...] = ()


def find(choice: Choice, by: str = DEFAULT_ORDER) -> Found:
    """The contacts to list, for the order `by`: a name out of `orders`, maybe with a "-".

    A text that is the id or the whole e-mail address of a contact finds just that one, however
    long ago it was active, and also if anonymous contacts are hidden; of somebody who was merged
    into another contact, it finds that one. Any other text is read as `search` says. Where an
    index says that few can match, all of them are looked at. Elsewhere 50 000 rows cost a second
    at worst on a small machine, and that is where the look stops.
    """
    columns = ORDERS[by.lstrip("-")]
    named = _named(choice.text)
    if named:
        return _found(_narrow(Contact.objects.filter(pk__in=named), choice), columns, by)
    if not choice.scans(by):
        return _found(
            _within(show(Contact.objects.all(), choice.anonymous, by), choice), columns, by
        )
    asked = search.compile(choice.text, user_id=choice.user_id)
    shown = _shown(choice, asked)
    few = _few(choice, asked)
    horizon = None
    if few is not None:
        rows = show(Contact.objects.filter(pk__in=few), shown, by)
    else:
        horizon = _horizon(choice, shown)
        rows = show(Contact.objects.all(), shown)
        if horizon is not None:
            rows = rows.filter(presence__at__gte=horizon)
        if columns == ("pk",):
            # Else a database may walk all ids in order, hoping to meet enough matches soon.
            rows, columns = rows.annotate(number=F("pk") + 0), ("number",)
    rows = _narrow(rows, choice).filter(asked.condition)
    return replace(_found(rows, columns, by, horizon), unsupported=asked.unsupported)


def _found(
    rows: Contacts, columns: tuple[str, ...], by: str, horizon: datetime | None = None
) -> Found:
    if columns[0].startswith("presence__"):
        # No column but those of the index: otherwise MariaDB reads all rows before the page.
        rows = rows.select_related("presence").defer("presence__epoch")
    else:
        # A query of its own: joined, PostgreSQL may walk both tables from their ends.
        rows = rows.prefetch_related("presence")
    sign = "-" if by.startswith("-") else ""
    return Found(rows, tuple(sign + column for column in columns), horizon)


def find_all(choice: Choice, size: int = 1_000) -> Iterator[Contact]:
    """Every contact of a choice, newest first, by short queries over ranges of ids.

    For exports: it looks at all rows there are, and holds `size` of them at a time.
    """
    asked = search.compile(choice.text, user_id=choice.user_id)
    everybody = show(Contact.objects.all(), _shown(choice, asked), "id")
    named = _named(choice.text)
    few = named or _few(choice, asked)
    if few is not None:
        everybody = (Contact.objects.all() if named else everybody).filter(pk__in=few)
    matching = everybody if named else everybody.filter(asked.condition)
    matching = _narrow(matching, choice).order_by("-pk").prefetch_related("presence")
    ids = list(everybody.order_by("-pk").values_list("pk", flat=True)[:size])
    while ids:
        yield from matching.filter(pk__range=(ids[-1], ids[0]))
        older = everybody.filter(pk__lt=ids[-1])
        ids = list(older.order_by("-pk").values_list("pk", flat=True)[:size])


def first(choice: Choice, limit: int) -> list[Contact]:
    """The contacts of a choice that were active last, as the list shows them, up to a limit."""
    found = find(choice)
    return list(found.rows.order_by(*found.columns)[:limit])


def show(queryset: Contacts, anonymous: str = HIDDEN, by: str = DEFAULT_ORDER) -> Contacts:
    """Leave anonymous contacts out, or show them as well, or only them.

    There are two equivalent marks of a known contact; `by` decides which of them lets the database
    walk an index in that order.
    """
    active = by.lstrip("-") == "last_active"
    if anonymous == SHOWN:
        # Every contact has a presence; said aloud, the join may start there.
        return (
            queryset.filter(presence__known__lt=Presence.MERGED) if active else queryset.current()
        )
    known = anonymous == HIDDEN
    if active:
        # A list of one, because SQLite does not walk an index for a bare boolean.
        return queryset.filter(presence__known__in=[int(known)])
    return queryset.current().filter(date_identified__isnull=not known)


def orders(anonymous: str = HIDDEN) -> list[str]:
    """The names out of `ORDERS` that are cheap for this choice of contacts."""
    if anonymous == HIDDEN:
        return list(ORDERS)
    return ["last_active", "id"] if anonymous == SHOWN else ["last_active"]


def countries() -> list[str]:
    """The countries of contacts that were active lately, for a choice; a few minutes old."""
    found = cache.get(COUNTRIES_KEY)
    if found is None:
        latest = Presence.objects.filter(known__lt=Presence.MERGED).order_by("-at", "-contact_id")
        found = sorted(set(latest.values_list("contact__country", flat=True)[:RECENT]) - {""})
        cache.set(COUNTRIES_KEY, found, COUNTRIES_SECONDS)
    return list(found)


def count_up_to(queryset: QuerySet, limit: int = COUNT_LIMIT) -> int:
    """How many there are; `limit` + 1 stands for "more", and nothing further is counted."""
    return queryset.order_by()[: limit + 1].count()


def number_in(text: str) -> int | None:
    """The id that somebody may mean by "17" or "#17"."""
    digits = text.strip().removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None


def _named(text: str) -> list[int]:
    """The ids of those whom the whole text names."""
    text = text.strip()
    number = number_in(text)
    if number is not None:
        return list(resolving.survivors([number]).values())
    return named_by_address(text)


def named_by_address(text: str) -> list[int]:
    """The ids of those whose e-mail address is or was this; none for any other text."""
    text = text.strip()
    if "@" not in text:
        return []
    named = Contact.objects.current().filter(
        date_identified__isnull=False, email__in={text, text.lower()}
    )
    found = list(named.values_list("pk", flat=True)[:100])
    # An address that somebody had before, or that came with a merge.
    owner = linking.owner_of("email", text)
    return found if owner is None or owner in found else [*found, owner]


def _few(choice: Choice, asked: search.Search) -> list[int] | None:
    """All contacts that the tag or the text can be about, or None if they are not few."""
    if choice.tag is not None:
        rows = ContactTag.objects.filter(tag_id=choice.tag)
        found = list(rows.values_list("contact_id", flat=True)[: FEW + 1])
        if len(found) <= FEW:
            return found
    return asked.few(FEW)


def _shown(choice: Choice, asked: search.Search) -> str:
    """Which contacts can be meant: the text may itself ask for anonymous ones."""
    if asked.asks_for_anonymous and choice.anonymous == HIDDEN:
        return SHOWN
    # Hardly any of the anonymous many has words to look for, and they are in the way of the others.
    return HIDDEN if asked.only_words and choice.anonymous == SHOWN else choice.anonymous


def _horizon(choice: Choice, shown: str) -> datetime | None:
    """When the contact with which a look stops was active, or None if it sees all."""
    presences = Presence.objects.order_by("-at", "-contact_id")
    if shown == SHOWN:
        presences = presences.filter(known__lt=Presence.MERGED)
    else:
        presences = presences.filter(known__in=[int(shown == HIDDEN)])
    if choice.since:
        presences = presences.filter(at__gte=choice.since)
    if choice.until:
        presences = presences.filter(at__lte=choice.until)
    return presences.values_list("at", flat=True)[SCAN_LIMIT - 1 : SCAN_LIMIT].first()


def _narrow(rows: Contacts, choice: Choice) -> Contacts:
    """Those who pass every filter; the text is not a filter."""
    rows = _within(rows, choice)
    if choice.country:
        rows = rows.filter(country=choice.country)
    if choice.tag is not None:
        tagged = ContactTag.objects.filter(contact_id=OuterRef("pk"), tag_id=choice.tag)
        rows = rows.filter(Exists(tagged))
    if choice.device_types:
        devices = Device.objects.filter(
            contact_id=OuterRef("pk"), agent__kind__in=choice.device_types
        )
        rows = rows.filter(Exists(devices))
    return rows


def _within(rows: Contacts, choice: Choice) -> Contacts:
    if choice.since:
        rows = rows.filter(presence__at__gte=choice.since)
    if choice.until:
        rows = rows.filter(presence__at__lte=choice.until)
    return rows
