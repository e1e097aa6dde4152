"""Signed identities: only the site makes them; each counts for one device and a few minutes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.signing import Signer, b64_encode
from django.db import OperationalError
from wagtail.models import Page, Site

from wagtail_contacttrack.admin.timeline.sent import PROBLEMS
from wagtail_contacttrack.tracking import identity, recognition
from wagtail_contacttrack.tracking.models import IdentityKey, IdentityUse

pytestmark = pytest.mark.django_db

ADA = {"email": "ada@example.org", "firstname": "Ada"}
DEVICE, OTHER = "a" * 23, "b" * 23


@pytest.fixture
def site() -> Site:
    return Site.objects.get()


@pytest.fixture
def other_site() -> Site:
    root = Page.objects.get(depth=2)
    return Site.objects.create(hostname="other.example", root_page=root)


@pytest.fixture
def issue(site, clock):
    def make(values=ADA, site_id=site.pk):
        return identity.issue(site_id, values, now=clock.now)

    return make


@pytest.fixture
def check(site, clock):
    def read(token, site_id=site.pk):
        return identity.check(token, site_id, now=clock.now)

    return read


def test_what_is_signed_is_read_back(issue, check, clock):
    found = check(issue({"email": "ada@example.org", "firstname": "Ádá 🎈"}))
    assert found.values == {"email": "ada@example.org", "firstname": "Ádá 🎈"}
    assert found.expires == clock.now + timedelta(seconds=600)
    assert found.problem == ""


def test_a_token_goes_into_an_address_as_it_is(issue):
    assert re.fullmatch(r"[A-Za-z0-9._-]+", issue())
    assert len(issue()) < 300


def test_no_two_tokens_are_the_same(issue, check):
    assert check(issue()).nonce != check(issue()).nonce


def test_more_than_fits_is_refused_where_it_is_signed(issue):
    with pytest.raises(ValueError, match="too long"):
        issue({"email": "x" * 2000})


# What does not count


def test_any_changed_letter_makes_a_token_forged(issue, check):
    token = issue()
    for place in range(len(token)):
        changed = token[:place] + ("x" if token[place] != "x" else "y") + token[place + 1 :]
        found = check(changed)
        if place == len(token) - 1 and not found.problem:
            continue  # the last letter holds spare bits of base64
        assert found.values == {}
        assert found.problem in ("identity_forged", "identity_truncated"), changed


def test_a_truncated_token_says_so(issue, check):
    token = issue()
    for length in range(len(token)):
        assert check(token[:length]) == identity.Checked(problem="identity_truncated")


def test_a_token_expires(issue, check, clock):
    token = issue()
    clock.forward(seconds=599)
    assert check(token).values == ADA
    clock.forward(seconds=1)
    assert check(token) == identity.Checked(problem="identity_expired")


def test_how_long_a_token_is_good_is_a_setting(issue, check, clock, configure):
    configure(IDENTITY_MAX_AGE=30)
    token = issue()
    clock.forward(seconds=31)
    assert check(token).problem == "identity_expired"


@pytest.mark.parametrize("seconds", [10**6, 10**15])
def test_no_token_is_good_for_longer_than_a_day(issue, check, clock, configure, seconds):
    configure(IDENTITY_MAX_AGE=seconds)
    token = issue()
    clock.forward(hours=23)
    assert check(token).values == ADA
    clock.forward(hours=1)
    assert check(token).problem == "identity_expired"


def test_a_token_from_the_future_does_not_count_yet(issue, check, clock):
    token = issue()
    clock.forward(seconds=-30)
    assert check(token).problem == "", "two clocks differ a little"
    clock.forward(minutes=-5)
    assert check(token) == identity.Checked(problem="identity_not_yet")


def test_a_token_of_another_site_does_not_count(issue, check, other_site, site):
    token = issue(site_id=other_site.pk)
    assert check(token) == identity.Checked(problem="identity_wrong_site")
    assert check(token, other_site.pk).values == ADA
    assert check(issue(), other_site.pk).problem == "identity_wrong_site"


@pytest.mark.parametrize("known", [True, False])
def test_who_does_not_know_the_secret_cannot_sign(issue, check, site, clock, known):
    if known:
        issue()
    began = int(clock.now.timestamp())
    content = {
        "site": site.pk, "nonce": "n", "from": began, "until": began + 600, "values": ADA,
    }  # fmt: skip
    for key in ("", "guess", "only for the tests"):
        token = Signer(key=key, sep=".", salt=identity.SALT).sign_object(content)
        assert check(token) == identity.Checked(problem="identity_forged")
    assert IdentityKey.objects.count() == int(known), "asking makes no key"


def test_another_signature_with_the_same_key_is_no_identity(issue, check, settings):
    issue()
    key = settings.SECRET_KEY + IdentityKey.objects.get().secret
    token = Signer(key=key, sep=".", salt="other").sign_object({"site": 1, "values": ADA})
    assert check(token).problem == "identity_forged"


@pytest.mark.parametrize(
    "body",
    ["", ".", "{}", "[]", "null", '{"site": "1"}', '{"site": {}}', '{"site": 1e400}', "[" * 9999],
)
def test_rubbish_is_refused_and_raises_nothing(issue, check, body):
    issue()
    for text in (b64_encode(body.encode()).decode(), body, "é", "\ud800"):
        assert check(f"{text}.{'a' * 43}").problem in ("identity_forged", "identity_truncated")


def test_a_copied_database_signs_nothing_for_another_installation(issue, check, settings):
    token = issue()
    settings.SECRET_KEY = "another"
    assert check(token).problem == "identity_forged"
    settings.SECRET_KEY_FALLBACKS = ["only for the tests"]
    assert check(token).values == ADA


# Keys


def test_two_keys_are_live_and_the_newest_signs(issue, check, site, clock):
    first = issue()
    identity.rotate(site.pk, now=clock.forward(seconds=1))
    second = issue()
    assert check(first).values == check(second).values == ADA
    identity.rotate(site.pk, now=clock.forward(seconds=1))
    assert check(first).problem == "identity_forged"
    assert check(second).values == ADA
    assert IdentityKey.objects.count() == 2, "older ones are gone"


def test_each_site_has_keys_of_its_own(issue, check, site, other_site, clock):
    token = issue()
    issue(site_id=other_site.pk)
    for _ in range(2):
        identity.rotate(other_site.pk, now=clock.forward(seconds=1))
    assert check(token).values == ADA


def test_keys_are_read_once_and_not_for_each_token(issue, check, django_assert_num_queries):
    token = issue()
    identity.clear()
    with django_assert_num_queries(1):
        for _ in range(5):
            assert check(token).values == ADA
    with django_assert_num_queries(0):
        issue()


def test_a_key_that_another_process_has_made_counts_soon(issue, check, site, clock, monkeypatch):
    issue()
    check(issue())
    key = IdentityKey(site=site, secret="of another process", date_added=clock.forward(seconds=1))
    IdentityKey.objects.bulk_create([key])  # sends no signal, as if done elsewhere
    monkeypatch.setattr(identity, "_cached", (identity._cached[0] - 1, identity._cached[1]))
    secrets = ["of another process"]
    token = identity._signer(secrets).sign_object(
        {"site": site.pk, "nonce": "n", "from": 0, "until": 2**33, "values": ADA}
    )
    assert check(token).values == ADA


def test_what_was_read_last_stays_good_while_the_database_is_away(issue, check, monkeypatch):
    token = issue()
    check(token)

    def refuse():
        raise OperationalError("no database here")

    monkeypatch.setattr(identity, "_read", refuse)
    monkeypatch.setattr(identity._keys, "__defaults__", (-1.0,))
    assert check(token).values == ADA
    identity.clear()
    assert check(token).problem == "identity_unchecked"


# Replay


def test_a_token_counts_for_the_device_that_brings_it_first(issue, check):
    found = check(issue())
    for device, expected in ((DEVICE, True), (OTHER, False), (DEVICE, True), (OTHER, False)):
        assert identity.bind(found.nonce, device, found.expires, using="default") is expected
    assert IdentityUse.objects.get().tracking_id == DEVICE


def test_expired_uses_are_cleared_away_and_others_stay(clock):
    fresh = clock.now + timedelta(minutes=10)
    for number, expires in enumerate((clock.now - timedelta(days=1), clock.now, fresh)):
        IdentityUse.objects.create(nonce=f"n{number}", tracking_id=DEVICE, expires=expires)
    for number in range(64):
        identity.bind(f"new{number}", DEVICE, fresh, using="default")
    names = set(IdentityUse.objects.values_list("nonce", flat=True))
    assert "n0" not in names
    assert {"n2", "new0", "new63"} <= names


@pytest.mark.parametrize(
    "problem",
    [
        identity.FORGED,
        identity.EXPIRED,
        identity.WRONG_SITE,
        identity.TRUNCATED,
        identity.NOT_YET,
        identity.UNCHECKED,
        recognition.REPLAYED,
    ],
)
def test_editors_read_a_sentence_for_each_problem(problem):
    assert "ignored" in str(PROBLEMS[problem])
