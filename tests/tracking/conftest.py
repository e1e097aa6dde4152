from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from wagtail_contacttrack.activity.models import Activity, TrackedPage
from wagtail_contacttrack.contacts.models import Contact, Device, Presence, UserAgent
from wagtail_contacttrack.tracking.models import HitCount, TrackingSettings
from wagtail_contacttrack.tracking.views import REASON_HEADER

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PUBLIC = "203.0.113.9"
GIF = bytes.fromhex(
    "47494638396101000100900000ff000000000021f90405100000002c00000000010001000002020401003b"
)

Visit = Callable[..., HttpResponse]


def browser(**headers: Any) -> Client:
    """A browser of its own that keeps its cookies."""
    return Client(**{"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": PUBLIC, **headers})


def reason(response: HttpResponse) -> str:
    return response[REASON_HEADER]


def counts() -> dict[str, int]:
    """How the requests of this test ended, as it is kept."""
    found: dict[str, int] = {}
    for row in HitCount.objects.all():
        found[row.reason] = found.get(row.reason, 0) + row.count
    return found


@pytest.fixture
def visitor() -> Client:
    """A browser that keeps its cookies."""
    return browser()


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


@pytest.fixture
def configure(settings: Any) -> Callable[..., None]:
    """Change keys of the project's CONTACTTRACK."""

    def change(**values: Any) -> None:
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, **values}

    return change


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The real database without a transaction around the test, as threads and processes need it.

    Only our own tables are emptied afterwards, which is much quicker than a flush of all.
    """
    with django_db_blocker.unblock():
        yield
        for model in (
            Activity, Presence, Device, Contact, TrackedPage, UserAgent, HitCount, TrackingSettings,
        ):  # fmt: skip
            model.objects.all()._raw_delete("default")
        connections.close_all()


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run all tasks in threads that start together; return what they returned, or raised."""
    results: list[Any] = [None] * len(tasks)
    start = threading.Barrier(len(tasks))

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = tasks[number]()
        except BaseException as error:  # noqa: BLE001
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results
