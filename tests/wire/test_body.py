"""Bodies of every kind that clients send."""

from __future__ import annotations

import json

import pytest

from wagtail_contacttrack.wire.hit import Door

from .ending import comes_to_an_end
from .making import decoded, event, pixel, raw

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def multipart(*parts: tuple[str, str], end: str = "--\r\n") -> bytes:
    text = "".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n"
        for head, value in parts
    )
    return f"{text}--{BOUNDARY}{end}".encode()


def test_the_same_visit_in_every_encoding_is_the_same_hit() -> None:  # S1
    values = {
        "page_url": "https://site.example/a?b=c d",
        "page_title": "Prices & +1 % 👩‍🚀",
        "page_referrer": "https://other.example/",
        "page_language": "de-DE",
        "company": "Ünï",
        "mtc_event_id": "e-1",
        "mautic_device_id": "a" * 23,
        "utm_source": "news",
    }
    form = event(values)
    assert form.params == {"company": "Ünï"}
    fields = ((f'name="{name}"', value) for name, value in values.items())
    others = [
        event(values, "application/x-www-form-urlencoded; charset=UTF-8"),
        event(values, "text/plain;charset=UTF-8"),
        event(values, ""),
        event(json.dumps(values).encode(), "application/json"),
        event(json.dumps(values, ensure_ascii=False).encode(), "application/ld+json"),
        event(json.dumps(values).encode(), "text/plain;charset=UTF-8"),
        event(multipart(*fields), MULTIPART),
    ]
    assert all(other == form for other in others)


def test_body_wins_over_query() -> None:
    hit = event({"page_title": "body", "x": "1"}, query="page_title=query&x=2&y=3")
    assert (hit.page_title, hit.params) == ("body", {"x": "1", "y": "3"})


def test_json_keeps_numbers_as_written_and_nests() -> None:
    body = b'{"n": 1.50, "big": 1e400, "t": true, "f": false, "z": null, "l": [1, {"a": "b"}]}'
    assert event(body, "application/json").params == {
        "n": "1.50",
        "big": "1e400",
        "t": "true",
        "f": "false",
        "z": "",
        "l": ["1", {"a": "b"}],
    }


def test_json_with_a_huge_number_is_read() -> None:
    body = b'{"n": ' + b"9" * 6000 + b"}"
    assert event(body, "application/json").params == {"n": "9" * 6000}


@pytest.mark.parametrize(
    "body",
    [b"[1, 2]", b'"text"', b"12", b"null", b"{", b'{"a": }', b"\xff\xfe", b"[" * 60000,
     b'{"a":' * 10000],
    ids=["list", "text", "number", "null", "open", "broken", "bytes", "deep list", "deep"],
)  # fmt: skip
def test_json_that_is_no_object_is_ignored_and_the_hit_is_kept(body: bytes) -> None:
    hit = event(body, "application/json", headers={"referer": "https://site.example/"})
    assert (hit.page_url, hit.params) == ("https://site.example/", {})
    assert hit.problems == ("body_undecodable",)


def test_json_keeps_what_can_be_kept() -> None:
    body = b'\xef\xbb\xbf{"page_title": "a\x00b\nc\xff", "x": "\\ud83d\\ude80\\ud800"}'
    hit = event(body, "application/json")
    assert (hit.page_title, hit.params) == ("ab\nc\ufffd", {"x": "🚀"})


def test_json_is_limited() -> None:
    deep: object = "x"
    for _ in range(6):
        deep = {"a": deep}
    body = {"deep": deep, "k" * 201: 1, "long": "x" * 17000, "many": list(range(1200))}
    hit = event(json.dumps(body).encode(), "application/json")
    assert set(hit.problems) == {
        "params_too_deep", "name_too_long", "value_cut", "too_many_params",
    }  # fmt: skip
    assert hit.params["long"] == "x" * 16384
    assert len(hit.params["many"]) < 1000


def test_multipart_knows_brackets_quotes_and_files() -> None:
    body = multipart(
        ('name="mauticform[email]"', "a@b.c"),
        ('name="tags[]"', "A"),
        ('name="tags[]"', "B"),
        ("name=bare", "1"),
        (r'name="a\"b"', "2"),
        ('name="doc"; filename="x.pdf"\r\nContent-Type: application/pdf', "%PDF"),
        ('name="text"\r\nContent-Type: text/plain; charset=UTF-8', "zwei\r\nZeilen"),
        ('name="empty"', ""),
    )
    hit = event(body, f'multipart/form-data; charset=utf-8; boundary="{BOUNDARY}"')
    assert hit.params == {
        "mauticform": {"email": "a@b.c"},
        "tags": ["A", "B"],
        "bare": "1",
        'a"b': "2",
        "text": "zwei\nZeilen",
        "empty": "",
    }
    assert hit.problems == ("file_ignored",)


def test_multipart_without_an_end_keeps_what_came() -> None:
    hit = event(multipart(('name="a"', "1"), ('name="b"', "2"), end=""), MULTIPART)
    assert hit.params == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=1", "multipart/form-data"),
        (b"a=1", MULTIPART),
        (multipart(("filename=x", "1")), MULTIPART),
        (multipart(('name="a"', "1")).replace(b"\r\n\r\n", b""), MULTIPART),
    ],
    ids=["no boundary", "other boundary", "no name", "no content"],
)
def test_multipart_that_is_none_is_ignored(body: bytes, content_type: str) -> None:
    hit = event(body, content_type)
    assert (hit.params, hit.problems) == ({}, ("body_undecodable",))


def test_a_body_of_another_kind_is_ignored_and_noted() -> None:
    hit = event(b"<x/>", "text/xml")
    assert (hit.params, hit.problems) == ({}, ("body_type_unknown",))


@pytest.mark.parametrize("content_type", ["application/json", MULTIPART, "text/xml", ""])
def test_an_empty_body_is_no_problem(content_type: str) -> None:
    assert event(b"", content_type).problems == ()
    assert event(b" \r\n", content_type).problems == ()


@pytest.mark.parametrize("door", ["pixel", "event"])
def test_a_body_over_the_limit_is_not_looked_into(door: Door) -> None:
    over = raw(body=b"page_title=" + b"x" * 90, door=door)
    assert not decoded(over, door, max_body=101).too_large
    hit = decoded(over, door, max_body=100)
    assert hit.too_large
    assert (hit.page_title, hit.params) == ("", {})


def test_a_query_over_the_limit_is_not_looked_into() -> None:
    assert pixel("page_title=" + "x" * 90, max_body=100).too_large


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--b\r\n" * 13000, "multipart/form-data; boundary=b"),
        (b"--b\r\n\r\n\r\n" * 6000, "multipart/form-data; boundary=b"),
        (
            b"--b\r\nContent-Disposition: form-data" + b";name" * 12000 + b"\r\n\r\n1",
            "multipart/form-data; boundary=b",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="' + b"\\" * 60000 + b"\r\n\r\n1",
            "multipart/form-data; boundary=b",
        ),
        (b"a", "multipart/form-data" + ";   " * 16000 + "boundary"),
        (b'{"a":"' + b"\\u0000" * 10000 + b'"}', "application/json"),
        (b"{" + b'"a":1,' * 9000 + b'"b":1}', "application/json"),
        (b"[" * 65000, "text/plain"),
    ],
)
def test_hostile_bodies_come_to_an_end(body: bytes, content_type: str) -> None:
    with comes_to_an_end():
        event(body[:65536], content_type)
