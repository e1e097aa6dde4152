"""Chromium without anybody attached to it.

A debugger (and so Playwright) forbids prerendering and makes every tab look visible and focused.
The few tests about that only need to open, show and close tabs, for which plain HTTP is enough.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import quote
from urllib.request import Request, urlopen


class BareBrowser:
    """A context manager: a browser with a fresh profile and tabs by their ids."""

    def __init__(self, executable: str, arguments: list[str]) -> None:
        self.command = [executable, *arguments, "--remote-debugging-port=0"]

    def __enter__(self) -> BareBrowser:
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [*self.command, f"--user-data-dir={self.profile.name}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port_file = Path(self.profile.name) / "DevToolsActivePort"
        for _ in range(400):
            if port_file.exists() and port_file.read_text().strip():
                break
            time.sleep(0.025)
        self.port = int(port_file.read_text().split()[0])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.profile.cleanup()

    def open(self, url: str) -> str:
        """Open a tab and return its id."""
        return self._ask(f"new?{quote(url, safe=':/')}", "PUT")["id"]

    def show(self, tab: str) -> None:
        self._ask(f"activate/{tab}")

    def close(self, tab: str) -> None:
        self._ask(f"close/{tab}")

    def _ask(self, what: str, method: str = "GET") -> dict[str, str]:
        request = Request(f"http://127.0.0.1:{self.port}/json/{what}", method=method)
        with urlopen(request, timeout=10) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.startswith("{") else {}
