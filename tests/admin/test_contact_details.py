"""Values of fields on the page of a contact."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.activity.making import contact
from tests.admin.looking import text
from wagtail_contacttrack.contacts.models import ContactField

pytestmark = pytest.mark.django_db


def field(alias, type="text", **values):
    return ContactField.objects.create(
        alias=alias, label=alias.title(), type=type, **{"group": "personal", **values}
    )


@pytest.fixture
def shown(contact_page):
    """What stands under one label, and the tags that it stands in."""

    def get(person, label):
        for row in contact_page(person).select(".ct-card dl > div"):
            if text(row.dt) == label:
                return row.select("dd")
        return []

    return get


# S77
@pytest.mark.parametrize(
    ("type", "stored", "read"),
    [
        ("text", "<b>Ada</b>", "<b>Ada</b>"),
        ("number", 1234567, "1,234,567"),
        ("number", 0, "0"),
        ("boolean", True, "Yes"),
        ("boolean", False, "No"),
        ("date", "2024-05-01", "May 1, 2024"),
        ("datetime", "2024-05-01T10:30:00+00:00", "May 1, 2024, 12:30 p.m."),
        ("time", "15:05:09", "3:05 p.m."),
        ("country", "Germany", "Germany"),
        ("locale", "en_US", "English (United States)"),
        ("html", "<p>Hi <script>x</script><b>you</b></p>", "Hi you"),
        # Stored while the field was of another type.
        ("number", "many", "many"),
        ("date", "someday", "someday"),
        ("datetime", "2024-05-01T10:30:00", "2024-05-01T10:30:00"),
        ("boolean", "perhaps", "perhaps"),
        ("email", "nobody", "nobody"),
        ("select", ["a", "b"], "a b"),
    ],
)
def test_values_read_well_and_never_break_the_page(shown, type, stored, read):
    field("x", type, options=[["a", "a"], ["b", "b"]] if type == "select" else [])

    assert " ".join(map(text, shown(contact(fields={"x": stored}), "X"))) == read


@pytest.mark.parametrize(
    ("type", "stored", "leads_to"),
    [
        ("email", "a+b@example.org", "mailto:a%2Bb@example.org"),
        ("email", "a@b.example?bcc=x@y.example", "mailto:a@b.example%3Fbcc%3Dx@y.example"),
        ("url", "https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("url", "example.org/a", "https://example.org/a"),
        ("url", "myapp://cart", None),
        ("url", "javascript:alert(1)", None),
        ("url", "javascript://example.org/%0aalert(1)", None),
        ("text", "https://example.org/", None),
    ],
)
def test_only_addresses_are_links_and_only_to_the_web_or_a_mailbox(shown, type, stored, leads_to):
    field("x", type)

    (value,) = shown(contact(fields={"x": stored}), "X")

    assert text(value) == stored
    assert (value.a["href"] if value.a else None) == leads_to


def test_choices_read_by_their_labels_and_say_when_they_are_none_any_more(shown):
    field("size", "multiselect", options=[["s", "Small"]])

    values = shown(contact(fields={"size": ["s", "xl"]}), "Size")

    assert [text(value) for value in values] == ["Small", "xl (no longer one of the options)"]


def test_a_hidden_field_is_not_shown(contact_page):
    field("secret", visible=False)

    assert "hush" not in text(contact_page(contact(fields={"secret": "hush"})))


def test_countries_and_labels_of_our_own_are_in_the_readers_language(admin_client, contact_page):
    person = contact(country="Germany")

    with translation.override("de"):
        page = text(contact_page(person))

    assert "Deutschland" in page
