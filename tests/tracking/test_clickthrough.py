"""Click tokens: nobody but the site can write one, and none is good for ever."""  # S51

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.signing import Signer

from wagtail_contacttrack.tracking import clickthrough
from wagtail_contacttrack.wire.clickthrough import Clickthrough

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LEGACY = {"lead": "12", "stat": "abc"}


def read(value, *, now=NOW, unsigned_allowed=False):
    return clickthrough.read(value, now=now, unsigned_allowed=unsigned_allowed)


def test_what_is_signed_is_read_back():
    token = clickthrough.sign(12, message="Ab3-_x", now=NOW)
    assert read(token) == (Clickthrough(12, "Ab3-_x", "email", signed=True), "")
    assert read(clickthrough.sign(12, now=NOW)) == (Clickthrough(12, signed=True), "")


def test_a_token_goes_into_an_address_as_it_is():
    token = clickthrough.sign(2**63 - 1, message="a" * 32, now=NOW)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", token)
    assert len(token) < 120


def test_nothing_is_nothing():
    assert read("") == read({}) == (None, "")


def test_any_changed_letter_makes_a_token_forged():
    token = clickthrough.sign(12, message="abc", now=NOW)
    for place in range(len(token)):
        for letter in "0a.":
            changed = token[:place] + letter + token[place + 1 :]
            if changed != token:
                found, problem = read(changed)
                assert found is None, changed
                assert problem in ("ct_forged", "ct_undecodable"), changed


@pytest.mark.parametrize("length", range(3, 60))
def test_a_truncated_token_is_forged(length):
    token = clickthrough.sign(12, message="abc", now=NOW)
    assert length < len(token)
    assert read(token[:length]) == (None, "ct_forged")


def test_a_token_of_another_secret_is_forged(settings):
    token = clickthrough.sign(12, now=NOW)
    settings.SECRET_KEY = "another"
    assert read(token) == (None, "ct_forged")
    settings.SECRET_KEY_FALLBACKS = ["only for the tests"]
    assert read(token)[0] == Clickthrough(12, signed=True)


def test_another_signature_of_the_site_is_no_token():
    body = f"12.{int(NOW.timestamp())}.abc"
    assert read(Signer(sep=".").sign(body)) == (None, "ct_forged")
    assert read(Signer(sep=".", salt="other").sign(body)) == (None, "ct_forged")


def test_a_token_expires(settings):
    settings.CONTACTTRACK = {"CLICKTHROUGH_MAX_AGE": 7 * 86_400}
    token = clickthrough.sign(12, now=NOW)
    assert read(token, now=NOW + 7 * DAY)[1] == ""
    assert read(token, now=NOW + 7 * DAY + timedelta(seconds=2)) == (None, "ct_expired")


def test_a_token_of_tomorrow_is_not_believed():
    token = clickthrough.sign(12, now=NOW + DAY)
    assert read(token) == (None, "ct_forged")
    assert read(clickthrough.sign(12, now=NOW + timedelta(seconds=30)))[1] == ""


def test_the_unsigned_form_counts_only_if_allowed():
    assert read(LEGACY) == (None, "ct_unsigned")
    assert read(LEGACY, unsigned_allowed=True) == (Clickthrough(12, "abc"), "")


@pytest.mark.parametrize("value", ["rubbish", "12", ".", "12.é.x.y", "a:1:{", {"other": "1"}])
@pytest.mark.parametrize("allowed", [True, False])
def test_what_is_no_token_says_so(value, allowed):
    found, problem = read(value, unsigned_allowed=allowed)
    assert found is None
    assert problem in ("ct_undecodable", "ct_forged")
