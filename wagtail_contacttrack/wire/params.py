"""Parameters by name, nested as PHP's brackets say, within limits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias, Union
from urllib.parse import unquote_to_bytes

from .text import storable

Param: TypeAlias = Union[str, "list[Param]", "dict[str, Param]"]

MAX_PARAMS = 1000
MAX_NAME = 200
MAX_VALUE = 16 * 1024
MAX_DEPTH = 5
# Base64 of 32 KiB: these two are unpacked later, and have their own limit then.
MAX_PACKED = 48 * 1024
PACKED = ("d", "ct")

_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
# A name that is one step, and storable as it is.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class CutText(str):
    """A text that went on when it was sent, and was cut to what is kept of one value."""

    __slots__ = ()


class _Array(dict[str, "Param | _Array"]):
    """A PHP array while it is being filled; it knows which index `[]` stands for."""

    __slots__ = ("next_index",)

    def __init__(self) -> None:
        self.next_index = 0

    def place(self, key: str) -> str:
        """The key itself, or the next free index for the empty one."""
        key = key or str(self.next_index)
        if _INDEX.fullmatch(key):
            self.next_index = max(self.next_index, int(key) + 1)
        return key


class Intake:
    """Takes in the parameters of one request, and notes as codes what it had to leave out."""

    __slots__ = ("left", "problems")

    def __init__(self) -> None:
        self.left = MAX_PARAMS
        self.problems: list[str] = []

    def note(self, problem: str) -> None:
        """Remember a problem, once."""
        if problem not in self.problems:
            self.problems.append(problem)

    def value(self, text: str, limit: int = MAX_VALUE) -> str:
        """The text as it may be stored; as a `CutText` if it was cut to the limit."""
        if len(text) > limit:
            self.note("value_cut")
            return CutText(storable(text[:limit]))
        return text if text.isprintable() else storable(text)

    def counts(self) -> bool:
        """Whether one more parameter may come in."""
        if self.left <= 0:
            self.note("too_many_params")
            return False
        self.left -= 1
        return True

    def name(self, text: str) -> str:
        """The name as it may be stored; "" when it is too long or nothing is left of it."""
        if len(text) > MAX_NAME:
            self.note("name_too_long")
            return ""
        return storable(text)

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Param]:
        """A tree out of names and values, the later of two with one name winning as in PHP."""
        tree: _Array = _Array()
        nested = False
        for name, text in pairs:
            if not self.counts():
                break
            if _PLAIN_NAME.fullmatch(name):
                limit = MAX_PACKED if name in PACKED else MAX_VALUE
                tree[name] = self.value(text, limit)
            elif path := self._path(name):
                nested = nested or len(path) > 1
                _put(tree, path, self.value(text))
        if nested:
            return {key: _settle(value) for key, value in tree.items()}
        return tree

    def _path(self, name: str) -> list[str]:
        """The name as PHP reads it: `a[b][]` is three steps, dots and spaces are underscores."""
        name = name.lstrip(" ")
        start = name.find("[", 1)
        if start < 0 or name.find("]", start) < 0:
            key = self.name(_underscored(name).replace("[", "_"))
            return [key] if key else []
        path = [_underscored(name[:start]).replace("[", "_")]
        while name[start : start + 1] == "[" and (end := name.find("]", start)) > 0:
            path.append(name[start + 1 : end])
            start = end + 1
            if len(path) > MAX_DEPTH + 1:
                self.note("params_too_deep")
                return []
        path = [self.name(key) if key else "" for key in path]
        return path if path[0] else []

    def tree(self, value: object, depth: int = 0) -> Param:
        """What JSON or PHP's own format held, with all scalars as text."""
        if isinstance(value, str):
            return self.value(value)
        if isinstance(value, list):
            return [self.tree(item, depth + 1) for item in value if self._fits(item, depth)]
        if isinstance(value, dict):
            return self.mapping(value, depth)
        return scalar_text(value)

    def mapping(self, value: dict[object, object], depth: int = 0) -> dict[str, Param]:
        """The same for a mapping, whose names have to be in order as well."""
        found: dict[str, Param] = {}
        for name, item in value.items():
            if self._fits(item, depth) and (key := self.name(str(name))):
                if not depth and key in PACKED and isinstance(item, str):
                    found[key] = self.value(item, MAX_PACKED)
                else:
                    found[key] = self.tree(item, depth + 1)
        return found

    def _fits(self, item: object, depth: int) -> bool:
        if isinstance(item, (list, dict)):
            if depth >= MAX_DEPTH:
                self.note("params_too_deep")
                return False
            return True
        return self.counts()


def form(text: str, intake: Intake) -> dict[str, Param]:
    """Parameters out of ASCII text such as `a=1&b%5Bc%5D=2`; each is decoded exactly once."""
    parts = text.split("&", MAX_PARAMS)
    if len(parts) > MAX_PARAMS and parts.pop():
        intake.note("too_many_params")
    return intake.pairs(map(_pair, filter(None, parts)))


def _pair(part: str) -> tuple[str, str]:
    if "+" in part:
        part = part.replace("+", " ")
    name, _, value = part.partition("=")
    if "%" in part:
        return _decoded(name), _decoded(value)
    return name, value


def _decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace") if "%" in text else text


def query(text: str, intake: Intake) -> dict[str, Param]:
    """Parameters out of a query string as servers hand it over."""
    if text.isascii():
        return form(text, intake) if text else {}
    # Servers hand raw bytes over as Latin-1; what does not fit was text from the start.
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
    return form_bytes(raw, intake)


def form_bytes(raw: bytes, intake: Intake) -> dict[str, Param]:
    """Parameters out of bytes, some of which may have gone unencoded."""
    if not raw.isascii():
        raw = _NOT_ASCII.sub(_encoded, raw)
    return form(raw.decode("ascii"), intake)


def _encoded(match: re.Match[bytes]) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in match.group())


def scalar_text(value: object) -> str:
    """A single value as text, the same as the script would have sent it."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value)


def first_text(value: Param | None) -> str:
    """The value where one text is meant: itself, or the first text anywhere inside it."""
    if isinstance(value, str):
        return value
    for item in value.values() if isinstance(value, dict) else value or ():
        if isinstance(item, str):
            return item
        if found := first_text(item):
            return found
    return ""


def _underscored(name: str) -> str:
    return name.replace(".", "_").replace(" ", "_")


def _put(tree: _Array, path: list[str], value: str) -> None:
    node = tree
    for step in path[:-1]:
        key = node.place(step)
        child = node.get(key)
        if not isinstance(child, _Array):
            child = node[key] = _Array()
        node = child
    node[node.place(path[-1])] = value


def _settle(value: Param | _Array) -> Param:
    """A filled array as a list where its keys count up from 0, else as a plain mapping."""
    if not isinstance(value, _Array):
        return value
    items = {key: _settle(item) for key, item in value.items()}
    if list(items) == [str(index) for index in range(len(items))]:
        return list(items.values())
    return items
