"""What each type of field makes of what is sent, and what it refuses."""

from __future__ import annotations

import json

import pytest
from django.utils import translation

from wagtail_contacttrack.contacts import geography, values
from wagtail_contacttrack.contacts.fieldset import Field
from wagtail_contacttrack.contacts.models import FieldType

SIZES = (("s", "Small"), ("R&D", "Research"), ("x &lt; y", "Less"))


def field(type, options=(), **properties):
    return Field("contact", "x", "X", type, "core", options=tuple(options), properties=properties)


def outcome(field, sent):
    cleaned = values.clean(field, sent)
    return cleaned.problem or cleaned.value


# S29, S33, S34: the rows of the table of types. A problem is told by its code.
TABLE = [
    ("text", " Ada ", "Ada"),
    ("text", "<b>Ada</b> Lovelace", "Ada Lovelace"),
    ("text", "<<b>script>x", "x"),
    ("text", "I <3 you & 1 < 2 > 0", "I <3 you & 1 < 2 > 0"),
    ("text", "two\nlines\tand\x00 more", "two lines and more"),
    ("text", "שלום 🙂 ± 100 %+&", "שלום 🙂 ± 100 %+&"),
    ("text", "\ud800Ada", "Ada"),
    ("text", "0", "0"),
    ("text", 0, "0"),
    ("text", "a" * 64, "a" * 64),
    ("text", "a" * 65, "too_long"),
    ("text", ["a", "b"], "a|b"),
    ("text", {"x": "a", "y": ["b"]}, "a|b"),
    ("text", [[[[["deep"]]]]], "not_text"),
    ("lookup", "<i>Dr.</i>", "Dr."),
    ("lookup", "a" * 65, "too_long"),
    ("textarea", " one\n<p>two</p> ", "one\ntwo"),
    ("textarea", "a" * 65_535, "a" * 65_535),
    ("textarea", "a" * 65_536, "too_long"),
    ("html", "<p onclick='x'>Hi <b>you</b></p><script>x</script>", "<p>Hi <b>you</b></p>"),
    ("html", '<a href="javascript:x">y</a>', '<a rel="noopener noreferrer">y</a>'),
    ("html", "<script>x</script>", "blank"),
    ("email", "Foo@Bar.com", "Foo@Bar.com"),
    ("email", " foo@bar.com,", "foo@bar.com"),
    ("email", "<foo@bar.com>;", "foo@bar.com"),
    ("email", "mailto:foo+tag@bar.com", "foo+tag@bar.com"),
    ("email", "foo bar@bar.com", "not_an_email"),
    ("email", "foo&bar@bar.com", "not_an_email"),
    ("email", "foo^*%@bar.com", "not_an_email"),
    ("email", "foo@localhost", "not_an_email"),
    ("email", "nobody", "not_an_email"),
    ("email", ",", "blank"),
    ("email", ["a@b.com", "c@d.com"], "not_an_email"),
    ("email", "a" * 250 + "@b.com", "too_long"),
    ("number", "12", 12),
    ("number", "0", 0),
    ("number", "-0", 0),
    ("number", 0, 0),
    ("number", "2.5", 3),
    ("number", " 1e3 ", 1000),
    ("number", "1,5", "not_a_number"),
    ("number", "1_000", "not_a_number"),
    ("number", "٣", "not_a_number"),
    ("number", "nan", "not_a_number"),
    ("number", "0x1A", "not_a_number"),
    ("number", "1e400", "too_large"),
    ("number", True, 1),
    *(("boolean", word, True) for word in ("1", "true", "ON", "Yes", "T", "y", True)),
    *(("boolean", word, False) for word in ("0", "false", "off", "No", "F", "n", False, 0)),
    ("boolean", "maybe", "not_yes_or_no"),
    ("date", "2024-05-01", "2024-05-01"),
    ("date", "05/01/2024", "2024-05-01"),
    ("date", "1 May 2024", "2024-05-01"),
    ("date", "2024-05-01 23:30", "2024-05-01"),
    ("date", "0000-00-00", "not_a_date"),
    ("date", "0", "not_a_date"),
    ("date", "tomorrow", "not_a_date"),
    ("date", "May 2024", "not_a_date"),
    ("date", "10:30", "not_a_date"),
    ("date", "2024-02-30", "not_a_date"),
    ("date", "9" * 5000, "not_a_date"),
    ("datetime", "2024-05-01 10:30:59", "2024-05-01T10:30:00+00:00"),
    ("datetime", "2024-05-01T10:30:59+02:00", "2024-05-01T08:30:00+00:00"),
    ("datetime", "2024-05-01T10:30Z", "2024-05-01T10:30:00+00:00"),
    ("datetime", "2024-05-01", "2024-05-01T00:00:00+00:00"),
    ("datetime", "2024-05-01 10:30 XYZ", "not_a_datetime"),
    ("datetime", "0001-01-01T00:00+14:00", "not_a_datetime"),
    ("datetime", "0000-00-00 00:00:00", "not_a_datetime"),
    ("datetime", "soon", "not_a_datetime"),
    ("time", "10:30", "10:30:00"),
    ("time", "3:05:09 pm", "15:05:09"),
    ("time", "0:00", "00:00:00"),
    ("time", "25:00", "not_a_time"),
    ("time", "noon", "not_a_time"),
    ("select", "s", "s"),
    ("select", "R&amp;D", "R&D"),
    ("select", "x < y", "x &lt; y"),
    ("select", "S", "not_an_option"),
    ("multiselect", "s|R&amp;D|s", ["s", "R&D"]),
    ("multiselect", ["R&D", "s"], ["R&D", "s"]),
    ("multiselect", {"0": "s"}, ["s"]),
    ("multiselect", "s|other", "not_an_option"),
    ("multiselect", "|", "blank"),
    ("country", "germany", "Germany"),
    ("country", "de", "Germany"),
    ("country", "DEU", "Germany"),
    ("country", "Czech Republic", "Czechia"),
    ("country", "Turkey", "Türkiye"),
    ("country", "Cote d'Ivoire", "Côte d’Ivoire"),
    ("country", "USA", "United States"),
    ("country", "UK", "United Kingdom"),
    ("country", "Trinidad and Tobago", "Trinidad & Tobago"),
    ("country", "Deutschland", "not_a_country"),
    ("country", "EU", "not_a_country"),
    ("region", "california", "California"),
    ("region", "US-CA", "California"),
    ("region", "Baden-Wurttemberg", "Baden-Württemberg"),
    ("region", "Atlantis", "not_a_region"),
    ("locale", "en_US", "en_US"),
    ("locale", "en-us", "en_US"),
    ("locale", "zh_CN", "zh_CN"),
    ("locale", "de", "de"),
    ("locale", "xx_XX", "not_a_language"),
    ("timezone", "europe/paris", "Europe/Paris"),
    ("timezone", "Mars/Olympus", "not_a_timezone"),
    ("tel", "+49 (30) 123-45 ext. 6", "+49 (30) 123-45 ext. 6"),
    ("tel", "<b>1</b>", "1"),
    ("tel", "1" * 192, "too_long"),
    ("url", "example.org/a?b=c", "example.org/a?b=c"),
    ("url", "myapp://screen/cart", "myapp://screen/cart"),
    ("url", "JavaScript:alert(1)", "not_an_address"),
    ("url", "data:text/html,x", "not_an_address"),
    ("url", "two words", "not_an_address"),
    ("url", "https://x.example/" + "a" * 2000, "too_long"),
]


