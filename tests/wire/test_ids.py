"""Ids that travel."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_contacttrack.wire.ids import new_tracking_id, text_key, valid_tracking_id


def test_tracking_ids_have_their_form_and_do_not_repeat() -> None:
    ids = {new_tracking_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert all(re.fullmatch("[0-9a-z]{23}", i) and valid_tracking_id(i) for i in ids)
    assert set("".join(ids)) == set("0123456789abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(
    "value", ["", "a" * 22, "a" * 24, "A" * 23, "a" * 22 + "-", "a" * 23 + "\n", "١" * 23]
)
def test_anything_else_is_no_tracking_id(value: str) -> None:
    assert not valid_tracking_id(value)


def test_event_keys_never_change() -> None:
    # Stored rows are found by them.
    assert str(text_key("0123456789abcdef")) == "b0108420-9f82-51f6-a1f6-68713ffa2bd5"


@given(st.text(max_size=64), st.text(max_size=64))
def test_event_keys_are_equal_for_equal_ids_only(one: str, other: str) -> None:
    assert (text_key(one) == text_key(other)) is (one == other)
