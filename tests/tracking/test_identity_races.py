"""Signed identities that many make or bring at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Site

from wagtail_contacttrack.tracking import identity
from wagtail_contacttrack.tracking.models import IdentityKey, IdentityUse

from .conftest import at_once

ADA = {"email": "ada@example.org"}


@pytest.fixture(autouse=True)
def emptied(committed: None) -> Iterator[None]:
    yield
    IdentityKey.objects.all().delete()
    IdentityUse.objects.all().delete()


def issue() -> str:
    return identity.issue(Site.objects.get().pk, ADA, now=timezone.now())


def test_one_first_key_is_made_however_many_need_it():
    tokens = at_once(*[issue] * 6)
    assert IdentityKey.objects.count() == 1
    for token in tokens:
        checked = identity.check(token, Site.objects.get().pk, now=timezone.now())
        assert checked.values == ADA


def test_of_many_devices_at_once_one_gets_the_token():
    expires = timezone.now() + timedelta(minutes=10)
    tasks = [
        lambda letter=letter: identity.bind("n", letter * 23, expires, using="default")
        for letter in "abcdef"
    ]
    assert at_once(*tasks).count(True) == 1
    assert IdentityUse.objects.count() == 1
