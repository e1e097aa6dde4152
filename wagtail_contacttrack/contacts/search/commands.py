"""What the commands of a search mean: ``company_id:17``, ``tag:VIP``.

Rooms above `register` their own. A command that Mautic has and nobody has registered finds nobody
and is said to be unsupported; any other name before a colon is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from ...activity.models import Activity
from .. import resolving, tags
from ..models import CompanyMembership, Contact, ContactTag, Tag
from .matching import (
    ANYTHING,
    NOBODY,
    Beginning,
    is_anything,
    like,
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


# Gets the command with its value, without regard to whether it is negated, and the id of the user
# who asks, if there is one. None says that this value is not supported.
Meaning = Callable[[Term, "int | None"], Match | None]

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


def _is(term: Term, user_id: int | None) -> Match | None:
    word = term.text.lower()
    if word == "anonymous":
        return Match(Q(date_identified__isnull=True))
    if word == "unowned":
        return Match(Q(owner__isnull=True))
    if word == "mine" and user_id is not None:
        own = Contact.objects.filter(owner_id=user_id)
        return Match(Q(owner_id=user_id), own.values_list("pk", flat=True))
    return None


def _owner(term: Term, user_id: int | None) -> Match:
    """The users of this name, whatever model the project has for them."""
    if is_anything(term):
        return Match(Q(owner__isnull=False))
    model = get_user_model()
    names = [model.USERNAME_FIELD, "first_name", "last_name"]
    fields = {field.name for field in model._meta.get_fields()}
    columns = [F(name) for name in dict.fromkeys(names) if name in fields]
    named = model._default_manager.filter(like(columns, pattern_of(term)))
    users = list(named.values_list("pk", flat=True)[:IDS])
    owned = Contact.objects.filter(owner_id__in=users)
    return Match(Q(owner_id__in=users), owned.values_list("pk", flat=True))


def _ids(term: Term, user_id: int | None) -> Match:
    """Of whoever was merged into another contact, that one."""
    found = list(resolving.survivors(numbers_in(term.text)).values())
    rows = Contact.objects.filter(pk__in=found)
    return Match(Q(pk__in=found), rows.values_list("pk", flat=True))


def _name(term: Term, user_id: int | None) -> Match:
    whole = Concat(F("firstname"), Value(" "), F("lastname"))
    parts = [F("firstname"), F("lastname")]
    return Match(like(parts if is_anything(term) else [*parts, whole], pattern_of(term)))


def _email(term: Term, user_id: int | None) -> Match:
    if is_anything(term):
        return Match(~Q(email=""))
    condition = like([F("email")], pattern_of(term))
    beginning = term.text.partition("%")[0]
    if not beginning:
        return Match(condition)
    # Whoever has an address is known, and those are in the index.
    known = Contact.objects.filter(date_identified__isnull=False)
    rows = known.filter(Beginning(F("email"), Value(beginning)))
    return Match(condition, rows.values_list("pk", flat=True))


def _company(term: Term, user_id: int | None) -> Match:
    """The primary one, whose name stands in the contact's field."""
    return Match(like([F("company")], pattern_of(term)))


def _company_id(term: Term, user_id: int | None) -> Match:
    if is_anything(term):
        return Match(Q(pk__in=CompanyMembership.objects.values("contact_id")))
    members = CompanyMembership.objects.filter(company_id__in=numbers_in(term.text))
    return Match(
        Q(pk__in=members.values("contact_id")), members.values_list("contact_id", flat=True)
    )


def _tag(term: Term, user_id: int | None) -> Match:
    """Exactly this one: tags that differ in case are two."""
    if term.text == "*":
        return Match(Q(pk__in=ContactTag.objects.values("contact_id")))
    tag = Tag.objects.filter(digest=tags.digest(tags.cleaned_name(term.text)))
    number = tag.values_list("pk", flat=True).first()
    if number is None:
        return Match(NOBODY, Contact.objects.none().values_list("pk", flat=True))
    tagged = ContactTag.objects.filter(tag_id=number)
    return Match(Q(pk__in=tagged.values("contact_id")), tagged.values_list("contact_id", flat=True))


def _ip(term: Term, user_id: int | None) -> Match:
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
    "owner": _owner,
    "tag": _tag,
}.items():
    register(_command, _meaning)
