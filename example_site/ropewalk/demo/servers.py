"""The two servers of the demo: the site, and a shop of somebody else on another origin."""

from __future__ import annotations

import mimetypes
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from waitress import create_server

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

SITE_MARK = b"{{ site }}"


def external_shop(folder: Path, port: int) -> Application:
    """The pages in `folder`; in HTML, `{{ site }}` becomes the address of the main site.

    The main site gets the host name by which the visitor came, so that both stay one site to the
    browser, whether that is localhost or 127.0.0.1.
    """
    files = {
        "/" + path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    files["/"] = folder / "index.html"

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = files.get(environ["PATH_INFO"])
        status = "200 OK" if path else "404 Not Found"
        path = path or folder / "404.html"
        body, kind = path.read_bytes(), mimetypes.guess_type(path.name)[0] or "text/plain"
        if kind == "text/html":
            host = environ.get("HTTP_HOST", "localhost").rpartition(":")[0] or "localhost"
            body = body.replace(SITE_MARK, f"http://{host}:{port}".encode())
        headers = [
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-cache"),
        ]
        start_response(status, headers)
        return [body] if environ["REQUEST_METHOD"] != "HEAD" else []

    return application


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def serve(site: Application, shop: Application, host: str, port: int, shop_port: int) -> None:
    """Serve both until the process is told to stop, by SystemExit or KeyboardInterrupt."""
    main = create_server(site, host=host, port=port, threads=8, ident="")
    beside = create_server(shop, host=host, port=shop_port, threads=4, ident="")
    threading.Thread(target=beside.run, daemon=True).start()
    try:
        main.run()
    finally:
        beside.task_dispatcher.shutdown(timeout=1)
        beside.close()
