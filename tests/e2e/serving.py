"""Small web servers for the tests: a website on another origin, and a tracker that misbehaves."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "wagtail_contacttrack/tracking/script/mtc.min.js"
MODULES = ROOT / "tracker/node_modules"
LIBRARIES = {
    "/turbo.js": MODULES / "@hotwired/turbo/dist/turbo.es2017-umd.js",
    "/htmx.js": MODULES / "htmx.org/dist/htmx.min.js",
}
PIXEL = bytes.fromhex(
    "47494638396101000100900000ff000000000021f90405100000002c00000000010001000002020401003b"
)
DEVICE = "abcdefghijklmnopqrstuvw"
ANSWER = f'{{"success":1,"id":7,"sid":"{DEVICE}","device_id":"{DEVICE}","events":[]}}'
HTML = {"Content-Type": "text/html; charset=utf-8"}
JAVASCRIPT = {"Content-Type": "application/javascript; charset=utf-8"}


@dataclass(frozen=True)
class Page:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(HTML))


@lru_cache
def library(path: str) -> Page:
    """A library from npm. A missing one is an error: the tests never skip silently."""
    return Page(LIBRARIES[path].read_bytes(), headers=dict(JAVASCRIPT))


@dataclass(frozen=True)
class Received:
    """A request that reached the misbehaving tracker."""

    path: str
    values: dict[str, str]
    headers: dict[str, str]

    @property
    def leaves(self) -> bool:
        return "mtc_leave" in self.values


class Server(ThreadingHTTPServer):
    """Serves `pages` and the libraries, on 127.0.0.1 at a port of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Page] = {}
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, request: Handler, body: bytes) -> Page | None:
        path = urlsplit(request.path).path
        if path in LIBRARIES:
            return library(path)
        return self.pages.get(path, Page(b"", 404))

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class Tracker(Server):
    """Answers like the real tracker, or as badly as a test wants.

    `event` and `pixel` are "ok", "hang", "drop" (closes the connection) or an HTTP status.
    """

    def __init__(self) -> None:
        super().__init__()
        self.event: str | int = "ok"
        self.pixel: str | int = "ok"
        self.options = '{"hash":false,"privacy":true}'
        self.json = ANSWER
        self.slow: dict[str, float] = {}  # seconds by path
        self.received: list[Received] = []
        self.released = threading.Event()

    def reset(self) -> None:
        self.released.set()
        self.__dict__.update(
            event="ok",
            pixel="ok",
            options='{"hash":false,"privacy":true}',
            json=ANSWER,
            slow={},
            received=[],
            released=threading.Event(),
            pages={},
        )

    @property
    def views(self) -> list[Received]:
        return [item for item in self.received if not item.leaves]

    @property
    def leaves(self) -> list[Received]:
        return [item for item in self.received if item.leaves]

    def answer(self, request: Handler, body: bytes) -> Page | None:
        parts = urlsplit(request.path)
        time.sleep(self.slow.get(parts.path, 0))
        if parts.path == "/mtc.js":
            script = SCRIPT.read_text().replace("__OPTIONS__", self.options)
            return Page(script.encode(), headers=dict(JAVASCRIPT))
        if parts.path not in ("/mtc/event", "/mtracking.gif", "/mtc"):
            return super().answer(request, body)
        text = body.decode() or parts.query
        values = {k: v[0] for k, v in parse_qs(text, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(parts.path, values, headers))
        mode = self.pixel if parts.path == "/mtracking.gif" else self.event
        if mode == "hang":
            self.released.wait(20)
            return None
        if mode == "drop":
            return None
        status = mode if isinstance(mode, int) else 200
        cors = {
            "Access-Control-Allow-Origin": headers.get("origin", "*"),
            "Access-Control-Allow-Credentials": "true",
        }
        if parts.path == "/mtracking.gif":
            return Page(PIXEL if status == 200 else b"", status, {"Content-Type": "image/gif"})
        return Page(self.json.encode(), status, {"Content-Type": "application/json", **cors})


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_OPTIONS(self) -> None:
        """A preflight: the tracker must never need one."""
        self.send_error(405)

    def _answer(self, body: bytes) -> None:
        page = self.server.answer(self, body)
        if page is None:
            self.close_connection = True
            return
        try:
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)
        except ConnectionError:
            pass

    def log_message(self, *args: object) -> None:
        pass


def wait_until(condition: object, seconds: float = 5.0) -> bool:
    """Whether `condition()` becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False
