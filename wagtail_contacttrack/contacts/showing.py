"""Values of fields as people read them, in the reader's language and time zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from . import geography, values
from .fieldset import Field
from .models import FieldType as T

_WEB = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+([/?#:]\S*)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """One value: what it says, where it leads ("" for nowhere), and what there is to say about it.

    `text` is escaped by templates, except for formatted text, which is free of scripts.
    """

    text: str
    url: str = ""
    note: str = ""


def show(field: Field, value: Any) -> list[Shown]:
    """What a stored value says; several for a list, none for a blank. Takes whatever is stored."""
    items = value if isinstance(value, list) else [value]
    return [_shown(field, item) for item in items if item is not None and str(item).strip()]


def _shown(field: Field, value: Any) -> Shown:
    if field.type in (T.SELECT, T.MULTISELECT):
        return _option(field, str(value))
    if field.type == T.EMAIL and "@" in str(value):
        return Shown(str(value), f"mailto:{quote(str(value), safe='@')}")
    if field.type == T.URL:
        return Shown(str(value), web_address(str(value)))
    with suppress(ValueError, TypeError):
        return Shown(_text(field, value))
    # What was stored while the field was of another type.
    return Shown(str(value))


def web_address(text: str) -> str:
    """Where a click on it may lead: an address on the web, or ""."""
    if _WEB.fullmatch(text):
        return text
    return f"https://{text}" if _HOST.fullmatch(text) else ""


def _option(field: Field, value: str) -> Shown:
    labels = dict(field.options)
    if value not in labels:
        return Shown(value, note=gettext("no longer one of the options"))
    return Shown(gettext(labels[value]) if field.installed and labels[value] else labels[value])


def _text(field: Field, value: Any) -> str:
    if field.type == T.BOOLEAN and isinstance(value, bool):
        yes, no = values.boolean_labels(field)
        return yes if value else no
    if field.type == T.NUMBER and isinstance(value, int | float):
        scale = int(field.properties.get("scale") or 0)
        return str(number_format(value, decimal_pos=scale, force_grouping=True))
    if field.type == T.HTML:
        import nh3

        return mark_safe(nh3.clean(str(value)))  # noqa: S308
    return _READERS[field.type](str(value)) if field.type in _READERS else str(value)


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if timezone.is_naive(moment):
        raise ValueError(text)
    return str(date_format(timezone.localtime(moment), "DATETIME_FORMAT"))


_READERS: dict[str, Callable[[str], str]] = {
    T.DATE: lambda text: str(date_format(date.fromisoformat(text), "DATE_FORMAT")),
    T.DATETIME: _moment,
    T.TIME: lambda text: str(time_format(time.fromisoformat(text), "TIME_FORMAT")),
    T.COUNTRY: geography.country_title,
    T.LOCALE: geography.locale_title,
}
