"""Days, times and moments out of what people and programs write."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

LONGEST = 64
# Two different ones: what differs between the results was not written.
_GAPS = (datetime(2000, 1, 1), datetime(2004, 2, 2))
_ZERO = re.compile(r"[0/\-\s:.]*")
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def day(text: str) -> date | None:
    """The day that the text names, of a moment its own day; 05/01/2024 is the first of May."""
    found = _parsed(text)
    return found.date() if found else None


def moment(text: str) -> datetime | None:
    """The moment in UTC, to the minute; without a zone it is UTC, without a time midnight."""
    found = _parsed(text)
    if found is None:
        return None
    try:
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None
    return found.replace(second=0, microsecond=0)


def clock(text: str) -> time | None:
    """The time of day that the text names."""
    if ":" not in text and not re.search(r"\d\s*[ap]\.?m", text, re.IGNORECASE):
        return None
    readings = _readings(text)
    return readings[0].time().replace(microsecond=0) if readings else None


def _parsed(text: str) -> datetime | None:
    if _ZERO.fullmatch(text) or text.startswith("0000"):
        return None
    readings = _readings(text)
    if len(readings) != 2 or readings[0] != readings[1]:
        return None
    return readings[0]


def _readings(text: str) -> list[datetime]:
    """How the text reads, with either of the gaps filling what is missing; none if it cannot."""
    # A day in full needs none of the guessing below, and guessing is slow.
    if len(text) > LONGEST or not any(map(str.isdecimal, text)) or not text.isascii():
        return []
    if (iso := _ISO_DAY.fullmatch(text)) is not None:
        try:
            return [datetime(*map(int, iso.groups()))] * 2  # type: ignore[arg-type]
        except ValueError:
            return []
    from dateutil.parser import parse

    try:
        return [parse(text, default=gap, tzinfos=_zone) for gap in _GAPS]
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return []


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    """The zone as it is written; one told by a name only, but for UTC, could be several."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name in (None, "UTC", "GMT", "Z", "z"):
        return UTC if name else None
    raise ValueError(name)