@pytest.mark.parametrize(("type", "sent", "expected"), TABLE, ids=lambda value: repr(value)[:40])
def test_a_value_is_cleaned_or_refused_by_its_type(type, sent, expected):
    options = SIZES if "select" in type else ()
    found = outcome(field(type, options), sent)
    assert found == expected and type_of(found) is type_of(expected)


def type_of(value):
    return float if isinstance(value, float) else type(value)


def test_the_table_has_every_type():
    assert {type for type, _sent, _expected in TABLE} == set(FieldType.values)


@pytest.mark.parametrize("type", FieldType.values)
@pytest.mark.parametrize("sent", [None, "", "  ", "\x00", [], {}, [""], [None]])
def test_what_says_nothing_is_blank(type, sent):
    assert values.clean(field(type, SIZES), sent) == values.Cleaned(None, "blank")


HOSTILE = [
    "<" * 50_000,
    "<a" * 50_000,
    "&" * 50_000,
    "|" * 50_000,
    "9" * 50_000,
    "1e999999999",
    "-" * 100,
    "\u202e\ufeff\x7f",
    "'; DROP TABLE contact; --",
    {"a": {"b": {"c": "d"}}},
    [1, 2.5, None, True],
    object(),
    float("inf"),
    10**400,
    "12:60:61.9999999999999 +99:99",
    "10pm 10am 2024",
    "1.1.1.1.1",
    "2024-W10-1",
    "2024-05-01T10:30+25:00",
    "99999-01-01",
]


