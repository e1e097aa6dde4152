"""The `d` of the documented PHP snippet and of the plugins that send it."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, unquote, unquote_plus

import pytest

from .making import event, pixel

DOCUMENTED = (
    "YTozOntzOjg6InBhZ2VfdXJsIjtzOjM1OiJodHRwczovL2V4YW1wbGUuY29tL3ByaWNpbmc%2FYT0xJmI9MiI7czox"
    "MDoicGFnZV90aXRsZSI7czo3OiJQcmljaW5nIjtzOjU6ImVtYWlsIjtzOjIwOiJ1c2VyQHRoZWlyZG9tYWluLmNvbSI7"
    "fQ%3D%3D"
)
WORDPRESS = (
    "YTo0OntzOjg6Imxhbmd1YWdlIjtzOjU6ImVuX1VTIjtzOjg6InBhZ2VfdXJsIjtzOjI2OiJodHRwczovL3dwLmV4YW1w"
    "bGUvcHJpY2luZyI7czoxMDoicGFnZV90aXRsZSI7czoyOToiUHJpY2luZyAmIzgyMTE7IEJsb2cgJmFtcDsgQ28iO3M6"
    "ODoicmVmZXJyZXIiO3M6MTk6Imh0dHBzOi8vd3AuZXhhbXBsZS8iO30%3D"
)
UNICODE = (
    "YTozOntzOjg6InBhZ2VfdXJsIjtzOjI1OiJodHRwczovL2V4YW1wbGUuY29tL8OpdMOpIjtzOjEwOiJwYWdlX3RpdGxl"
    "IjtzOjE5OiLml6XmnKzoqp4g4oCTIMO8bsOvIjtzOjU6ImVtYWlsIjtzOjE3OiJ6b8OrQGV4w6RtcGxlLmNvbSI7fQ%3D"
    "%3D"
)
PLUS_AND_SLASH = (
    "YToyOntzOjg6InBhZ2VfdXJsIjtzOjM4OiJodHRwczovL2V4YW1wbGUuY29tL3g%2FcT0%2BPj5%2Bfn7Dvn7Du8O8MS"
    "I7czo1OiJlbWFpbCI7czoxNToiYStiQGV4YW1wbGUuY29tIjt9"
)
TYPES = (
    "YTo2OntzOjg6InBhZ2VfdXJsIjtzOjE6InUiO3M6MToibiI7aTo0MjtzOjE6ImYiO2Q6MS41O3M6MToidCI7YjoxO3M6"
    "MzoibnVsIjtOO3M6MzoibmVnIjtpOi03O30%3D"
)
NESTED = (
    "YTozOntzOjg6InBhZ2VfdXJsIjtzOjE6InUiO3M6NDoidGFncyI7YToyOntpOjA7czo4OiJQcm9kdWN0QSI7aToxO3M6"
    "OToiLVByb2R1Y3RCIjt9czo3OiJjb21wYW55IjthOjE6e3M6NDoibmFtZSI7czoxOiJYIjt9fQ%3D%3D"
)
TAGS = "YToyOntzOjg6InBhZ2VfdXJsIjtzOjE6InUiO3M6NDoidGFncyI7czoxODoiUHJvZHVjdEEsLVByb2R1Y3RCIjt9"
FAKE_INSIDE = (
    "YToyOntzOjEwOiJwYWdlX3RpdGxlIjtzOjE5OiJIZSBzYWlkICJoaSI7IGE6MTp7IjtzOjg6InBhZ2VfdXJsIjtzOjE6"
    "IngiO30%3D"
)
DRUPAL = (
    "YTo0OntzOjU6InRpdGxlIjtzOjE1OiJQcmVpc2UgJiBQbMOkbmUiO3M6ODoibGFuZ3VhZ2UiO3M6MjoiZGUiO3M6ODoi"
    "cmVmZXJyZXIiO3M6MjM6Imh0dHBzOi8vd3d3Lmdvb2dsZS5jb20vIjtzOjM6InVybCI7czo1MjoiaHR0cHM6Ly9kcnVw"
    "YWwuZXhhbXBsZS9kZS9wcmVpc2U%2FdXRtX3NvdXJjZT1uZXdzJng9MSI7fQ%3D%3D"
)
WORDPRESS_GUEST = (
    "YTo0OntzOjg6Imxhbmd1YWdlIjtzOjU6ImVuX1VTIjtzOjg6InBhZ2VfdXJsIjtzOjMyOiJodHRwOi8vMTI3LjAuMC4x"
    "OjQ3MDg1P3BhZ2VfaWQ9NCI7czoxMDoicGFnZV90aXRsZSI7czo1NToiUHJvZHVpdHMgJmFtcDsgUHJpeCDigJMgw6l0"
    "w6kgJiM4MjExOyBFMkUgQmxvZyAmYW1wOyBDbyI7czo4OiJyZWZlcnJlciI7czozMjoiaHR0cDovL3JlZi5leGFtcGxl"
    "Lz91dG1fc291cmNlPXgiO30%3D"
)
WORDPRESS_MEMBER = (
    "YToxMDp7czo1OiJlbWFpbCI7czoxNToiYWRhQGV4YW1wbGUuY29tIjtzOjk6ImZpcnN0bmFtZSI7czozOiJBZGEiO3M6"
    "ODoibGFzdG5hbWUiO3M6ODoiTG92ZWxhY2UiO3M6Nzoid3BfdXNlciI7czozOiJhZGEiO3M6ODoid3BfYWxpYXMiO3M6"
    "NjoiQWRhIEwuIjtzOjIwOiJ3cF9yZWdpc3RyYXRpb25fZGF0ZSI7czoxMDoiMjAyNi0xMS0yMyI7czo4OiJsYW5ndWFn"
    "ZSI7czo1OiJlbl9VUyI7czo4OiJwYWdlX3VybCI7czozMjoiaHR0cDovLzEyNy4wLjAuMTo0NzA4NT9wYWdlX2lkPTQi"
    "O3M6MTA6InBhZ2VfdGl0bGUiO3M6NTU6IlByb2R1aXRzICZhbXA7IFByaXgg4oCTIMOpdMOpICYjODIxMTsgRTJFIEJs"
    "b2cgJmFtcDsgQ28iO3M6ODoicmVmZXJyZXIiO3M6MzI6Imh0dHA6Ly9yZWYuZXhhbXBsZS8%2FdXRtX3NvdXJjZT14Ijt9"
)


@pytest.mark.parametrize(
    ("d", "page", "params"),
    [
        pytest.param(
            DOCUMENTED,
            ("https://example.com/pricing?a=1&b=2", "Pricing", "", ""),
            {"email": "user@theirdomain.com"},
            id="documentation",
        ),
        pytest.param(
            WORDPRESS,
            ("https://wp.example/pricing", "Pricing – Blog & Co", "https://wp.example/", "en_US"),
            {},
            id="wordpress",
        ),
        pytest.param(
            UNICODE,
            ("https://example.com/été", "日本語 – ünï", "", ""),
            {"email": "zoë@exämple.com"},
            id="unicode",
        ),
        pytest.param(
            PLUS_AND_SLASH,
            ("https://example.com/x?q=>>>~~~þ~ûü1", "", "", ""),
            {"email": "a+b@example.com"},
            id="plus and slash",
        ),
        pytest.param(
            TYPES,
            ("u", "", "", ""),
            {"n": "42", "f": "1.5", "t": "true", "nul": "", "neg": "-7"},
            id="types",
        ),
        pytest.param(
            NESTED,
            ("u", "", "", ""),
            {"tags": ["ProductA", "-ProductB"], "company": {"name": "X"}},
            id="nested",
        ),
        pytest.param(TAGS, ("u", "", "", ""), {"tags": "ProductA,-ProductB"}, id="tags"),
        pytest.param(FAKE_INSIDE, ("x", 'He said "hi"; a:1:{', "", ""), {}, id="fake inside"),
        pytest.param(
            DRUPAL,
            (
                "https://drupal.example/de/preise?utm_source=news&x=1",
                "Preise & Pläne",
                "https://www.google.com/",
                "de",
            ),
            {},
            id="drupal",
        ),
        pytest.param(
            WORDPRESS_GUEST,
            (
                "http://127.0.0.1:47085?page_id=4",
                "Produits & Prix – été – E2E Blog & Co",
                "http://ref.example/?utm_source=x",
                "en_US",
            ),
            {},
            id="wordpress guest",
        ),
        pytest.param(
            WORDPRESS_MEMBER,
            (
                "http://127.0.0.1:47085?page_id=4",
                "Produits & Prix – été – E2E Blog & Co",
                "http://ref.example/?utm_source=x",
                "en_US",
            ),
            {
                "email": "ada@example.com",
                "firstname": "Ada",
                "lastname": "Lovelace",
                "wp_user": "ada",
                "wp_alias": "Ada L.",
                "wp_registration_date": "2026-11-23",
            },
            id="wordpress member",
        ),
    ],
)
def test_every_key_of_d_counts(  # S46 S47 S49
    d: str, page: tuple[str, ...], params: dict[str, object]
) -> None:
    hit = pixel(f"d={d}")
    assert (hit.page_url, hit.page_title, hit.page_referrer, hit.page_language) == page
    assert hit.params == params
    assert hit.problems == ()


def test_campaign_tags_come_from_the_page_inside_d() -> None:
    assert pixel(f"d={DRUPAL}").utm == {"utm_source": "news"}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda d: unquote(d), id="unencoded, so that plus arrives as a space"),
        pytest.param(lambda d: quote(d), id="encoded twice"),
        pytest.param(lambda d: unquote(d).rstrip("=").replace("+", "%2B"), id="no padding"),
        pytest.param(
            lambda d: unquote(d).replace("+", "-").replace("/", "_").rstrip("="), id="url-safe"
        ),
        pytest.param(lambda d: unquote(d).replace("+", "%2B") + "%0A", id="newline at the end"),
        pytest.param(
            lambda d: unquote(d).replace("+", "%2B").replace("z", "z.*%00\r\n"), id="junk between"
        ),
    ],
)
@pytest.mark.parametrize("d", [PLUS_AND_SLASH, UNICODE, WORDPRESS])
def test_base64_is_read_however_it_was_written(d: str, spoil) -> None:  # type: ignore[no-untyped-def]  # S47
    plain, spoilt = pixel(f"d={d}"), pixel(f"d={spoil(d)}")
    assert (spoilt.page_url, spoilt.page_title) == (plain.page_url, plain.page_title)
    assert spoilt.params == plain.params
    assert spoilt.problems == ()


def test_the_space_for_plus_case_is_a_real_one() -> None:
    assert " " in unquote_plus(unquote(PLUS_AND_SLASH))


@pytest.mark.parametrize(
    "d",
    [
        pytest.param(
            "YToyOntzOjg6InBhZ2VfdXJsIjtzOjE6InUiO3M6MToibyI7Tzo4OiJzdGRDbGFzcyI6MTp7czoxOiJ4IjtpOjE7"
            "fX0%3D",
            id="object inside",
        ),
        pytest.param("Tzo4OiJzdGRDbGFzcyI6MTp7czoxOiJ4IjtpOjE7fQ%3D%3D", id="object on top"),
        pytest.param("czozOiJzdHIiOw%3D%3D", id="not an array"),
        pytest.param("YToxOntzOjg6InBhZ2VfdXJsIjtzOjk5OTk6IngiO30%3D", id="length lies"),
        pytest.param(base64.b64encode(b"A:0:{}").decode(), id="upper case"),
        pytest.param(base64.b64encode(b"[1,2]").decode(), id="JSON list"),
        pytest.param(base64.b64encode(b'{"page_url":').decode(), id="JSON cut off"),
        pytest.param("hello", id="words"),
    ],
)
def test_what_is_no_data_is_no_data_and_the_hit_is_kept(d: str) -> None:  # S47
    hit = pixel(f"d={d}&page_title=T", headers={"referer": "https://site.example/a"})
    assert (hit.page_url, hit.page_title, hit.params) == ("https://site.example/a", "T", {})
    assert hit.problems == ("d_undecodable",)


@pytest.mark.parametrize("d", ["", "%20", "YTowOnt9", "%21%21", "=="])
def test_an_empty_d_is_no_problem(d: str) -> None:
    hit = pixel(f"d={d}")
    assert (hit.params, hit.problems) == ({}, ())


def test_a_list_in_d_keeps_its_items_by_number() -> None:
    assert pixel("d=YToyOntpOjA7czoxOiJhIjtpOjE7czoxOiJiIjt9").params == {"0": "a", "1": "b"}


@pytest.mark.parametrize("pack", [quote, lambda text: quote(base64.b64encode(text.encode()))])
def test_json_is_read_as_well(pack) -> None:  # type: ignore[no-untyped-def]
    text = json.dumps({"page_url": "https://a.example/é", "n": 1.50, "b": False, "x": None})
    hit = pixel(f"d={pack(text)}")
    assert hit.page_url == "https://a.example/é"
    assert hit.params == {"n": "1.5", "b": "false", "x": ""}


def test_serialized_data_may_come_without_base64() -> None:
    serialized = quote('a:1:{s:1:"k";s:1:"v";}')
    assert pixel(f"d={serialized}").params == {"k": "v"}


def test_d_may_be_an_array_of_its_own() -> None:
    hit = pixel("d[page_url]=https%3A%2F%2Fa.example%2F&d[title]=T%20%26amp%3B%20Co&d[email]=a@b.c")
    assert (hit.page_url, hit.page_title) == ("https://a.example/", "T & Co")
    assert hit.params == {"email": "a@b.c"}


def test_d_in_a_body_counts_too() -> None:
    assert event(f"d={DOCUMENTED}".encode()).page_title == "Pricing"
    body = json.dumps({"d": {"page_title": "T", "n": 1}}).encode()
    hit = event(body, "application/json")
    assert (hit.page_title, hit.params) == ("T", {"n": "1"})


def test_what_was_sent_outright_wins_over_d() -> None:  # S28
    hit = pixel(f"d={DOCUMENTED}&page_url=cart&email=other@example.com&utm_source=x")
    assert (hit.page_url, hit.page_title) == ("cart", "Pricing")
    assert hit.params == {"email": "other@example.com"}


def test_d_says_nothing_about_devices_and_events() -> None:
    serialized = f'a:2:{{s:16:"mautic_device_id";s:23:"{"a" * 23}";s:12:"mtc_event_id";s:1:"e";}}'
    hit = pixel(f"d={quote(serialized)}")
    assert (hit.param_device, hit.event_id, hit.params) == ("", "", {})


def test_a_d_that_is_too_large_is_left_out() -> None:
    large = base64.b64encode(b'a:1:{s:1:"k";s:33000:"' + b"x" * 33000 + b'";}').decode()
    hit = pixel(f"page_title=T&d={quote(large)}")
    assert (hit.page_title, hit.params) == ("T", {})
    assert set(hit.problems) >= {"d_too_large"}


def test_a_large_d_within_the_limit_is_read_and_long_values_are_cut() -> None:
    large = base64.b64encode(b'a:1:{s:1:"k";s:30000:"' + b"x" * 30000 + b'";}').decode()
    hit = pixel(f"d={quote(large)}")
    assert hit.params == {"k": "x" * 16384}
    assert hit.problems == ("value_cut",)
