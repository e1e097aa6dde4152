"""Changes of fields that have values, in chunks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.activity.making import NOON, contact
from wagtail_contacttrack.contacts import field_changes
from wagtail_contacttrack.contacts.field_changes import Claimed, Conversion
from wagtail_contacttrack.contacts.fieldset import Field
from wagtail_contacttrack.contacts.models import Contact, Identifier

pytestmark = pytest.mark.django_db

TEXT = Field("contact", "x", "X", "text", "core")
NUMBER = Field("contact", "x", "X", "number", "core")
COLUMN = Field("contact", "city", "City", "text", "core", installed=True)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(field_changes, "CHUNK", 2)


def values():
    return [person.fields for person in Contact.objects.order_by("pk")]


def some(*found):
    return [contact(fields={"y": 1} if x is None else {"x": x, "y": 1}) for x in found]


def test_values_are_taken_away_from_everybody_and_nothing_else_is():
    some("a", None, "b", "c", 0, ["d"], {"e": "f"})

    assert field_changes.forget(TEXT) == 6
    assert values() == [{"y": 1}] * 7


def test_columns_are_counted_and_never_emptied():
    contact(city="Bonn")
    contact()

    assert field_changes.holders(COLUMN).count() == 1
    assert field_changes.forget(COLUMN) == 0
    assert Contact.objects.filter(city="Bonn").exists()


def test_what_is_announced_is_what_happens():
    some("1", "two", None, "3", "4.0", "five", "0")

    plan = field_changes.preview(TEXT, NUMBER)
    assert values()[0] == {"x": "1", "y": 1}
    assert field_changes.convert(TEXT, NUMBER) == plan == Conversion(kept=4, lost=2)
    assert [found.get("x") for found in values()] == [1, None, None, 3, 4, None, 0]
    assert {found["y"] for found in values()} == {1}


@pytest.mark.parametrize(
    ("old", "new", "value", "converted"),
    [
        ("boolean", "text", True, "Yes"),
        ("boolean", "number", True, 1),
        ("multiselect", "text", ["a", "b"], "a|b"),
        ("text", "multiselect", "a|b", ["a", "b"]),
        ("number", "text", 38, "38"),
        ("datetime", "date", "2024-05-01T10:30:00+00:00", "2024-05-01"),
        ("html", "text", "<p>Hi</p>", "Hi"),
        ("text", "boolean", "yes", True),
        ("text", "select", "z", None),
    ],
)
def test_values_become_what_the_new_type_makes_of_them(old, new, value, converted):
    some(value)
    options = (("a", "A"), ("b", "B"))

    field_changes.convert(
        Field("contact", "x", "X", old, "core"),
        Field("contact", "x", "X", new, "core", options=options),
    )

    assert values() == [{"y": 1} if converted is None else {"x": converted, "y": 1}]


def test_values_name_who_was_identified_first_across_chunks():
    anonymous = contact(date_identified=None, fields={"x": "A"})
    some("b", "c", "d")
    first = contact(date_identified=NOON.replace(year=2020), fields={"x": "a"})
    merged = contact(merged_into=first, fields={"x": "gone"})

    assert field_changes.claim(TEXT, now=NOON) == Claimed(named=4, shared=1)
    assert Identifier.objects.get(value="a").contact == first
    assert not Identifier.objects.filter(contact__in=[anonymous, merged]).exists()
    # Whoever has a value of a unique field is known, as after every other change.
    anonymous.refresh_from_db()
    assert anonymous.is_known
    assert anonymous.presence.known == 1
    # Once more changes nothing.
    assert field_changes.claim(TEXT, now=NOON) == Claimed(named=4, shared=1)

    field_changes.unclaim(TEXT)
    assert not Identifier.objects.exists()


def test_the_statements_grow_with_the_chunks_and_not_with_the_rows(monkeypatch):
    monkeypatch.setattr(field_changes, "CHUNK", 50)
    some(*map(str, range(40)))

    for change in (
        lambda: field_changes.preview(TEXT, NUMBER),
        lambda: field_changes.claim(TEXT, now=NOON),
        lambda: field_changes.convert(TEXT, NUMBER),
        lambda: field_changes.forget(NUMBER),
    ):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            change()
        assert len(queries) < 20