@pytest.mark.parametrize("type", FieldType.values)
@pytest.mark.parametrize("sent", HOSTILE, ids=lambda value: repr(value)[:20])
def test_whatever_is_sent_ends_with_a_storable_value_or_a_known_problem(type, sent):
    cleaned = values.clean(field(type, SIZES), sent)

    assert (cleaned.value is None) == bool(cleaned.problem)
    assert not cleaned.problem or cleaned.problem in values.PROBLEMS
    json.dumps(cleaned.value, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("properties", "type", "sent", "expected"),
    [
        ({"limit": 100}, "text", "a" * 100, "a" * 100),
        ({"limit": 100}, "text", "a" * 101, "too_long"),
        ({"limit": 1000}, "text", "a" * 192, "too_long"),
        ({"limit": "x"}, "text", "a" * 64, "a" * 64),
        ({"scale": 2}, "number", "2.345", 2.35),
        ({"scale": 2}, "number", "0", 0.0),
        ({"scale": 2}, "number", "-0.001", 0.0),
        ({"yes": "Ja", "no": "Nein"}, "boolean", "ja", True),
        ({"yes": "Ja", "no": "Nein"}, "boolean", "NEIN", False),
        ({"yes": "Ja", "no": "Nein"}, "boolean", "yes", True),
    ],
)
def test_properties_of_a_field_rule_its_values(properties, type, sent, expected):
    found = outcome(field(type, **properties), sent)
    assert found == expected and type_of(found) is type_of(expected)


@pytest.mark.parametrize("code", values.PROBLEMS)
def test_each_problem_has_a_sentence(code):
    text = values.sentence(field("text", limit=10), code)
    assert text.endswith(".") and "%" not in text


def test_the_sentence_about_length_says_how_much_fits():
    assert "10 characters" in values.sentence(field("text", limit=10), "too_long")
    assert values.sentence(field("text"), "") == ""


@pytest.mark.parametrize(
    ("offset", "zone"),
    [
        ("-120", "Europe/Helsinki"),
        ("-60", "Europe/Paris"),
        ("0", "Europe/London"),
        ("300", "America/New_York"),
        ("480", "America/Los_Angeles"),
        ("-330", "Asia/Kolkata"),
        (" +300 ", "America/New_York"),
        ("7", ""),
        ("", ""),
        ("x", ""),
        ("1e3", ""),
        ("٣", ""),
        ("9" * 9999, ""),
        (None, ""),
        (["0"], ""),
    ],
)
def test_the_clock_of_a_browser_suggests_a_time_zone(offset, zone):
    assert values.guess_timezone(offset) == zone
    assert not zone or zone in geography.timezones()


def test_codes_of_countries_have_names():
    assert geography.country_name("DE") == "Germany"
    assert geography.country_name("de") == "Germany"
    assert geography.country_name("??") == "??"
    assert geography.country_name("") == ""


def test_places_are_called_what_the_reader_calls_them():
    with translation.override("de"):
        assert geography.country_title("Germany") == "Deutschland"
        assert geography.country_title("DE") == "Deutschland"
        assert geography.country_title("Atlantis") == "Atlantis"
        assert geography.locale_title("en_US") == "Englisch (Vereinigte Staaten)"
        assert geography.locale_title("nonsense") == "nonsense"
        assert ("Germany", "Deutschland") in geography.countries()
    with translation.override("pt-br"):
        assert geography.country_title("Germany") == "Alemanha"


def test_every_suggestion_is_taken():
    country, locale, region, zone = map(field, ("country", "locale", "region", "timezone"))
    assert all(outcome(country, name) == name for name, _title in geography.countries())
    assert all(outcome(locale, name) == name for name, _title in geography.locales())
    assert all(outcome(zone, name) == name for name in geography.timezones())
    assert all(not values.clean(region, name).problem for name in geography.regions())
