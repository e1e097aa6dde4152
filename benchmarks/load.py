"""A load generator on raw sockets: processes with keep-alive connections, one request on each.

Python is slower than a generator in C, but its cost is the same for everything that is measured,
it is reported, and a warning tells when it was the bottleneck.
"""

from __future__ import annotations

import multiprocessing
import re
import select
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeAlias

from benchmarks.traffic import Traffic, Visitor

# A device and what it has called its event.
Event: TypeAlias = tuple[str, str]
Kind: TypeAlias = Literal["seed", "new", "returning"]

PATIENCE = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_REASON = re.compile(rb"\r\nx-contacttrack-reason: *([a-z_]+)", re.IGNORECASE)
_PREVIOUS = re.compile(rb"mautic_referer_id=\"?([^;\"]+)")


@dataclass
class Load:
    """What the answers of one stretch of load were."""

    seconds: float = 0.0
    cpu: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    recorded: list[Event] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.answers.total()

    def add(self, other: Load) -> None:
        """Take in what another process has seen at the same time."""
        self.seconds = max(self.seconds, other.seconds)
        self.cpu = max(self.cpu, other.cpu)
        self.answers += other.answers
        self.recorded += other.recorded
        self.delays += other.delays


@dataclass(frozen=True)
class Order:
    """One stretch of load. With `seed`, all of the pool come once; `seconds` is not looked at."""

    port: int
    path: bytes
    kind: Kind
    connections: int
    seconds: float


class Generators:
    """Processes that send load, each with visitors of its own."""

    def __init__(self, name: str, processes: int, visitors: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection[Any, Any]] = []
        self._processes = []
        for number in range(processes):
            ours, theirs = context.Pipe()
            traffic = Traffic(f"{name}{number}", visitors // processes)
            process = context.Process(target=_serve, args=(theirs, traffic), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def run(self, order: Order) -> Load:
        """Send load from all processes at once, until every request has its answer."""
        for pipe in self._pipes:
            pipe.send(order)
        total = Load()
        for pipe in self._pipes:
            answer = pipe.recv()
            if isinstance(answer, BaseException):
                raise answer
            total.add(answer)
        return total

    def stop(self) -> None:
        for pipe in self._pipes:
            with suppress(OSError):
                pipe.send(None)
        for process in self._processes:
            process.join(timeout=5)
            process.kill()


def _serve(pipe: Connection[Any, Any], traffic: Traffic) -> None:
    """What a generator's process does: take orders until there are none."""
    traffic.fill()
    with suppress(KeyboardInterrupt, EOFError):
        while (order := pipe.recv()) is not None:
            try:
                pipe.send(Stretch(order, traffic).run())
            except Exception as error:  # noqa: BLE001  (raised again, in the parent)
                pipe.send(error)


class _Browser:
    """A connection with one request under way."""

    __slots__ = ("event_id", "received", "sent", "socket", "visitor")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.event_id = ""
        self.sent = 0.0
        self.visitor: Visitor


class Stretch:
    """Carries out one order in this process."""

    def __init__(self, order: Order, traffic: Traffic) -> None:
        self.order = order
        self.traffic = traffic
        self.load = Load()
        self.left = traffic.pool if order.kind == "seed" else -1
        choose = {"new": traffic.new, "returning": traffic.returning, "seed": traffic.returning}
        self.choose: Callable[[], Visitor] = choose[order.kind]

    def run(self) -> Load:
        """Send until the time is up, then wait for the answers that are still to come."""
        poll = select.epoll()
        browsers = {}
        for _ in range(self.order.connections):
            browser = _Browser(self.order.port)
            browsers[browser.socket.fileno()] = browser
            poll.register(browser.socket, select.EPOLLIN)
        cpu, start = time.process_time(), time.perf_counter()
        end = start + self.order.seconds
        waiting = sum(self._send(browser, start) for browser in browsers.values())
        while waiting:
            ready = poll.poll(PATIENCE)
            if not ready:
                raise TimeoutError(f"No answer for {PATIENCE} seconds")
            for number, _event in ready:
                browser = browsers[number]
                if self._receive(browser):
                    now = time.perf_counter()
                    self.load.delays.append(now - browser.sent)
                    if not ((now < end or self.left > 0) and self._send(browser, now)):
                        waiting -= 1
        self.load.seconds = time.perf_counter() - start
        self.load.cpu = time.process_time() - cpu
        for browser in browsers.values():
            browser.socket.close()
        poll.close()
        return self.load

    def _send(self, browser: _Browser, now: float) -> bool:
        if self.left == 0:
            return False
        self.left -= 1
        browser.visitor = self.choose()
        request, browser.event_id = self.traffic.request(browser.visitor, self.order.path)
        browser.sent = now
        browser.socket.sendall(request)
        return True

    def _receive(self, browser: _Browser) -> bool:
        """Read what has come; True once the answer is complete."""
        part = browser.socket.recv(65536)
        if not part:
            raise ConnectionError("The server has closed a connection that was in use")
        answer = browser.received + part
        head, separator, body = answer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if separator else None
        if separator and length is None:
            raise ValueError(f"An answer without a length: {head[:200]!r}")
        if length is None or len(body) < int(length.group(1)):
            browser.received = answer
            return False
        browser.received = b""
        self._note(browser, head)
        return True

    def _note(self, browser: _Browser, head: bytes) -> None:
        status = head[9:12].decode("ascii", "replace")
        found = _REASON.search(head)
        reason = found.group(1).decode() if found else ""
        self.load.answers[f"{status} {reason}".rstrip()] += 1
        if status == "200" and reason == "recorded":
            self.load.recorded.append((browser.visitor.device, browser.event_id))
            if previous := _PREVIOUS.search(head):
                browser.visitor.previous = previous.group(1).decode()
            browser.visitor.known = True
