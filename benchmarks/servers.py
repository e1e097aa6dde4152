"""The servers under which the site is measured, each as a project would start it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

APPLICATION = "benchmarks.wsgi:application"
START_SECONDS = 60.0


@dataclass(frozen=True)
class Shape:
    """How many processes, and how many threads in each."""

    workers: int
    threads: int


def gunicorn(port: int, shape: Shape) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", APPLICATION,
        "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread",
        "--workers", str(shape.workers),
        "--threads", str(shape.threads),
        "--keep-alive", "60",
        "--log-level", "warning",
    ]  # fmt: skip


def granian(port: int, shape: Shape) -> list[str]:
    return [
        sys.executable, "-m", "granian", APPLICATION,
        "--interface", "wsgi",
        "--host", "127.0.0.1",
        "--port", str(port),
        "--http", "1",
        "--no-ws",
        "--workers", str(shape.workers),
        "--blocking-threads", str(shape.threads),
        "--log-level", "warning",
    ]  # fmt: skip


SERVERS: dict[str, Callable[[int, Shape], list[str]]] = {"gunicorn": gunicorn, "granian": granian}


@dataclass(frozen=True)
class Server:
    """A server that runs; its processes are those of the session that `leader` has begun."""

    port: int
    leader: int


@contextmanager
def serve(name: str, shape: Shape, environment: dict[str, str], log: Path) -> Iterator[Server]:
    """Run the server `name` until the block ends."""
    port = _free_port()
    with log.open("ab") as output:
        process = subprocess.Popen(
            SERVERS[name](port, shape),
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(process, port, name, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def versions() -> dict[str, str]:
    """The versions of what is measured, as far as it is installed."""
    names = ("Django", "wagtail", "wagtail_contacttrack", "gunicorn", "granian", "psycopg")
    found = {}
    for name in names:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _wait(process: subprocess.Popen[bytes], port: int, name: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
