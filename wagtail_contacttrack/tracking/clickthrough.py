"""Click tokens: the value of `ct` in links of this site, signed and short-lived.

A token says to whom a link was sent, and nothing that its reader did not know: contact, message and
time are readable, the signature makes them true. It is only letters, digits, dots, hyphens and
underscores, so it needs no encoding in an address.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer

from ..conf import conf
from ..wire.clickthrough import MAX_ID, Clickthrough, read_clickthrough
from ..wire.params import Param

SALT = "wagtail_contacttrack.clickthrough"

# Why a `ct` says nothing that counts.
FORGED = "ct_forged"
EXPIRED = "ct_expired"
UNSIGNED = "ct_unsigned"
UNDECODABLE = "ct_undecodable"

# The clocks of two servers may differ by a moment.
_AHEAD = timedelta(minutes=1)
_LOOKS_SIGNED = re.compile(r"\s*[0-9]+\.")
_SIGNED = re.compile(r"([0-9]{1,19})\.([0-9]{1,12})\.([A-Za-z0-9_-]{0,64})")


def sign(contact_id: int, *, message: str = "", now: datetime) -> str:
    """A token for links to one contact; `message` is the hash of the message that they stand in."""
    return _signer().sign(f"{contact_id}.{int(now.timestamp())}.{message}")


def read(
    value: str | dict[str, Param], *, now: datetime, unsigned_allowed: bool
) -> tuple[Clickthrough | None, str]:
    """What a `ct` says, and why it does not count where that is None. Never raises.

    The second is "" for a good token and for none at all. The unsigned form of other systems counts
    only if allowed: anybody can write one.
    """
    if not value:
        return None, ""
    if isinstance(value, str) and _LOOKS_SIGNED.match(value):
        return _read_signed(value.strip(), now)
    found = read_clickthrough(value)
    if found is None:
        return None, UNDECODABLE
    return (found, "") if unsigned_allowed else (None, UNSIGNED)


def _read_signed(value: str, now: datetime) -> tuple[Clickthrough | None, str]:
    if not value.isascii():
        return None, FORGED
    try:
        parts = _SIGNED.fullmatch(_signer().unsign(value))
    except BadSignature:
        return None, FORGED
    if parts is None or int(parts.group(1)) > MAX_ID:
        return None, FORGED
    age = now.timestamp() - int(parts.group(2))
    if age > conf.CLICKTHROUGH_MAX_AGE:
        return None, EXPIRED
    if age < -_AHEAD.total_seconds():
        return None, FORGED
    message = parts.group(3)
    channel = "email" if message else ""
    return Clickthrough(int(parts.group(1)), message, channel, signed=True), ""


def _signer() -> Signer:
    return Signer(sep=".", salt=SALT)
