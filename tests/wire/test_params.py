"""Query strings and urlencoded bodies: what was sent is what is kept."""

from __future__ import annotations

from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_contacttrack.wire.params import Intake, Param, first_text, form_bytes, query

from .ending import comes_to_an_end
from .making import event, pixel


def params(text: str) -> dict[str, Param]:
    return query(text, Intake())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a", {"a": ""}),
        ("=1&&a=&", {"a": ""}),
        ("a=1&a=2", {"a": "2"}),
        ("a=b=c", {"a": "b=c"}),
        ("a[b]=1", {"a": {"b": "1"}}),
        ("a%5Bb%5D=1", {"a": {"b": "1"}}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0]=1&a[1]=2", {"a": ["1", "2"]}),
        ("a[1]=1&a[]=2", {"a": {"1": "1", "2": "2"}}),
        ("a[x]=1&a[]=2", {"a": {"x": "1", "0": "2"}}),
        ("a[01]=1&a[]=2", {"a": {"01": "1", "0": "2"}}),
        ("a[][b]=1&a[][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a[b]=1&a[b][c]=2", {"a": {"b": {"c": "2"}}}),
        ("a[b]c=1", {"a": {"b": "1"}}),
        ("a[b=1", {"a_b": "1"}),
        ("[a]=1", {"_a]": "1"}),
        ("a[b][c=1", {"a": {"b": "1"}}),
        ("a.b=1&c d=2&+e=3", {"a_b": "1", "c_d": "2", "e": "3"}),
        ("a.b[c.d]=1", {"a_b": {"c.d": "1"}}),
    ],
)
def test_names_are_read_as_php_does(text: str, expected: dict[str, Param]) -> None:
    assert params(text) == expected


TEXTS = [
    "Ünïcödé & Söhne",
    "a+b=c&d%20e%2B",
    "100 %",
    "%zz %",
    "👩‍🚀🏳️‍🌈 𝔘",
    "שלום עולם",
    "日本語",
    "<script>alert('x')</script>",
    "tab\tand\nnewline",
    " spaces ",
    "a;b",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encode", [quote_plus, quote], ids=["plus", "percent"])
def test_values_arrive_as_they_were_sent(text: str, encode) -> None:  # type: ignore[no-untyped-def]  # S34
    assert params(f"x={encode(text)}") == {"x": text}
    hit = pixel(f"page_title={encode(text)}&custom={encode(text)}")
    assert (hit.page_title, hit.params) == (text, {"custom": text})
    assert event(f"page_title={encode(text)}".encode()).page_title == text


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text(max_size=40)))
def test_round_trip(sent: dict[str, str]) -> None:
    def kept(text: str) -> str:
        return "".join(c for c in text if c in "\t\n" or not ("\0" <= c < " "))

    encodable = {k: v.encode("utf-8", "replace").decode() for k, v in sent.items()}
    assert params(urlencode(encodable)) == {k: kept(v) for k, v in encodable.items()}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"x=\xc3\xa9", "é"),
        (b"x=\xc3\xa9%C3%A9", "éé"),
        (b"x=%FF", "\ufffd"),
        (b"x=a\xff", "a\ufffd"),
        (b"x=%E2%82", "\ufffd"),
        (b"x=a%00b\x00c", "abc"),
        (b"x=%ED%A0%80", "\ufffd\ufffd\ufffd"),
        (b"x=%u20AC", "%u20AC"),
    ],
)
def test_bytes_that_are_no_text_are_replaced(raw: bytes, expected: str) -> None:
    assert form_bytes(raw, Intake()) == {"x": expected}
    assert query(raw.decode("latin-1"), Intake()) == {"x": expected}


def test_a_query_that_is_text_already_is_read_as_such() -> None:
    assert params("x=日本") == {"x": "日本"}
    assert params("x=\ud800y") == {"x": "\ufffd\ufffd\ufffdy"}


@pytest.mark.parametrize(
    ("query", "kept", "problem"),
    [
        ("a=" + "x" * 16385, {"a": "x" * 16384}, "value_cut"),
        ("k" * 201 + "=1&b=2", {"b": "2"}, "name_too_long"),
        ("a[" + "k" * 201 + "]=1&b=2", {"a": ["1"], "b": "2"}, "name_too_long"),
        ("a" + "[b]" * 6 + "=1&c=2", {"c": "2"}, "params_too_deep"),
    ],
)
def test_what_exceeds_a_limit_is_noted_and_the_hit_is_kept(
    query: str, kept: dict[str, Param], problem: str
) -> None:
    hit = pixel(query)
    assert (hit.params, hit.problems) == (kept, (problem,))


def test_five_levels_are_read() -> None:
    assert params("a[b][c][d][e][f]=1") == {"a": {"b": {"c": {"d": {"e": {"f": "1"}}}}}}


def test_a_thousand_parameters_are_read() -> None:
    hit = event("&".join(f"p{i}={i}" for i in range(1001)).encode())
    assert len(hit.params) == 1000
    assert hit.problems == ("too_many_params",)
    assert len(event("&".join(f"a[]={i}" for i in range(1001)).encode()).params["a"]) == 1000
    exact = event("&".join(f"p{i}={i}" for i in range(1000)).encode())
    assert (len(exact.params), exact.problems) == (1000, ())


@pytest.mark.parametrize(
    "text",
    [
        "&" * 65000,
        "[" * 65000,
        "a" + "[]" * 32000 + "=1",
        "a[" * 32000,
        "%" * 65000,
        "&".join(["a[]=1", "a[999999]=1"] * 500),
        "&".join(f"a[{i + 500}]=1" for i in range(500)) + "&a[]=1" * 500,
        "a" * 65000,
        "+" * 65000,
    ],
    ids=["empty", "open", "brackets", "half", "percent", "indexes", "append", "name", "plus"],
)
def test_hostile_queries_come_to_an_end(text: str) -> None:
    with comes_to_an_end():
        pixel(text, max_body=70000)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("x", "x"),
        ([], ""),
        ({}, ""),
        (["a", "b"], "a"),
        ({"k": {"l": ["deep"]}}, "deep"),
        ([[], {}, "z"], "z"),
    ],
)
def test_one_text_out_of_anything(value: Param | None, expected: str) -> None:
    assert first_text(value) == expected
