"""What the commands of a search mean: ``company_id:17``, ``tag:VIP``.

Rooms above `register` their own. A command that Mautic has and nobody has registered finds nobody
and is said to be unsupported; any other name before a colon is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from ...activity.models import Activity
from .. import resolving, tags
from ..identifiers import digest
from ..models import CompanyMembership, Contact, ContactTag, Identifier, Tag
from .matching import (
    ANYTHING,
    EVERYBODY,
    NOBODY,
    is_anything,
    like,
    like_folded,
    pattern_of,
)
from .syntax import Term

# What Mautic knows as commands. Without a registered meaning they are not text either.
MAUTIC = frozenset(
    {
        "category", "common", "company", "company_id", "email", "email_pending", "email_queued",
        "email_read", "email_sent", "ids", "import_action", "import_id", "ip", "is", "lang",
        "mobile_sent", "name", "owner", "page_id", "page_source", "page_source_id", "segment",
        "sms_sent", "stage", "tag", "web_sent",
    }
)  # fmt: skip
LARGEST_ID = 2**63 - 1
# So many ids may stand in one list, and so many of the latest activities are looked through for
# an address: the ledger has no index on it.
IDS = 1_000
ACTIVITIES = 200_000

_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Match:
    """Which contacts a command finds.

    `among`, if there is one, gives the ids of all whom it can find, maybe of some more, and an
    index answers it.
    """

    condition: Q
    among: QuerySet[Any, int] | None = None


# Gets the command with its value, without regard to whether it is negated. None says that this
# value is not supported.
Meaning = Callable[[Term], Match | None]

_meanings: dict[str, Meaning] = {}


def register(command: str, meaning: Meaning) -> None:
    """Let a command mean this, instead of what it may have meant before."""
    _meanings[command] = meaning


def meaning_of(command: str) -> Meaning | None:
    """What was registered for a command."""
    return _meanings.get(command)


def numbers_in(text: str) -> list[int]:
    """The ids in a list such as "1,2"; what cannot be one is left out."""
    parts = (part.strip() for part in text.split(",")[:IDS])
    numbers = (int(part) for part in parts if _NUMBER.fullmatch(part))
    return list(dict.fromkeys(number for number in numbers if number <= LARGEST_ID))


def _is(term: Term) -> Match | None:
    """Contacts have no owner yet: all of them are unowned, and nobody's are mine."""
    word = term.text.lower()
    if word == "anonymous":
        return Match(Q(date_identified__isnull=True))
    return Match(EVERYBODY) if word == "unowned" else None


def _ids(term: Term) -> Match:
    """Of whoever was merged into another contact, that one."""
    found = list(resolving.survivors(numbers_in(term.text)).values())
    rows = Contact.objects.filter(pk__in=found)
    return Match(Q(pk__in=found), rows.values_list("pk", flat=True))


def _name(term: Term) -> Match:
    whole = Concat(F("firstname"), Value(" "), F("lastname"))
    parts = [F("firstname"), F("lastname")]
    return Match(like(parts if is_anything(term) else [*parts, whole], pattern_of(term)))


def _email(term: Term) -> Match:
    if is_anything(term):
        return Match(~Q(email=""))
    pattern = pattern_of(term)
    if " " in pattern:
        return Match(like([F("email")], pattern))
    # The folded text begins with the address and a space.
    condition = like_folded("search_text", pattern + (" %" if term.exact else ""))
    if "%" in term.text or not (term.exact or "@" in term.text.strip("@")):
        return Match(condition)
    return Match(condition, _by_address(term.text) if term.exact else None)


def _by_address(address: str) -> QuerySet[Any, int]:
    """Who has this address, in the case in which it is written, or as an identifier."""
    named = Identifier.objects.filter(digest=digest("email", address)).values("contact_id")
    spelt = Contact.objects.current().filter(
        date_identified__isnull=False, email__in={address, address.lower()}
    )
    return spelt.values_list("pk", flat=True).union(named.values_list("contact_id", flat=True))


def _company(term: Term) -> Match:
    """The primary one, whose name stands in the contact's field."""
    return Match(like([F("company")], pattern_of(term)))


def _company_id(term: Term) -> Match:
    if is_anything(term):
        return Match(Q(pk__in=CompanyMembership.objects.values("contact_id")))
    members = CompanyMembership.objects.filter(company_id__in=numbers_in(term.text))
    return Match(
        Q(pk__in=members.values("contact_id")), members.values_list("contact_id", flat=True)
    )


def _tag(term: Term) -> Match:
    """Exactly this one: tags that differ in case are two."""
    if term.text == "*":
        return Match(Q(pk__in=ContactTag.objects.values("contact_id")))
    tag = Tag.objects.filter(digest=tags.digest(tags.cleaned_name(term.text)))
    number = tag.values_list("pk", flat=True).first()
    if number is None:
        return Match(NOBODY, Contact.objects.none().values_list("pk", flat=True))
    tagged = ContactTag.objects.filter(tag_id=number)
    return Match(Q(pk__in=tagged.values("contact_id")), tagged.values_list("contact_id", flat=True))


def _ip(term: Term) -> Match:
    latest = Activity.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = Activity.objects.filter(pk__gt=latest - ACTIVITIES)
    pattern = pattern_of(term)
    rows = (
        rows.exclude(address="")
        if pattern == ANYTHING
        else rows.filter(like([F("address")], pattern))
    )
    return Match(Q(pk__in=rows.values("contact_id")))


for _command, _meaning in {
    "company": _company,
    "company_id": _company_id,
    "email": _email,
    "ids": _ids,
    "ip": _ip,
    "is": _is,
    "name": _name,
    "tag": _tag,
}.items():
    register(_command, _meaning)
