"""PHP's serialized data, read by a parser that knows arrays and scalars and executes nothing."""

from __future__ import annotations

import re
from typing import TypeAlias, Union

from .text import storable_bytes

PhpValue: TypeAlias = Union[str, int, float, bool, "dict[str | int, PhpValue]", None]

MAX_BYTES = 32 * 1024
MAX_DEPTH = 6
MAX_ITEMS = 2000

# No number that fits is longer than this.
_INTEGER = re.compile(rb"i:([+-]?[0-9]{1,20});")
_FLOAT = re.compile(rb"d:([+-]?(?:[0-9]{1,40}\.?[0-9]{0,60}|\.[0-9]{1,60})(?:E[+-]?[0-9]{1,4})?);")
_ODD_FLOAT = re.compile(rb"d:(-?INF|NAN);")
_BOOLEAN = re.compile(rb"b:([01]);")
_LENGTH = re.compile(rb"s:([0-9]{1,6}):\"")
_COUNT = re.compile(rb"a:([0-9]{1,6}):\{")


class PhpSerializeError(ValueError):
    """The bytes are not serialized data, or hold something other than arrays and scalars."""


def loads(raw: bytes) -> PhpValue:
    """The value that the bytes stand for; what follows it is ignored, as PHP does.

    Raises `PhpSerializeError`, and nothing else. Arrays become mappings in their own order.
    """
    if len(raw) > MAX_BYTES:
        raise PhpSerializeError("too large")
    return _Reader(raw).value(0)


def dumps(value: object) -> str:
    """The value as PHP would write it; mappings, lists and scalars, whatever else as text."""
    if value is None:
        return "N;"
    if isinstance(value, bool):
        return f"b:{value:d};"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, float):
        return f"d:{value!r};"
    if isinstance(value, list | tuple):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        items = "".join(dumps(key) + dumps(item) for key, item in value.items())
        return f"a:{len(value)}:{{{items}}}"
    text = str(value)
    return f's:{len(text.encode("utf-8", "replace"))}:"{text}";'


class _Reader:
    __slots__ = ("items", "position", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.position = 0
        self.items = MAX_ITEMS

    def value(self, depth: int) -> PhpValue:
        kind = self.raw[self.position : self.position + 2]
        if kind == b"s:":
            return self.string()
        if kind == b"a:":
            return self.array(depth)
        if kind == b"i:":
            return int(self.match(_INTEGER))
        if kind == b"b:":
            return self.match(_BOOLEAN) == b"1"
        if kind == b"d:":
            return self.float()
        if kind == b"N;":
            self.position += 2
            return None
        raise PhpSerializeError("not an array or a scalar")

    def match(self, pattern: re.Pattern[bytes]) -> bytes:
        found = pattern.match(self.raw, self.position)
        if found is None:
            raise PhpSerializeError("malformed")
        self.position = found.end()
        return found.group(1)

    def float(self) -> float:
        odd = _ODD_FLOAT.match(self.raw, self.position)
        return float(self.match(_ODD_FLOAT if odd else _FLOAT))

    def string(self) -> str:
        """Lengths are bytes, so a value may hold quotes and look like data itself."""
        length = int(self.match(_LENGTH))
        end = self.position + length
        if self.raw[end : end + 2] != b'";':
            raise PhpSerializeError("wrong length")
        text = self.raw[self.position : end]
        self.position = end + 2
        return storable_bytes(text)

    def array(self, depth: int) -> dict[str | int, PhpValue]:
        count = int(self.match(_COUNT))
        self.items -= count
        if depth >= MAX_DEPTH or self.items < 0:
            raise PhpSerializeError("too deep or too many items")
        found: dict[str | int, PhpValue] = {}
        for _ in range(count):
            key = self.key()
            found[key] = self.value(depth + 1)
        if self.raw[self.position : self.position + 1] != b"}":
            raise PhpSerializeError("wrong count")
        self.position += 1
        return found

    def key(self) -> str | int:
        if self.raw[self.position : self.position + 2] == b"i:":
            return int(self.match(_INTEGER))
        return self.string()
