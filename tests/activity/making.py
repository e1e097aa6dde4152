"""Contacts and what they did, for the tests."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from wagtail_contacttrack.activity.kinds import PAGE_HIT
from wagtail_contacttrack.activity.models import Activity, TrackedPage
from wagtail_contacttrack.contacts.models import Contact, Device, UserAgent

NOON = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GAP = 30 * MINUTE


def contact(**values: Any) -> Contact:
    """A known contact; `date_identified=None` makes an anonymous one."""
    return Contact.objects.create(**{"date_identified": NOON, "date_added": NOON, **values})


def agent(browser: str, os: str = "", **values: Any) -> UserAgent:
    raw = f"{browser}/{os}/{values}"
    return UserAgent.objects.create(
        digest=uuid.uuid4(), raw=raw, browser=browser, os=os, **{"kind": "desktop", **values}
    )


def device(owner: Contact, used: UserAgent | None = None, **values: Any) -> Device:
    tracking_id = uuid.uuid4().hex[:23]
    return Device.objects.create(tracking_id=tracking_id, contact=owner, agent=used, **values)


def tracked_page(url: str, wagtail_page: int | None = None) -> TrackedPage:
    return TrackedPage.objects.create(digest=uuid.uuid4(), url=url, wagtail_page=wagtail_page)


def activity(owner: Contact, minute: float = 0, **values: Any) -> Activity:
    """An unsaved row, so many minutes after noon."""
    values = {"kind": PAGE_HIT, "url": "https://example.org/", "title": f"at {minute}", **values}
    return Activity(contact=owner, time=NOON + minute * MINUTE, event_key=uuid.uuid4(), **values)


def did(owner: Contact, *minutes: float, **values: Any) -> list[Activity]:
    """Rows at these minutes after noon."""
    rows = [activity(owner, minute, **values) for minute in minutes]
    for row in rows:
        row.save()
    return rows
