"""Messages by the key that stands in their addresses."""

from __future__ import annotations

import re

from django.utils.crypto import get_random_string

from .links import ALPHABET
from .models import Message

KEY_LENGTH = 32
_KEY = re.compile(rf"[0-9a-z]{{{KEY_LENGTH}}}")


def new_key() -> str:
    """A key that nobody can guess."""
    return get_random_string(KEY_LENGTH, ALPHABET)


def find(key: str) -> Message | None:
    """The message with this key, or None; costs no query where it cannot be one."""
    if not _KEY.fullmatch(key):
        return None
    return Message.objects.filter(key=key).first()
