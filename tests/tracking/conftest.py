from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from wagtail_contacttrack.tracking.views import REASON_HEADER

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PUBLIC = "203.0.113.9"

Visit = Callable[..., HttpResponse]


@pytest.fixture
def visitor() -> Client:
    """A browser that keeps its cookies."""
    return Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)


@pytest.fixture
def visit(visitor: Client, db: None) -> Visit:
    """Send a page view as the script does; keyword arguments in capitals are request headers."""

    def send(page_url: str = "https://testserver/", **values: Any) -> HttpResponse:
        extra = {name: values.pop(name) for name in list(values) if name.isupper()}
        body = {"page_url": page_url, **values}
        return visitor.post("/mtc/event", body, **extra)

    return send


@pytest.fixture
def pixel(visitor: Client, db: None) -> Visit:
    """Load the tracking pixel."""

    def load(page_url: str = "https://testserver/", **values: Any) -> HttpResponse:
        extra = {name: values.pop(name) for name in list(values) if name.isupper()}
        return visitor.get("/mtracking.gif", {"page_url": page_url, **values}, **extra)

    return load


def reason(response: HttpResponse) -> str:
    return response[REASON_HEADER]
