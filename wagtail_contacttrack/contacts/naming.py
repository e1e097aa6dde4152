"""The queries behind lists of things that have a name: tags and companies.

As the list of contacts, they cost the same however many rows there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet, Value
from django.db.models.functions import Lower

from . import listing
from .fieldset import COMPANY_NAME
from .identifiers import digest
from .models import Company, Tag
from .tags import digest as tag_digest


@dataclass(frozen=True, slots=True)
class Named:
    """The rows to list, and the columns to sort them by; `limited` says that only the
    `listing.SCAN_LIMIT` newest were looked at."""

    rows: QuerySet[Any]
    columns: tuple[str, ...]
    limited: bool = False


def find(model: type[Tag | Company], text: str = "", *, backwards: bool = False) -> Named:
    """Those whose name holds all words of the text, by name.

    No index helps to find words. Among very many rows only the newest are looked at, unless the
    text is the whole name of one.
    """
    words = text.split()[: listing.WORDS]
    sign = "-" if backwards else ""
    rows: QuerySet[Any] = model._default_manager.all()
    columns = (f"{sign}name", f"{sign}pk")
    if not words:
        return Named(rows, columns)
    oldest = _oldest(model)
    if oldest is None:
        return Named(_containing(rows, words), columns)
    exact = rows.filter(pk__in=list(_exact(model, text)))
    if exact:
        return Named(exact, columns)
    return Named(_containing(rows.filter(pk__gte=oldest), words), ("-pk",), limited=True)


def first_names(model: type[Tag | Company], limit: int) -> list[str]:
    """Some names to choose from, in their order."""
    rows = model._default_manager.order_by("name", "pk")
    return list(rows.values_list("name", flat=True)[:limit])


def _oldest(model: type[Model]) -> int | None:
    """The id with which a look stops, or None if it sees all."""
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True)
    return newest[listing.SCAN_LIMIT - 1 : listing.SCAN_LIMIT].first()


def _exact(model: type[Tag | Company], text: str) -> QuerySet[Any, int]:
    text = text.strip()
    rows: QuerySet[Any] = model._default_manager.all()
    if model is Tag:
        rows = rows.filter(digest=tag_digest(text))
    else:
        rows = rows.filter(identifiers__digest=digest(COMPANY_NAME, text))
    return rows.values_list("pk", flat=True)


def _containing(rows: QuerySet[Any], words: list[str]) -> QuerySet[Any]:
    rows = rows.annotate(lower_name=Lower("name"))
    for word in words:
        # The database itself folds the case of both sides, as far as it can.
        rows = rows.filter(lower_name__contains=Lower(Value(word)))
    return rows
