"""Ids that travel: tracking ids of devices, and the keys of events named by clients."""

from __future__ import annotations

import re
import secrets
import uuid
from hashlib import blake2b

TRACKING_ID_LENGTH = 23
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_TRACKING_ID = re.compile(r"[0-9a-z]{23}")


def new_tracking_id() -> str:
    """A fresh, unguessable id of 23 characters out of 0-9 and a-z."""
    return tracking_id_of(secrets.randbelow(36**TRACKING_ID_LENGTH))


def tracking_id_of(number: int) -> str:
    """A number as the tracking id that stands for it; only its last 23 digits count."""
    letters = []
    for _ in range(TRACKING_ID_LENGTH):
        number, rest = divmod(number, 36)
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def valid_tracking_id(value: str) -> bool:
    """Whether the value has the form of a tracking id."""
    return _TRACKING_ID.fullmatch(value) is not None


def text_key(text: str) -> uuid.UUID:
    """A key of one size for any text: the same for the same text, everywhere and for ever."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    # The bits of version 5 (a name's digest): MariaDB refuses what is not a proper UUID.
    return uuid.UUID(bytes=digest, version=5)


def event_key(tracking_id: str, event_id: str) -> uuid.UUID:
    """The key under which a client's event is stored.

    An event id counts for its own device only. So nobody can touch the page view of somebody else,
    and two clients that both count from 1 do not take each other's visits away.
    """
    return text_key(f"{tracking_id} {event_id}")
