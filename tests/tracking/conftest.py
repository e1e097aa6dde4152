from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from wagtail_contacttrack.activity.models import Activity, TrackedPage
from wagtail_contacttrack.contacts.models import (
    Company,
    CompanyIdentifier,
    CompanyMembership,
    Contact,
    ContactTag,
    Device,
    DoNotContact,
    Identifier,
    Merge,
    MovedRow,
    NotADuplicate,
    Note,
    Presence,
    Tag,
    UserAgent,
)
from wagtail_contacttrack.outbound.models import Message, TrackedLink
from wagtail_contacttrack.outbound.webhooks.models import Webhook, WebhookEvent
from wagtail_contacttrack.segments.models import Segment, SegmentMember
from wagtail_contacttrack.tracking import record
from wagtail_contacttrack.tracking.models import (
    HitCount,
    IdentityKey,
    IdentityUse,
    TrackingSettings,
)
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


@pytest.fixture(scope="session")
def test_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, also when a run consists of nothing but tests that want it committed.

    pytest-django then makes none, and they would run in the project's own.
    """
    with django_db_blocker.unblock():
        made = []
        if connection.settings_dict["NAME"] != connection.creation._get_test_db_name():
            made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def committed(test_database: None, django_db_blocker: Any) -> Iterator[None]:
    """The real database without a transaction around the test, as threads and processes need it.

    Only our own tables are emptied afterwards, which is much quicker than a flush of all.
    """
    with django_db_blocker.unblock():
        yield
        empty()
        connections.close_all()


# What refers to others comes before what is referred to.
OURS = (
    WebhookEvent, Webhook,
    MovedRow, Merge, NotADuplicate, Identifier, ContactTag, Tag, SegmentMember, Segment,
    CompanyMembership, CompanyIdentifier, Company, DoNotContact, Note, Message, TrackedLink,
    IdentityUse, IdentityKey, Activity, Presence, Device, Contact, TrackedPage, UserAgent, HitCount,
    TrackingSettings,
)  # fmt: skip


def empty() -> None:
    """Delete every row of ours but the fields."""
    Contact.objects.update(merged_into=None)
    for model in OURS:
        model.objects.all()._raw_delete("default")


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

    threads = [
        threading.Thread(target=run, args=[number], daemon=True) for number in range(len(tasks))
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 30
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads)
    return results


@pytest.fixture
def processes() -> Iterator:
    """Run a task in so many forked processes that start together, and return their results."""
    fork = multiprocessing.get_context("fork")
    started = []

    def run(number: int, task) -> list:
        connections.close_all()
        start, results = fork.Barrier(number), fork.SimpleQueue()

        def work(index: int) -> None:
            start.wait()
            try:
                results.put((index, task(index)))
            except BaseException as error:  # noqa: BLE001
                results.put((index, error))
            finally:
                connections.close_all()
                os._exit(0)

        started.extend(fork.Process(target=work, args=[index]) for index in range(number))
        for process in started:
            process.start()
        return [value for _, value in sorted(results.get() for _ in range(number))]

    yield run
    for process in started:
        process.join(60)
    connection.close()


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[int]]:
    """Have so many hits that arrive at once written in two batches: the first alone, then the rest.

    The first writer is held back until all others wait, as a slow disk would do it. Returns the
    sizes of the batches as they come.
    """

    def hold(number: int) -> list[int]:
        write, sizes = record.committer._write, []

        def held(batch: list[Any]) -> None:
            sizes.append(len(batch))
            deadline = time.monotonic() + 30
            while len(sizes) == 1 and len(record.committer._waiting) < number - len(batch):
                assert time.monotonic() < deadline
                time.sleep(0.001)
            write(batch)

        monkeypatch.setattr(record.committer, "_write", held)
        return sizes

    return hold


class Clock:
    """What time it is."""

    def __init__(self) -> None:
        self.now = timezone.now().replace(microsecond=0)

    def forward(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until it is moved."""
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now)
    return clock
