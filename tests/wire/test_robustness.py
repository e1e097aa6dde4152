"""Whatever the bytes, there is a hit, and it can be stored."""

from __future__ import annotations

import base64
import json
from dataclasses import fields
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wagtail_contacttrack.wire.addresses import parse_networks
from wagtail_contacttrack.wire.hit import Hit, decode
from wagtail_contacttrack.wire.request import RawRequest

from .making import FORM, event, pixel

NAMES = [
    "page_url", "url", "page_title", "title", "page_referrer", "referrer", "page_language", "d",
    "ct", "tags", "email", "utm_source", "mautic_device_id", "mtc_event_id", "mtc_leave",
    "mtc_engaged", "mtc_age", "mtc_page", "mtc_locale", "timezone_offset", "do_not_track",
]  # fmt: skip
KINDS = [FORM, "text/plain", "", "application/json", "multipart/form-data; boundary=b", "x/y"]
HEADERS = [
    "user-agent", "accept-language", "origin", "referer", "dnt", "sec-gpc", "purpose", "x-moz",
    "sec-purpose", "x-forwarded-for", "forwarded", "client-ip", "cf-ipcountry",
]  # fmt: skip


def check(hit: Hit) -> None:
    """The hit holds nothing but plain values that every database takes."""
    for field in fields(hit):
        if field.name not in ("door", "method"):
            stored = json.dumps(getattr(hit, field.name), ensure_ascii=False)
            # As an escape: a text may well say backslash, u, 0000.
            assert "\\u0000" not in stored.replace("\\\\", "")
            stored.encode("utf-8")


anything = st.text(st.characters(), max_size=80)
messy = st.one_of(
    anything,
    st.sampled_from(["%", "%00", "%FF", "%ED%A0%80", "\ud800", "a:1:{i:0;", "{", "[[", "é"]),
    st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode()),
    st.binary(max_size=60).map(quote),
)
names = st.builds(
    lambda name, tail: name + tail,
    st.sampled_from(NAMES) | anything,
    st.sampled_from(["", "", "", "[]", "[a]", "[a][]", "[", "[a", "]", "[][][][][][][]"]),
)
queries = st.lists(st.tuples(names, messy), max_size=6).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
bodies = st.one_of(
    st.binary(max_size=200),
    queries.map(lambda text: text.encode("utf-8", "surrogatepass")),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.lists(st.tuples(names, messy), max_size=4).map(
        lambda pairs: "".join(
            f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in pairs
        ).encode("utf-8", "surrogatepass")
    ),
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    query=queries | anything,
    body=bodies,
    kind=st.sampled_from(KINDS) | anything,
    headers=st.dictionaries(st.sampled_from(HEADERS), anything),
    cookies=st.dictionaries(
        st.sampled_from(["mautic_device_id", "mtc_sid", "mautic_referer_id"]), anything
    ),
    door=st.sampled_from(["event", "pixel"]),
    texts=st.tuples(anything, anything, anything, anything),
    title_is_field=st.booleans(),
)
def test_never_raises(  # type: ignore[no-untyped-def]
    query, body, kind, headers, cookies, door, texts, title_is_field
) -> None:
    path, peer, scheme, host = texts
    request = RawRequest(
        "POST", path, query, {**headers, "content-type": kind}, cookies, body, peer, scheme, host
    )
    check(
        decode(
            request,
            door=door,
            trusted_proxies=parse_networks(["0.0.0.0/0", "::/0", "unix"])[0],
            country_header="CF-IPCountry",
            title_is_field=title_is_field,
        )
    )


@given(d=st.binary(max_size=120) | st.text(alphabet='aisbdNO:;{}"0123456789', max_size=80))
def test_never_raises_for_any_d(d: bytes | str) -> None:
    text = base64.b64encode(d).decode() if isinstance(d, bytes) else d
    check(pixel(f"d={quote(text)}"))
    check(pixel(f"d={text}"))


# What made Mautic 7.0.0 answer with an error (defect 51), and what is kept of it here.
@pytest.mark.parametrize(
    ("query", "field", "expected"),
    [
        ("page_url[a]=x&k=1", "page_url", "x"),
        ("page_url[]=&k=1", "page_url", ""),
        ("page_title[]=T&page_title[]=U&k=1", "page_title", "T"),
        ("page_title[a][b]=T&k=1", "page_title", "T"),
        ("page_referrer[]=https://r.example/&k=1", "page_referrer", "https://r.example/"),
        ("page_language[]=de&k=1", "page_language", "de"),
        ("mautic_device_id[]=" + "a" * 23 + "&k=1", "param_device", "a" * 23),
        ("mautic_device_id[a][b]=x&k=1", "param_device", ""),
        ("ct[lead]=1&k=1", "clickthrough", {"lead": "1"}),
        ("d[page_url]=x&k=1", "page_url", "x"),
        ("d[page_url][]=x&k=1", "page_url", "x"),
        ("d[]=x&k=1", "page_url", ""),
        ("page_title=a%00b&k=1", "page_title", "ab"),
        ("page_url=x%00y&k=1", "page_url", "xy"),
        ("page_title=%FF%FE&k=1", "page_title", "\ufffd\ufffd"),
        ("page_title=caf%C3&k=1", "page_title", "caf\ufffd"),
        ("utm_source[]=s&k=1", "utm", {"utm_source": "s"}),
        ("mtc_event_id[]=e&k=1", "event_id", "e"),
        ("mtc_page[]=7&k=1", "wagtail_page", 7),
    ],
)
def test_arrays_and_odd_bytes_are_no_error(query: str, field: str, expected: object) -> None:
    hit = pixel(query)
    assert getattr(hit, field) == expected
    assert hit.params == {"k": "1"}
    same = event(query.encode())
    assert getattr(same, field) == expected


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("email[]=a@b.c", {"email": ["a@b.c"]}),
        ("tags[a][b]=x", {"tags": {"a": {"b": "x"}}}),
        ("tags=A%00,-B%00", {"tags": "A,-B"}),
        ("email=a%00@b.c", {"email": "a@b.c"}),
        ("timezone_offset=abc", {"timezone_offset": "abc"}),
        ("x%00y=1", {"xy": "1"}),
        ("%FF=1", {"\ufffd": "1"}),
    ],
)
def test_odd_parameters_are_kept(query: str, params: dict[str, object]) -> None:
    assert pixel(query).params == params


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'a:1:{s:8:"page_url";s:3:"x\x00y";}', "xy"),
        (b'a:1:{s:8:"page_url";s:2:"x\xff";}', "x\ufffd"),
        (b'a:1:{s:8:"page_url";a:1:{i:0;s:1:"x";}}', "x"),
        (b'a:1:{s:8:"page_url";N;}', ""),
        (b'a:1:{s:8:"page_url";b:1;}', "true"),
        (b'a:1:{s:8:"page_url";i:7;}', "7"),
    ],
)
def test_odd_values_inside_d_are_no_error(data: bytes, expected: str) -> None:
    hit = pixel("d=" + quote(base64.b64encode(data)))
    assert (hit.page_url, hit.problems) == (expected, ())
