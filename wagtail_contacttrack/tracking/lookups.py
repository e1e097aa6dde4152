"""Ids of addresses and User-Agents that have a small table of their own, remembered per process."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from ..activity.models import TrackedPage
from ..contacts.models import UserAgent
from ..sql import Dialect
from ..wire import agents
from ..wire.ids import text_key

MEMORY = 20_000
# Longer texts are looked up each time: a visitor must not choose how much memory we use.
MEMORABLE = 500
AGENT_COLUMNS = (
    "digest", "raw", "browser", "browser_version", "os", "os_version", "brand", "model", "kind",
)  # fmt: skip


def page_address(url: str) -> str:
    """The address that identifies a page: without query string and fragment."""
    return url.partition("#")[0].partition("?")[0]


class _Fresh(threading.local):
    """What this thread's transaction has learned."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}


class IdMemory:
    """A bounded memory of ids by text.

    What a transaction has learned counts for others only once it is committed: `learn` holds it
    back until `keep`, and a rolled-back transaction calls `drop`.
    """

    def __init__(self) -> None:
        self._ids: OrderedDict[str, int] = OrderedDict()
        self._fresh = _Fresh()

    def get(self, text: str) -> int | None:
        return self._fresh.ids.get(text) or self._ids.get(text)

    def learn(self, text: str, number: int) -> None:
        self._fresh.ids[text] = number

    def keep(self) -> None:
        for text, number in self._fresh.ids.items():
            if len(text) <= MEMORABLE:
                self._ids[text] = number
        self.drop()
        while len(self._ids) > MEMORY:
            self._ids.popitem(last=False)

    def drop(self) -> None:
        self._fresh.ids.clear()

    def clear(self) -> None:
        self._ids.clear()
        self.drop()


pages = IdMemory()
user_agents = IdMemory()


def keep() -> None:
    """The transaction of this thread is committed."""
    pages.keep()
    user_agents.keep()


def drop() -> None:
    """The transaction of this thread is not, or not yet, committed."""
    pages.drop()
    user_agents.drop()


def clear() -> None:
    """Forget all ids, for tests whose database starts anew."""
    pages.clear()
    user_agents.clear()


def learn_pages(cursor: Any, sql: Dialect, wanted: Mapping[str, Sequence[Any]]) -> None:
    """Make sure that `pages` knows every address in `wanted` (address -> title, Wagtail page)."""
    _learn(
        cursor,
        sql,
        TrackedPage._meta.db_table,
        ("digest", "url", "title", "wagtail_page"),
        {url: (url, *details) for url, details in wanted.items()},
        pages,
    )


def learn_agents(cursor: Any, sql: Dialect, wanted: Sequence[str]) -> None:
    """Make sure that `user_agents` knows every header in `wanted`."""
    rows = {}
    for raw in wanted:
        agent = agents.parse(raw)
        rows[raw] = (
            raw,
            agent.browser[:64],
            agent.browser_version[:32],
            agent.os[:64],
            agent.os_version[:32],
            agent.brand[:64],
            agent.model[:64],
            agent.kind[:16],
        )
    _learn(cursor, sql, UserAgent._meta.db_table, AGENT_COLUMNS, rows, user_agents)


def _learn(
    cursor: Any,
    sql: Dialect,
    table: str,
    columns: Sequence[str],
    wanted: Mapping[str, Sequence[Any]],
    memory: IdMemory,
) -> None:
    missing = {text_key(text): text for text in wanted if memory.get(text) is None}
    # One order everywhere, so that two processes never wait for each other's rows.
    rows = [(sql.key(key), *wanted[missing[key]]) for key in sorted(missing)]
    if not rows:
        return
    statements = sql.upsert(table, columns, rows, key=["digest"], returning=["id", "digest"])
    for number, key in sql.run(cursor, statements):
        memory.learn(missing[uuid.UUID(str(key))], number)
