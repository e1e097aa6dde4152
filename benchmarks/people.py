"""Contacts and their visits by the million, made within the database."""

from __future__ import annotations

from typing import Any

from django.db import connection

from wagtail_contacttrack.activity.models import Activity, TrackedPage
from wagtail_contacttrack.contacts.models import (
    Contact,
    ContactTag,
    Device,
    DoNotContact,
    Identifier,
    Presence,
    Tag,
    UserAgent,
)
from wagtail_contacttrack.wire.ids import text_key

PAGES = 500
# Whose activity is read: always the same, and more than one page of it.
READER, READER_ROWS = 1, 400
# One in so many contacts is known.
KNOWN = 10
IS_KNOWN = f"n % {KNOWN} = 0"
ADDRESS = "'person' || n || '@example.org'"
SPOKEN = {
    "postgresql": {
        "numbers": "generate_series({first}, {last}) AS numbers(n)",
        "key": "md5({0})::uuid",
        "moment": "TIMESTAMPTZ '2025-06-01 00:00:00Z' + ({0}) * INTERVAL '1 second'",
        "letters": "substr(md5({0}), 1, 23)",
        "true": "TRUE",
        "json": "{0}::jsonb",
    },
    "sqlite": {
        "numbers": (
            "(WITH RECURSIVE counted(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM counted "
            "WHERE n < {last}) SELECT n FROM counted)"
        ),
        "key": "lower(hex(randomblob(16)))",
        "moment": "datetime('2025-06-01', '+' || ({0}) || ' seconds')",
        "letters": "substr(lower(hex(randomblob(12))), 1, 23)",
        "true": "1",
        "json": "{0}",
    },
}


class People:
    """Fills the tables up to a number of contacts; calls with greater numbers add to that."""

    def __init__(self, each: int) -> None:
        self.each = each
        self.contacts = 0
        self.speak = SPOKEN[connection.vendor]
        self.agent = UserAgent.objects.create(
            digest=text_key("agent"), raw="agent", browser="Firefox", os="Linux", kind="desktop"
        )
        self.first_page = TrackedPage.objects.bulk_create(
            TrackedPage(digest=text_key(f"page {number}"), url=f"https://example.org/{number}/")
            for number in range(PAGES)
        )[0].pk
        self.tag = Tag.objects.create(name="customer", digest=text_key("customer"))

    def grow(self, contacts: int) -> None:
        """Add contacts until there are so many, with everything that belongs to them."""
        first, last = self.contacts + 1, contacts
        numbers = self.speak["numbers"].format(first=first, last=last)
        self._people(numbers)
        self._devices(numbers)
        self._names(numbers)
        self._marks(numbers)
        visits = self.speak["numbers"].format(
            first=self.contacts * self.each, last=last * self.each - 1
        )
        # Somebody's visits lie far from each other, as they do where many people come.
        scattered = f"n % 100003 * 7919 % {last - self.contacts}"
        self._visits(visits, f"{first} + {scattered}", "n")
        if not self.contacts:
            more = self.speak["numbers"].format(first=1, last=READER_ROWS)
            self._visits(more, str(READER), "-n")
        self.contacts = contacts
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")

    def _people(self, numbers: str) -> None:
        seen = self._moment("n * 30")
        named = f"CASE WHEN {IS_KNOWN} THEN {{}} ELSE '' END"
        self._insert(
            Contact,
            {
                "id": "n",
                "email": named.format(ADDRESS),
                "firstname": "''",
                "lastname": named.format("'Person ' || n"),
                "company": "''",
                "city": "''",
                "state": "''",
                "country": "CASE n % 5 WHEN 0 THEN 'Austria' WHEN 1 THEN 'France' ELSE '' END",
                "points": "n % 100",
                "fields": self._json("'{}'"),
                "date_added": seen,
                "date_modified": seen,
                "date_identified": f"CASE WHEN {IS_KNOWN} THEN {seen} END",
            },
            numbers,
        )
        self._insert(
            Presence,
            {"contact_id": "n", "known": f"CASE WHEN {IS_KNOWN} THEN 1 ELSE 0 END", "at": seen},
            numbers,
        )

    def _devices(self, numbers: str) -> None:
        self._insert(
            Device,
            {
                **self._linked("'new'"),
                "tracking_id": self.speak["letters"].format("'device ' || n"),
                "agent_id": str(self.agent.pk),
                "date_added": self._moment("n * 30"),
            },
            numbers,
        )

    def _names(self, numbers: str) -> None:
        yes = self.speak["true"]
        self._insert(
            Identifier,
            {
                **self._linked("'api'"),
                "digest": self.speak["key"].format("'email ' || n"),
                "field": "'email'",
                "value": ADDRESS,
                "verified": yes,
                "current": yes,
            },
            f"{numbers} WHERE {IS_KNOWN}",
        )

    def _marks(self, numbers: str) -> None:
        own = {"contact_id": "n", "date_added": self._moment("n * 30")}
        self._insert(ContactTag, {**own, "tag_id": str(self.tag.pk)}, f"{numbers} WHERE {IS_KNOWN}")
        self._insert(
            DoNotContact,
            {**own, "channel": "'email'", "reason": "1", "comments": "''"},
            f"{numbers} WHERE n % {10 * KNOWN} = 0",
        )

    def _linked(self, rule: str) -> dict[str, str]:
        return {
            "contact_id": "n",
            "rule": rule,
            "evidence": self._json("'{}'"),
            "linked_at": self._moment("n * 30"),
        }

    def _visits(self, source: str, contact: str, number: str) -> None:
        page = f"abs({number}) % {PAGES}"
        self._insert(
            Activity,
            {
                "kind": "'page.hit'",
                "contact_id": contact,
                "page_id": f"{self.first_page} + {page}",
                "agent_id": str(self.agent.pk),
                "event_key": self.speak["key"].format(f"'visit ' || {number}"),
                "time": self._moment("n * 6"),
                "url": f"'https://example.org/' || {page} || '/'",
                "title": "'Wheels and tyres'",
                "referrer": "''",
                "address": "'203.0.113.' || n % 200",
                "data": self._json('\'{"door": "script", "language": "en-GB"}\''),
            },
            source,
        )

    def _moment(self, seconds: str) -> str:
        return self.speak["moment"].format(seconds)

    def _json(self, text: str) -> str:
        return self.speak["json"].format(text)

    @staticmethod
    def _insert(model: Any, columns: dict[str, str], source: str) -> None:
        table = connection.ops.quote_name(model._meta.db_table)
        names = ", ".join(map(connection.ops.quote_name, columns))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} FROM {source}"
            )
