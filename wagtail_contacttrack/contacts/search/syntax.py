"""From a text to what it asks for.

    ada lovelace          both words
    ada OR grace          either of them; one OR makes the whole group so
    (ada OR grace) uk     groups, one within another
    "new york"            a phrase
    +ada  !ada  !+ada     exactly; not; not exactly
    city:new  tag:(a OR b)  a command, for one value or for a group
    jo%n                  % stands for any letters

Every text means something: brackets without their counterpart, quotes that do not end, and signs
with nothing behind them are text themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer

from ...wire.text import cut, storable

# What lies beyond is left out. Every term is a look at every row.
LENGTH = 1_000
TERMS = 30
# Brackets within more brackets than these are text.
DEPTH = 5

_GRAMMAR = r"""
start: _parts
group: OPEN _parts CLOSE
_parts: (group | TERM | OR)*

OR.4: /(?<![^\s()])OR(?![^\s()])/
AND.4: /(?<![^\s()])AND(?![^\s()])/
OPEN.3: /[!+]*([a-z][a-z0-9_]*:[!+]*)?\(/i
CLOSE.3: ")"
TERM.2: /[!+]*([a-z][a-z0-9_]*:[!+]*)?("[^"]*"|[^\s()"][^\s)]*)|[^\s()][^\s)]*/i
SPACE: /\s+/
%ignore SPACE
%ignore AND
"""

# What a terminal is made of.
_HEAD = r"(?P<signs>[!+]*)((?P<command>[a-z][a-z0-9_]*):(?P<more>[!+]*))?"
_OPEN = re.compile(_HEAD + r"\(", re.IGNORECASE)
_TERM = re.compile(_HEAD + r'("(?P<phrase>[^"]*)"|(?P<word>.+))', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, or the value of a command. The text is as it was written, in its case."""

    text: str
    command: str = ""
    exact: bool = False
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.command}:{self.text}" if self.command else self.text


@dataclass(frozen=True, slots=True)
class Group:
    """All of its parts, or `any` of them. A group without parts asks for nothing."""

    parts: tuple[Term | Group, ...] = ()
    any: bool = False
    negated: bool = False


def parse(text: str) -> Group:
    """What the text asks for."""
    return _parser().parse(cut(storable(text), LENGTH))  # type: ignore[return-value]


class _Balance:
    """Takes brackets without a counterpart, and those too deep, for text; ends after `TERMS`."""

    always_accept = ()

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        tokens = list(stream)
        pairs = _pairs(tokens)
        terms = 0
        for number, token in enumerate(tokens):
            if token.type in ("OPEN", "CLOSE") and number not in pairs:
                token = Token.new_borrow_pos("TERM", str(token), token)
            terms += token.type == "TERM"
            if token.type != "TERM" or terms <= TERMS:
                yield token


def _pairs(tokens: list[Token]) -> set[int]:
    """Which tokens are brackets that belong together."""
    found: set[int] = set()
    opened: list[int] = []
    for number, token in enumerate(tokens):
        if token.type == "OPEN":
            opened.append(number)
        elif token.type == "CLOSE" and opened:
            start = opened.pop()
            if len(opened) < DEPTH:
                found |= {start, number}
    return found


class _Meaning(Transformer):
    def start(self, parts: list[Any]) -> Group:
        found = tuple(part for part in parts if part is not None and part != Group())
        words = tuple(part for part in found if not isinstance(part, Token))
        return Group(words, any=len(words) < len(found))

    def group(self, parts: list[Any]) -> Group:
        head = _OPEN.match(parts[0])
        inner = self.start(parts[1:-1])
        if head is None or not inner.parts:
            return Group()
        signs = head["signs"] + (head["more"] or "")
        inner = _within(inner, (head["command"] or "").lower(), "+" in signs)
        return replace(inner, negated="!" in signs)

    def TERM(self, token: Token) -> Term | None:
        found = _TERM.fullmatch(token)
        if found is None:
            return None
        text = found["word"] if found["phrase"] is None else found["phrase"]
        if not text.strip():
            return None
        signs = found["signs"] + (found["more"] or "")
        command = (found["command"] or "").lower()
        return Term(text.strip(), command, exact="+" in signs, negated="!" in signs)


def _within(group: Group, command: str, exact: bool) -> Group:
    """The group with what stands before its bracket said of each of its terms."""
    parts = tuple(
        _within(part, command, exact)
        if isinstance(part, Group)
        else replace(part, command=part.command or command, exact=part.exact or exact)
        for part in group.parts
    )
    return replace(group, parts=parts)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", postlex=_Balance(), transformer=_Meaning())
