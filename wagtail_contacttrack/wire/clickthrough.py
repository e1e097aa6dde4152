"""The parameter `ct` as Mautic writes it: whom a link was sent to, in which message. Unsigned."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .packed import unpack
from .params import Intake, Param, first_text

MAX_ID = 2**63 - 1

_NUMBER = re.compile(r"[0-9]{1,19}")
# Hashes of messages: letters and digits, of whatever length their writer has chosen.
_HASH = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANNEL = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,31}")


@dataclass(frozen=True, slots=True)
class Clickthrough:
    """What a link says about its recipient; None and "" stand for what it does not say.

    `message` is the hash of the one message that the link stood in, `signed` whether this site has
    signed all of it.
    """

    contact_id: int | None = None
    message: str = ""
    channel: str = ""
    email_id: int | None = None
    source: str = ""
    source_id: int | None = None
    signed: bool = False


def read_clickthrough(value: str | dict[str, Param]) -> Clickthrough | None:
    """What a `ct` says, or None if that is nothing, or cannot be read. Never raises."""
    found = unpack(value, Intake())
    if not found:
        return None
    source, source_id = _channel(found.get("source"))
    channel, channel_id = _channel(found.get("channel"))
    message = first_text(found.get("stat"))
    read = Clickthrough(
        contact_id=_number(found.get("lead")),
        message=message if _HASH.fullmatch(message) else "",
        channel=channel,
        email_id=_number(found.get("email")) or (channel_id if channel == "email" else None),
        source=source,
        source_id=source_id,
    )
    return read if read != Clickthrough() else None


def _number(value: Param | None) -> int | None:
    text = first_text(value)
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if 0 < number <= MAX_ID else None


def _channel(value: Param | None) -> tuple[str, int | None]:
    """A channel and the id within it: a pair, or one item by name, or both forms in one array."""
    if isinstance(value, dict):
        named = [(name, item) for name, item in value.items() if not name.isdecimal()]
        name, number = named[0] if named else (first_text(value.get("0")), value.get("1"))
    elif isinstance(value, list):
        name, number = first_text(value[:1]), value[1] if len(value) > 1 else None
    else:
        name, number = value or "", None
    return (name, _number(number)) if _CHANNEL.fullmatch(name) else ("", None)
