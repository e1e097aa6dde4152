"""Group commit: concurrent requests of one process share a transaction.

The first thread that has something to write leads: it takes everything that is waiting, writes it
in one transaction on its own connection and commits. Only then do the threads of that batch go on
to answer. Whoever arrived meanwhile forms the next batch, led by one of its own. Nobody ever waits
for a batch to fill, so an idle server commits a single hit at once.

Threads may also be gevent's, provided that it has patched the standard library.
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
        self.error: Exception | None = None


class GroupCommitter(Generic[Item]):
    """Hands items of many threads to `write`, batch by batch.

    `write` gets a non-empty list, must have committed it when it returns, and notes results on the
    items themselves. An error that it raises is raised in every thread of the batch. What ends only
    its own thread (`SystemExit`, `KeyboardInterrupt`, a killed greenlet) must have rolled back: the
    next leader writes the others' items.
    """

    def __init__(self, write: Callable[[list[Item]], None]) -> None:
        self._write = write
        self.reset()

    def reset(self) -> None:
        """Forget everybody who waits: the threads of a process do not live on in its fork."""
        self._mutex = threading.Lock()
        self._waiting: deque[_Ticket[Item]] = deque()
        self._busy = False

    def submit(self, item: Item) -> None:
        """Return once `item` is committed. It blocks, so never call it in an event loop."""
        ticket = _Ticket(item)
        try:
            with self._mutex:
                self._waiting.append(ticket)
                if not self._busy:
                    self._busy = ticket.leads = True
            if not ticket.leads:
                ticket.turn.wait()
            if ticket.leads:
                self._lead(ticket)
        except BaseException:
            self._withdraw(ticket)
            raise
        if ticket.error is not None:
            raise ticket.error

    def _lead(self, own: _Ticket[Item]) -> None:
        batch: list[_Ticket[Item]] = []
        try:
            with self._mutex:
                while self._waiting and len(batch) < MAX_BATCH:
                    batch.append(self._waiting.popleft())
            self._write([ticket.item for ticket in batch])
        except Exception as error:  # noqa: BLE001  (raised again, in each thread)
            for ticket in batch:
                ticket.error = error
        except BaseException:
            with self._mutex:
                self._waiting.extendleft(ticket for ticket in reversed(batch) if ticket is not own)
            batch = []
            raise
        finally:
            self._pass_on(own)
            for ticket in batch:
                if ticket is not own:
                    ticket.turn.set()

    def _pass_on(self, own: _Ticket[Item]) -> None:
        """Make the first of those who wait the next leader."""
        with self._mutex:
            own.leads = False
            if self._waiting:
                successor = self._waiting[0]
                successor.leads = True
                successor.turn.set()
            else:
                self._busy = False

    def _withdraw(self, ticket: _Ticket[Item]) -> None:
        """Leave the queue; who was to lead hands that on, or everybody would wait for ever."""
        with self._mutex:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
        if ticket.leads:
            self._pass_on(ticket)
