"""Text that every database can store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_contacttrack.wire.text import cut, header_text, storable, storable_bytes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("tab\tnew\nline", "tab\tnew\nline"),
        ("a\x00b\x01c\x1fd\re\x0bf", "abcdef"),
        ("a\ud800b\udfffc", "abc"),
        ("👩‍🚀 שלום 日本 \u00a0\u200f", "👩‍🚀 שלום 日本 \u00a0\u200f"),
        ("\x7f\x85\ufffd\uffff", "\x7f\x85\ufffd\uffff"),
    ],
)
def test_only_what_cannot_be_stored_is_removed(text: str, expected: str) -> None:
    assert storable(text) == expected


@given(st.text(st.characters(), max_size=50))
def test_storable_text_encodes_and_has_no_nul(text: str) -> None:
    kept = storable(text)
    kept.encode("utf-8")
    assert "\x00" not in kept
    assert storable(kept) == kept


@given(st.binary(max_size=50))
def test_bytes_become_storable_text(raw: bytes) -> None:
    storable_bytes(raw).encode("utf-8")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://a.example/", "https://a.example/"),
        ("https://a.example/é".encode().decode("latin-1"), "https://a.example/é"),
        ("caf\xe9", "café"),
        ("日本", "日本"),
        ("a\x00b", "ab"),
    ],
)
def test_headers_mean_utf_8(value: str, expected: str) -> None:
    assert header_text(value) == expected


def test_cutting() -> None:
    assert (cut("abc", 3), cut("abcd", 3)) == ("abc", "abc")
