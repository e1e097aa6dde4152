"""A whole request, from its bytes to what it means."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import urlencode

import pytest

from wagtail_contacttrack.wire.hit import Hit

from .making import VISITOR, decoded, event, pixel, raw

DEVICE = "abcdefghij0123456789xyz"
OTHER = "z" * 23


def test_what_the_tracker_sends() -> None:  # S15 S16 S17 S18 S27
    hit = event(
        {
            "page_title": "Pricing",
            "page_language": "en-US",
            "preferred_locale": "en_US",
            "page_referrer": "https://www.google.com/search?q=shop",
            "page_url": "https://site.example/pricing?utm_source=news",
            "counter": "0",
            "timezone_offset": "-120",
            "timezone": "Europe/Berlin",
            "resolution": "1920x1080",
            "platform": "Windows",
            "do_not_track": "false",
            "mautic_device_id": OTHER,
            "mtc_event_id": "0123abcd-EF_",
            "mtc_page": "12",
            "mtc_locale": "en",
            "mtc_age": "2500",
            "plan": "gold",
        },
        headers={
            "user-agent": "Test/1",
            "accept-language": "en-US,en;q=0.9, de;q=0.8,*;q=0.1",
            "origin": "https://site.example",
            "referer": "https://site.example/",
        },
        cookies={"mautic_device_id": DEVICE, "mautic_referer_id": "12.34:sig"},
    )
    assert hit == Hit(
        door="event",
        method="POST",
        page_url="https://site.example/pricing?utm_source=news",
        page_title="Pricing",
        page_referrer="https://www.google.com/search?q=shop",
        page_language="en-US",
        utm={"utm_source": "news"},
        params={
            "preferred_locale": "en_US",
            "counter": "0",
            "timezone_offset": "-120",
            "timezone": "Europe/Berlin",
            "resolution": "1920x1080",
            "platform": "Windows",
            "do_not_track": "false",
            "plan": "gold",
        },
        cookie_device=DEVICE,
        param_device=OTHER,
        previous_hit="12.34:sig",
        event_id="0123abcd-EF_",
        age_ms=2500,
        wagtail_page=12,
        wagtail_locale="en",
        address=VISITOR,
        user_agent="Test/1",
        accept_language=["en-US", "en", "de"],
        origin="https://site.example",
        referer="https://site.example/",
    )
    assert hit.tracker


def test_both_doors_understand_the_same() -> None:  # S1 S37 S48
    values = {"page_url": "https://a.example/?x=1", "page_title": "A & B", "email": "a@b.c"}
    one, other = pixel(urlencode(values)), event(values)
    other.door, other.method = "pixel", "GET"
    assert one == other
    assert not one.tracker


def test_leaving_a_page() -> None:
    hit = event({"mtc_leave": "e-1", "mtc_engaged": "1234.5", "mautic_device_id": DEVICE})
    assert (hit.leaves, hit.engaged_ms, hit.event_id, hit.params) == ("e-1", 1234, "", {})
    assert hit.tracker


def test_custom_parameters_override_the_automatic_ones() -> None:  # S27 S28
    hit = event(b"page_title=auto&page_title=mine&page_url=a&plan=gold")
    assert (hit.page_title, hit.params) == ("mine", {"plan": "gold"})


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("mtc_engaged", "0", "engaged_ms", 0),
        ("mtc_engaged", "-5", "engaged_ms", 0),
        ("mtc_engaged", "x", "engaged_ms", 0),
        ("mtc_engaged", "1e9", "engaged_ms", 0),
        ("mtc_engaged", "99999999999", "engaged_ms", 86_400_000),
        ("mtc_engaged", "9" * 400, "engaged_ms", 0),
        ("mtc_age", "604800001", "age_ms", 604_800_000),
        ("mtc_age", "+12", "age_ms", 12),
        ("mtc_page", "0", "wagtail_page", None),
        ("mtc_page", "-1", "wagtail_page", None),
        ("mtc_page", "2147483647", "wagtail_page", 2147483647),
        ("mtc_page", "2147483648", "wagtail_page", None),
        ("mtc_page", "x", "wagtail_page", None),
        ("mtc_locale", "pt-BR", "wagtail_locale", "pt-BR"),
        ("mtc_locale", "<x>", "wagtail_locale", ""),
        ("mtc_event_id", "a" * 64, "event_id", "a" * 64),
        ("mtc_event_id", "a" * 65, "event_id", ""),
        ("mtc_event_id", "a b", "event_id", ""),
        ("mtc_event_id", "é", "event_id", ""),
        ("mtc_leave", "a\n", "leaves", ""),
    ],
)
def test_values_between_tracker_and_server_have_a_form(
    name: str, value: str, field: str, expected: object
) -> None:
    hit = event({name: value})
    assert getattr(hit, field) == expected
    assert hit.params == {}


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ({"mautic_device_id": DEVICE}, DEVICE),
        ({"mautic_device_id": DEVICE, "mtc_sid": OTHER}, DEVICE),
        ({"mtc_device_id": DEVICE, "mtc_sid": OTHER}, DEVICE),
        ({"mtc_sid": DEVICE, "mtc_id": "7"}, DEVICE),
        ({"mautic_device_id": "forged", "mtc_sid": DEVICE}, DEVICE),
        ({"mautic_device_id": "A" * 23}, ""),
        ({"mautic_device_id": ""}, ""),
        ({"mtc_id": "7"}, ""),
    ],
)
def test_the_device_by_cookie(cookies: dict[str, str], expected: str) -> None:
    assert pixel(cookies=cookies).cookie_device == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"mautic_device_id={DEVICE}", DEVICE),
        (f"mautic_device_id[]={DEVICE}", DEVICE),
        ("mautic_device_id=short", ""),
        (f"page_url=https%3A%2F%2Fa.example%2F%3Fmautic_device_id%3D{DEVICE}", ""),
    ],
)
def test_the_device_by_parameter(query: str, expected: str) -> None:
    hit = pixel(query)
    assert (hit.param_device, hit.params) == (expected, {})


@pytest.mark.parametrize(
    ("headers", "query", "expected"),
    [
        ({}, "", ""),
        ({"dnt": "1"}, "", "dnt"),
        ({"dnt": "0", "sec-gpc": "0"}, "", ""),
        ({"dnt": "null"}, "", ""),
        ({"sec-gpc": "1"}, "", "gpc"),
        ({"dnt": "1", "sec-gpc": "1"}, "", "dnt"),
        ({}, "do_not_track=true", "dnt"),
        ({}, "do_not_track=1", "dnt"),
        ({}, "do_not_track=True", "dnt"),
        ({}, "do_not_track[]=1", "dnt"),
        ({}, "do_not_track=false", ""),
        ({}, "do_not_track=0", ""),
        ({}, "do_not_track=", ""),
        ({"sec-gpc": "1"}, "do_not_track=true", "gpc"),
    ],
)
def test_privacy_signals(headers: dict[str, str], query: str, expected: str) -> None:
    assert pixel(query, headers=headers).signal == expected


def test_a_privacy_signal_in_json() -> None:
    assert event(b'{"do_not_track": true}', "application/json").signal == "dnt"
    assert event(b'{"do_not_track": false}', "application/json").signal == ""


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"purpose": "prefetch"}, True),
        ({"sec-purpose": "prefetch;prerender"}, True),
        ({"sec-purpose": "Prefetch"}, True),
        ({"x-moz": "prefetch"}, True),
        ({"purpose": "prerender"}, True),
        ({"purpose": "navigate"}, False),
    ],
)
def test_pages_that_nobody_has_seen(headers: dict[str, str], expected: bool) -> None:
    assert pixel(headers=headers).prefetch is expected


@pytest.mark.parametrize(
    ("peer", "value", "expected"),
    [
        ("10.0.0.1", "DE", "DE"),
        ("10.0.0.1", " de ", "DE"),
        ("10.0.0.1", "XX", ""),
        ("10.0.0.1", "T1", ""),
        ("10.0.0.1", "Germany", ""),
        (VISITOR, "DE", ""),
    ],
)
def test_the_country_is_believed_from_a_trusted_proxy_only(
    peer: str, value: str, expected: str
) -> None:
    hit = pixel(
        headers={"cf-ipcountry": value},
        peer=peer,
        trusted=["10.0.0.0/8"],
        country_header="CF-IPCountry",
    )
    assert hit.country == expected


def test_the_address_is_resolved() -> None:
    headers = {"x-forwarded-for": "198.51.100.9"}
    assert pixel(headers=headers).address == VISITOR
    assert pixel(headers=headers, trusted=[VISITOR]).address == "198.51.100.9"
    assert pixel(peer="::ffff:203.0.113.7").address == VISITOR


def test_headers_are_limited() -> None:
    hit = pixel(
        "x=1",
        headers={
            "user-agent": "x" * 5000,
            "referer": "https://a.example/" + "x" * 50000,
            "origin": "https://" + "x" * 5000,
            "accept-language": "de," * 5000,
        },
    )
    assert (len(hit.user_agent), len(hit.referer), len(hit.origin)) == (1000, 16384, 300)
    assert hit.accept_language == ["de"] * 20


def test_ids_of_other_systems_are_not_kept() -> None:
    assert pixel("mtc_id=7&mtc_sid=x&email=a@b.c").params == {"email": "a@b.c"}


def test_methods_other_than_get_are_decoded_alike() -> None:
    for method in ("HEAD", "POST", "PUT", ""):
        hit = decoded(raw("page_title=T", method=method), "pixel")
        assert (hit.page_title, hit.method) == ("T", method or "GET")


def test_the_decoder_needs_no_django() -> None:
    names = "addresses agents body hit ids origins packed page params phpserialize request text"
    code = (
        "import sys, types\n"
        "package = types.ModuleType('wagtail_contacttrack')\n"
        "package.__path__ = ['wagtail_contacttrack']\n"
        "sys.modules['wagtail_contacttrack'] = package\n"
        f"for name in {names.split()!r}:\n"
        "    __import__('wagtail_contacttrack.wire.' + name)\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'wagtail')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("door", ["event", "pixel"])
def test_a_signed_identity_travels_apart_from_what_is_stored(door: str) -> None:
    send = event if door == "event" else lambda values: pixel(urlencode(values))
    hit = send({"page_url": "https://site.example/", "mtc_identity": "abc.def", "plan": "gold"})
    assert hit.identity == "abc.def"
    assert hit.params == {"plan": "gold"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("?mtc_identity=abc.def", ""),
        ("?a=1&mtc_identity=abc&b=2#c", "?a=1&b=2#c"),
        ("?mtc_identity=abc&b=2", "?b=2"),
        ("?a=1&MTC_identity=abc#c", "?a=1#c"),
        ("?mtc_identity=a&mtc_identity=b", ""),
        ("?not_mtc_identity=a", "?not_mtc_identity=a"),
        ("#mtc_identity=a", "#mtc_identity=a"),
    ],
)
def test_no_signed_identity_stands_in_an_address_and_none_counts_from_there(
    sent: str, kept: str
) -> None:
    page, referrer = "https://site.example/a", "https://other.example/"
    hit = event({"page_url": page + sent, "page_referrer": referrer + sent})
    assert (hit.page_url, hit.page_referrer) == (page + kept, referrer + kept)
    assert hit.identity == ""
