"""Reactions: what a room does, in the same transaction, with what a room below it writes.

A signal is sent after the commit and is lost if the process ends in between. A reaction is called
before the commit, so that what it writes stands or falls with what has happened. An error of a
reaction undoes that as well: reactions write rows of their own, and nothing else.

A topic is the kind of a ledger row (`page.hit`), or a name of the room that tells it
(`contact.changed`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that is being written; `facts` are what JSON can hold, mostly ids."""

    topic: str
    at: datetime
    contact_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reaction:
    """`wants` is asked on the hot path and answers out of memory; `react` may query."""

    wants: Callable[[str], bool]
    react: Callable[[Sequence[Happened], str], None]


_reactions: dict[str, Reaction] = {}


def register(name: str, reaction: Reaction) -> None:
    """Add a reaction, or replace the one of the same name. Call it from ``AppConfig.ready``."""
    _reactions[name] = reaction


def wanted(topic: str) -> bool:
    """Whether anybody reacts to this topic by now; costs no query."""
    return any(reaction.wants(topic) for reaction in _reactions.values())


def tell(happened: Sequence[Happened], *, using: str) -> None:
    """Have everybody who wants to react to these, in the transaction that writes them.

    All are of one topic. Ask `wanted` first where they have to be computed.
    """
    if not happened:
        return
    for reaction in _reactions.values():
        if reaction.wants(happened[0].topic):
            reaction.react(happened, using)
