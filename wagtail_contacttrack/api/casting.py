"""Values of conditions, by the type of the column that they are compared with."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from ..contacts.values import FALSE, TRUE
from .errors import Invalid

TEXT, INTEGER, NUMBER, BOOLEAN = "text", "integer", "number", "boolean"
DATE, DATETIME = "date", "datetime"

LENGTH = 1_000
LARGEST = 2**63 - 1

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}(\.0{1,8})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})", re.ASCII)
# A "+" in an address is often meant for itself, and arrives as a space.
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


def cast(type: str, value: Any) -> Any:
    """A value in the type of a column. Raises `Invalid`."""
    if type == BOOLEAN and isinstance(value, bool):
        return value
    text = plain(value).strip() if type != TEXT else plain(value)
    found = _CASTS[type](text)
    if found is None:
        problem = _("“%(value)s” is not a value of this column.") % {"value": text[:50]}
        raise Invalid({"where": [problem]})
    return found


def _integer(text: str) -> int | None:
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text.partition(".")[0])
    return number if abs(number) <= LARGEST else None


def _number(text: str) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _boolean(text: str) -> bool | None:
    word = text.lower()
    return True if word in TRUE else False if word in FALSE else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text[:10])
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(_LOST_PLUS.sub("+", text) if "T" in text else text)
        if found is None:
            day = parse_date(text)
            found = datetime.combine(day, time()) if day else None
        if found is None:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_CASTS: dict[str, Callable[[str], Any]] = {
    TEXT: lambda text: text,
    INTEGER: _integer,
    NUMBER: _number,
    BOOLEAN: _boolean,
    DATE: _day,
    DATETIME: _moment,
}


def written(value: Any) -> str:
    """A value as it stands in an object, as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def plain(value: Any) -> str:
    """A single value as text."""
    if isinstance(value, list | tuple | Mapping):
        raise Invalid({"where": [_("This comparison takes one value, not a list.")]})
    if isinstance(value, bool):
        return "1" if value else "0"
    text = "" if value is None else str(value)
    if len(text) > LENGTH:
        problem = _("A value is longer than %(limit)s letters.") % {"limit": LENGTH}
        raise Invalid({"where": [problem]})
    return text.replace("\0", "")
