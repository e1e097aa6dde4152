"""A service that is sent webhooks: a real server, and what came to it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from wagtail_contacttrack.outbound.webhooks.models import Webhook

SECRET = "only the two of us know"


@dataclass
class Delivery:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def events(self) -> dict[str, list[dict[str, Any]]]:
        return json.loads(self.body)

    @property
    def trigger(self) -> str:
        return next(iter(self.events))

    @property
    def items(self) -> list[dict[str, Any]]:
        return self.events[self.trigger]

    def is_signed(self, secret: str = SECRET) -> bool:
        """As n8n and the documentation do it."""
        digest = hmac.new(secret.encode(), self.body, hashlib.sha256).digest()
        return self.headers["Webhook-Signature"] == base64.b64encode(digest).decode()


class Receiver:
    """Answers with `status`; `before` is called with the handler before it answers."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.status = 200
        self.body = b"said by the receiver"
        self.answer_headers: dict[str, str] = {}
        self.before: Callable[[BaseHTTPRequestHandler], None] = lambda handler: None
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.deliveries.append(Delivery(self.path, dict(self.headers), body))
                owner.before(self)
                self.send_response(owner.status)
                for name, value in owner.answer_headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(owner.body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?from=us"

    def __enter__(self) -> Receiver:
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def webhook(self, *triggers: str, **values: Any) -> Webhook:
        """A webhook that leads here."""
        given = {"name": "Ours", "url": self.url, "secret": SECRET, "triggers": list(triggers)}
        return Webhook.objects.create(**{**given, **values})

    @property
    def items(self) -> list[dict[str, Any]]:
        """Everything that came, in its order."""
        return [item for delivery in self.deliveries for item in delivery.items]

    @property
    def triggers(self) -> list[str]:
        return [delivery.trigger for delivery in self.deliveries]
