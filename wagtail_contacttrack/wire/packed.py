"""The parameter `d`: many parameters packed into one."""

from __future__ import annotations

import json
import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from urllib.parse import unquote

from .params import Intake, Param
from .phpserialize import MAX_BYTES, PhpSerializeError, PhpValue, loads

# Everything that is no letter of base64, its URL-safe variant and the space that a lost plus left.
_JUNK = re.compile(r"[^A-Za-z0-9+/]+")
_VARIANTS = str.maketrans("-_ ", "+/+")


def unpack(value: Param | None, intake: Intake) -> dict[str, Param]:
    """The parameters inside `d`; none, and a noted problem, when it cannot be read.

    Understands PHP's serialized arrays and JSON objects, in base64 of any variant or bare, and a
    `d` that was sent as an array.
    """
    if not value:
        return {}
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and (found := _read(value, intake)) is not None:
        return intake.mapping(found)
    intake.note("d_undecodable")
    return {}


def _read(text: str, intake: Intake) -> dict[object, object] | None:
    text = text.strip()
    bare = text.startswith(("{", "a:"))
    raw = text.encode("utf-8", "replace") if bare else _base64(text)
    if len(raw) > MAX_BYTES:
        intake.note("d_too_large")
        return None
    if not raw.strip():
        return {}
    if raw.lstrip()[:1] == b"{":
        return json_object(raw)
    try:
        found = loads(raw)
    except PhpSerializeError:
        return None
    return {key: _plain(item) for key, item in found.items()} if isinstance(found, dict) else None


def _base64(text: str) -> bytes:
    """Base64 of either alphabet, with or without padding, whatever else stands in between."""
    if "%" in text:
        text = unquote(text)
    text = _JUNK.sub("", text.translate(_VARIANTS))
    if len(text) % 4 == 1:
        text = text[:-1]
    try:
        return a2b_base64(text + "=" * (-len(text) % 4))
    except Base64Error:
        return b""


def json_object(raw: bytes) -> dict[object, object] | None:
    """A JSON object with its numbers as they were written, or None when it is something else."""
    try:
        found = json.loads(
            raw.decode("utf-8-sig", "replace"), strict=False, parse_int=str, parse_float=str
        )
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _plain(value: PhpValue) -> object:
    """A PHP array as a list where its keys count up from 0, else as a mapping."""
    if not isinstance(value, dict):
        return value
    items = {key: _plain(item) for key, item in value.items()}
    return list(items.values()) if list(items) == list(range(len(items))) else items
