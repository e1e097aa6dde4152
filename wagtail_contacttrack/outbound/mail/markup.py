"""HTML of messages: where its links are, and the same HTML with others in their place.

Mail programs are picky, and those who write for them know why every character stands where it does.
So nothing is parsed and written anew: only the values of links change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from html.entities import html5
from html.parser import HTMLParser
from itertools import accumulate

OPT_OUT = "data-contacttrack"

_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s/>=]+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s>]+))?""", re.DOTALL
)
_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*)[;=]?")
_TAG_NAME = re.compile(r"<[a-zA-Z][^\s/>]*")


@dataclass(frozen=True, slots=True)
class Place:
    """The value of a link in the text, with its quotes, and what it means."""

    start: int
    end: int
    url: str


class _Finder(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = text
        self.lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.places: list[Place] = []
        self.end: int | None = None
        self.feed(text)
        self.close()

    def position(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("a", "area"):
            return
        values = dict(reversed(attrs))
        raw, start = self.get_starttag_text() or "", self.position()
        if (values.get(OPT_OUT) or "").strip().lower() == "off":
            return
        found = _href(raw)
        if found and self.text[start : start + len(raw)] == raw:
            at, end = found.span("value")
            url = _meaning(found.group("value")).strip()
            self.places.append(Place(start + at, start + end, url))

    def handle_endtag(self, tag: str) -> None:
        if tag == "body" or (tag == "html" and self.end is None):
            self.end = self.position()


def _href(tag: str) -> re.Match[str] | None:
    """The attribute in the text of a tag; of two, browsers take the first."""
    name = _TAG_NAME.match(tag)
    for found in _ATTRIBUTE.finditer(tag, name.end() if name else 0):
        if found.group("name").lower() == "href":
            return found if found.group("value") else None
    return None


def _meaning(value: str) -> str:
    """What the text of an attribute stands for."""
    if value[:1] in "\"'":
        value = value[1:-1]
    return _REFERENCE.sub(_character, value)


def _character(found: re.Match[str]) -> str:
    """Browsers leave `&copy=` in an address alone: nobody writes a sign of copyright there."""
    name = found.group()
    if name.startswith("&#") or (not name.endswith("=") and name[1:] in html5):
        return unescape(name)
    return name


def links_of(text: str) -> list[str]:
    """Where the links of the text lead, but for those that want to be left alone."""
    return [place.url for place in _Finder(text).places]


def rewritten(text: str, change: Callable[[str], str | None], addition: str = "") -> str:
    """The text with what `change` makes of its links, where that is not None.

    `addition` is put at the end of what can be seen.
    """
    found = _Finder(text)
    parts, done = [], 0
    end = len(text) if found.end is None else found.end
    edits = [
        (place.start, place.end, f'"{escape(new)}"')
        for place in found.places
        if (new := change(place.url)) is not None
    ]
    for start, stop, new in sorted([*edits, (end, end, addition)]):
        parts += [text[done:start], new]
        done = stop
    return "".join([*parts, text[done:]])
