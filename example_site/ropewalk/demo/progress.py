"""A progress bar that is quiet where nobody watches."""

from __future__ import annotations

import time
from typing import Any

WIDTH = 32


class Progress:
    """Draws one line on a terminal; elsewhere it says only that something starts and ends.

    Nothing appears when there was nothing to do.
    """

    def __init__(self, stream: Any, label: str, total: int) -> None:
        self.stream = stream
        self.label = label
        self.total = total
        self.done = 0
        self.live = bool(getattr(stream, "isatty", lambda: False)())
        self.drawn = 0.0

    def __enter__(self) -> Progress:
        self.started = time.monotonic()
        return self

    def __exit__(self, *error: object) -> None:
        if not self.done:
            return
        seconds = time.monotonic() - self.started
        self._draw() if self.live else None
        ending = "\n" if self.live else f"{self.label}: {self.done:,} in {seconds:.0f} s\n"
        self._write(ending)

    def advance(self, number: int = 1) -> None:
        self.done += number
        if self.live and time.monotonic() - self.drawn > 0.1:
            self._draw()

    def _draw(self) -> None:
        self.drawn = time.monotonic()
        share = min(self.done / max(self.total, 1), 1)
        filled = round(share * WIDTH)
        bar = "█" * filled + "░" * (WIDTH - filled)
        self._write(f"\r{self.label:<22} {bar} {share:4.0%} {self.done:>7,}")

    def _write(self, text: str) -> None:
        self.stream.write(text, ending="")
        self.stream.flush()
