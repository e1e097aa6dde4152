"""Telling what goes on and on from what merely takes its time."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def comes_to_an_end(cpu_seconds: float = 5) -> Iterator[None]:
    """Fail after this much CPU time: a thousand times what is needed, whatever the machine does."""

    def stop(*_: object) -> None:
        pytest.fail("It goes on and on.")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
