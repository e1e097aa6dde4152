"""Fill the tables step by step, and time the admin's pages at each size.

Runs in a process of its own, with Django set up, and prints one JSON object for each size;
`benchmarks/timeline.py` makes a table of them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse

from wagtail_contacttrack.activity.kinds import PAGE_HIT
from wagtail_contacttrack.activity.models import Activity, TrackedPage
from wagtail_contacttrack.contacts.models import Contact, Device, Presence, UserAgent
from wagtail_contacttrack.wire.ids import new_tracking_id, text_key

END = datetime(2026, 6, 1, tzinfo=UTC)
READER_ROWS = 400
PAGES = 500
COUNTRIES = ("AT", "CH", "DE", "FR", "NL")
CHUNK = 5_000
# What editors ask the list for: some have an index, the others must look at rows.
LISTS = {
    "everybody": "anonymous=shown",
    "anonymous": "anonymous=only",
    "by name": "ordering=name",
    "by points": "ordering=-points",
    "one word": "q=person",
    "a word that nobody has": "q=zanzibar",
    "an e-mail address": "q=person20@example.org",
    "a country": "country=DE&anonymous=shown",
    "a device": "device=mobile&anonymous=shown",
    "some days": "active_from=2026-02-01&active_to=2026-02-03",
}


class Filler:
    """Visits of ever more contacts, all within one year; every tenth contact is known."""

    def __init__(self, each: int) -> None:
        self.rows = 0
        self.each = each
        self.contacts = 0
        self.pages = TrackedPage.objects.bulk_create(
            TrackedPage(digest=text_key(f"page {number}"), url=f"https://example.org/{number}/")
            for number in range(PAGES)
        )
        self.agent = UserAgent.objects.create(
            digest=text_key("agent"), raw="agent", browser="Firefox", os="Linux", kind="desktop"
        )

    def reader(self) -> Contact:
        """The contact whose timeline is read: always the same, and with more rows than a page."""
        contact = self._contacts(1)[0]
        device = Device.objects.get(contact=contact)
        Activity.objects.bulk_create(self._visits(contact.pk, device.pk, READER_ROWS))
        self.rows += READER_ROWS
        return contact

    def grow(self, rows: int) -> None:
        """Add contacts and their visits until the ledger has as many rows."""
        while self.rows < rows:
            contacts = self._contacts(min(CHUNK // self.each, -(-(rows - self.rows) // self.each)))
            devices = Device.objects.filter(contact__in=contacts).values_list("contact_id", "id")
            visits = [
                visit
                for contact_id, device_id in devices
                for visit in self._visits(contact_id, device_id, self.each)
            ]
            Activity.objects.bulk_create(visits, batch_size=CHUNK)
            self.rows += len(visits)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")

    def _contacts(self, number: int) -> list[Contact]:
        first, self.contacts = self.contacts, self.contacts + number
        contacts = Contact.objects.bulk_create(
            Contact(
                email=f"person{index}@example.org" if index % 10 == 0 else "",
                lastname=f"Person {index}" if index % 10 == 0 else "",
                date_identified=END if index % 10 == 0 else None,
                country=COUNTRIES[index % 7 % len(COUNTRIES)],
            )
            for index in range(first, first + number)
        )
        Presence.objects.bulk_create(
            Presence(contact=contact, known=contact.is_known, at=self._moment(contact.pk))
            for contact in contacts
        )
        Device.objects.bulk_create(
            Device(tracking_id=new_tracking_id(), contact=contact, agent=self.agent)
            for contact in contacts
        )
        return contacts

    def _visits(self, contact_id: int, device_id: int, number: int) -> Iterator[Activity]:
        for index in range(number):
            page = self.pages[(contact_id * 7 + index) % PAGES]
            yield Activity(
                kind=PAGE_HIT,
                contact_id=contact_id,
                device_id=device_id,
                page=page,
                agent=self.agent,
                event_key=text_key(f"{contact_id} {index}"),
                time=self._moment(contact_id) - timedelta(hours=index // 4, minutes=index % 4),
                url=page.url,
                title="Wheels and tyres",
                data={"door": "script", "language": "en-GB"},
            )

    @staticmethod
    def _moment(seed: int) -> datetime:
        """A moment of the year, scattered, but always the same for the same seed."""
        return END - timedelta(seconds=seed * 7_919 % 31_536_000)


class Stopwatch:
    """Counts queries, and the time that the database takes for them."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*args)
        finally:
            self.seconds += time.perf_counter() - start
            self.queries += 1


def measure(client: Client, addresses: dict[str, str], repeats: int) -> dict[str, dict[str, float]]:
    """For each page its CPU time in this process and its time in the database, in milliseconds.

    Of many requests the cheapest counts: what else the machine does only ever adds to it.
    """
    figures = {}
    for name, address in addresses.items():
        cpu, database, queries = [], [], 0
        for _ in range(repeats):
            watch = Stopwatch()
            start = time.process_time()
            with connection.execute_wrapper(watch):
                response = client.get(address)
            cpu.append(1e3 * (time.process_time() - start))
            database.append(1e3 * watch.seconds)
            queries = watch.queries
            if response.status_code != 200:
                sys.exit(f"{address} answers {response.status_code}")
        figures[name] = {
            "cpu_ms": round(min(cpu), 2),
            "database_ms": round(min(database), 2),
            "queries": queries,
        }
    return figures


def main() -> None:
    each, repeats, *sizes = map(int, sys.argv[1:])
    user = get_user_model().objects.create_superuser("reader", "reader@example.org", "reader")
    client = Client()
    client.force_login(user)
    filler = Filler(each)
    contact = filler.reader()
    middle = Activity.objects.filter(contact=contact).order_by("-time")[READER_ROWS // 2]
    cursor = f"{(middle.time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)}"
    timeline = reverse("contacttrack_contacts:inspect", args=[contact.pk])
    contacts = reverse("contacttrack_contacts:index")
    addresses = {
        "contacts": contacts,
        **{f"contacts, {name}": f"{contacts}?{query}" for name, query in LISTS.items()},
        "timeline": timeline,
        "timeline, further on": f"{timeline}?before={cursor}-{middle.pk}",
    }
    for size in sizes:
        filler.grow(size)
        pages = measure(client, addresses, repeats)
        print(json.dumps({"rows": size, "pages": pages}), flush=True)
