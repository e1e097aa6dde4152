"""Group commit: concurrent requests of one process share a transaction.

The first thread that has something to write leads: it takes everything that is waiting, writes it
in one transaction on its own connection and commits. Only then do the threads of that batch go on
to answer. Whoever arrived meanwhile forms the next batch, led by one of its own. Nobody ever waits
for a batch to fill, so an idle server commits a single hit at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")

MAX_BATCH = 256


class _Ticket(Generic[Item]):
    __slots__ = ("error", "item", "leads", "turn")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.turn = threading.Event()
        self.leads = False
        self.error: BaseException | None = None


class GroupCommitter(Generic[Item]):
    """Hands items of many threads to `write`, batch by batch.

    `write` gets a non-empty list, must have committed it when it returns, and notes results on the
    items themselves. What it raises is raised in every thread of the batch.
    """

    def __init__(self, write: Callable[[list[Item]], None]) -> None:
        self._write = write
        self._mutex = threading.Lock()
        self._waiting: deque[_Ticket[Item]] = deque()
        self._busy = False

    def submit(self, item: Item) -> None:
        """Return once `item` is committed."""
        ticket = _Ticket(item)
        with self._mutex:
            self._waiting.append(ticket)
            leads = not self._busy
            self._busy = True
        if not leads:
            ticket.turn.wait()
            leads = ticket.leads
        if leads:
            self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error

    def _lead(self, own: _Ticket[Item]) -> None:
        with self._mutex:
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
        error: BaseException | None = None
        try:
            self._write([ticket.item for ticket in batch])
        except BaseException as caught:  # noqa: BLE001  (raised again, in each thread)
            error = caught
        finally:
            self._pass_on()
        for ticket in batch:
            ticket.error = error
            if ticket is not own:
                ticket.turn.set()

    def _pass_on(self) -> None:
        """Make the first of those who wait the next leader."""
        with self._mutex:
            if self._waiting:
                successor = self._waiting[0]
                successor.leads = True
                successor.turn.set()
            else:
                self._busy = False
