"""Values of unique fields in the form in which they compare."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

from ..wire.ids import text_key


def normalised(value: Any) -> str:
    """The value as it compares: without regard to case, to spaces around it, and to how Unicode
    writes the same letters."""
    if isinstance(value, list):
        value = "|".join(map(str, value))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(value)).casefold()).strip()


def digest(field: str, value: Any) -> uuid.UUID:
    """What stands for a field and its value in the database, where it is unique."""
    return text_key(f"{field}\0{normalised(value)}")
