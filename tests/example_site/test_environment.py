"""The example site's settings out of environment variables."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from ropewalk.env import Environment
from wagtail_contacttrack.conf import DEFAULTS


def contacttrack(**variables: str) -> dict[str, object]:
    named = {f"CONTACTTRACK_{name}": value for name, value in variables.items()}
    return Environment(named).contacttrack(DEFAULTS)


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("1", True), ("TRUE", True), ("false", False), ("0", False), ("False", False)],
)
def test_booleans_are_true_false_1_or_0(text, value):  # S4
    assert contacttrack(TRACK_PRIVATE_IP_RANGES=text) == {"TRACK_PRIVATE_IP_RANGES": value}


def test_lists_are_separated_by_commas():
    found = contacttrack(TRUSTED_PROXIES="10.0.0.1, 10.1.0.0/16,,")
    assert found == {"TRUSTED_PROXIES": ["10.0.0.1", "10.1.0.0/16"]}


def test_numbers_and_texts_have_the_type_of_their_default():
    found = contacttrack(RATE_LIMIT="30", COUNTER_FLUSH_SECONDS="0.5", COOKIE_PATH="/shop/")
    assert found == {"RATE_LIMIT": 30, "COUNTER_FLUSH_SECONDS": 0.5, "COOKIE_PATH": "/shop/"}


def test_what_is_unset_or_empty_stays_with_the_admin():
    assert contacttrack(ANONYMIZE_IP="", CORS_VALID_DOMAINS=" ") == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("RATE_LIMIT", "many"), ("ANONYMIZE_IP", "yes"), ("COUNTER_FLUSH_SECONDS", "-1")],
)
def test_a_wrong_value_is_an_error_that_names_the_variable(name, value):
    with pytest.raises(ImproperlyConfigured, match=f"CONTACTTRACK_{name}='{value}'"):
        contacttrack(**{name: value})


def test_a_misspelt_name_is_a_warning():
    with pytest.warns(UserWarning, match="CONTACTTRACK_RATE_LIMITS names no setting"):
        assert contacttrack(RATE_LIMITS="3") == {}


@pytest.mark.parametrize(
    ("url", "engine", "name"),
    [
        ("", "sqlite3", "/x/db.sqlite3"),
        ("postgres://me:secret@db.example:5433/site", "postgresql", "site"),
        ("mysql://me@db.example/site", "mysql", "site"),
    ],
)
def test_a_database_url_becomes_settings(url, engine, name):
    found = Environment({"DATABASE_URL": url}).database("DATABASE_URL", "sqlite:////x/db.sqlite3")
    assert found["ENGINE"].endswith(engine)
    assert found["NAME"] == name


def test_a_wrong_database_url_is_an_error_that_names_the_variable():
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        Environment({"DATABASE_URL": "oracle9://x"}).database("DATABASE_URL", "")


@pytest.mark.parametrize("value", ["0", "65536", "http"])
def test_a_port_must_be_a_port(value):
    with pytest.raises(ImproperlyConfigured, match="PORT="):
        Environment({"PORT": value}).port("PORT", 8000)


# What other systems set to drive the example site from outside.
PROMISED = {
    "API_ENABLED": ("true", True),
    "API_ENABLE_BASIC_AUTH": ("1", True),
    "TRACK_PRIVATE_IP_RANGES": ("true", True),
    "TRACK_BY_TRACKING_URL": ("true", True),
    "TRACK_UNSIGNED_CLICKTHROUGH": ("0", False),
    "CORS_RESTRICT_DOMAINS": ("false", False),
    "CORS_VALID_DOMAINS": ("https://a.example,https://b.example", 2),
    "DO_NOT_TRACK_IPS": ("203.0.113.7", 1),
    "DO_NOT_TRACK_INTERNAL_IPS": ("203.0.113.8", 1),
    "UTM_RECORDING": ("always", "always"),
    "RESPECT_PRIVACY_SIGNALS": ("false", False),
    "TRUSTED_PROXIES": ("10.0.0.1", 1),
    "ANONYMIZE_IP": ("1", True),
    "RATE_LIMIT": ("0", 0),
    "GOOGLE_ANALYTICS_ID": ("G-1", "G-1"),
    "GOOGLE_ANALYTICS_TRACKINGPAGE_ENABLED": ("true", True),
    "FACEBOOK_PIXEL_ID": ("17", "17"),
    "FACEBOOK_PIXEL_TRACKINGPAGE_ENABLED": ("true", True),
}


@pytest.mark.parametrize("name", PROMISED)
def test_every_tracking_setting_can_be_given_from_outside(name):
    text, value = PROMISED[name]
    found = contacttrack(**{name: text})[name]
    assert (len(found) if isinstance(found, list) else found) == value
