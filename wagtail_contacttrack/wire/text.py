"""Text that every supported database can store, no longer than promised."""

from __future__ import annotations

import re
from contextlib import suppress

# PostgreSQL refuses NUL in text, no database takes a lone surrogate, and the other control
# characters only serve to disturb terminals and exports.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
# Embeddings, overrides and isolates. They come unseen with what is pasted, too.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def storable(text: str) -> str:
    """The text without lone surrogates and control characters; tab and newline stay."""
    if text.isprintable():
        return text
    return _UNSTORABLE.sub("", text)


def readable(text: str) -> str:
    """The storable text, without the marks that turn round how whatever follows is read.

    Somebody's name is shown within sentences and lists; it must not reach beyond itself. Scripts
    that are read from the right do without these marks.
    """
    text = storable(text)
    return text if text.isascii() else _TURNING.sub("", text)


def storable_bytes(raw: bytes) -> str:
    """Bytes as storable text: UTF-8, with U+FFFD where it is not."""
    return storable(raw.decode("utf-8", "replace"))


def header_text(value: str) -> str:
    """A header as storable text.

    Servers hand headers over as Latin-1, while clients that put more than ASCII into them mean
    UTF-8.
    """
    if not value.isascii():
        with suppress(UnicodeError):
            value = value.encode("latin-1").decode("utf-8")
    return storable(value)


def cut(text: str, limit: int) -> str:
    """The text, at most `limit` characters of it."""
    return text if len(text) <= limit else text[:limit]
