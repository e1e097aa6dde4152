"""How many calls of one user an hour has."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from wagtail_contacttrack.api.access import rates

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_an_hour(settings: Any) -> None:
    cache.clear()
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_RATE_LIMITER_LIMIT": 2}


def test_answers_say_how_many_are_left(admin_program):
    response = admin_program.call("GET", "users/self")
    assert response["X-RateLimit-Limit"] == "2"
    assert response["X-RateLimit-Remaining"] == "1"
    assert response["X-RateLimit-Reset"].isdecimal()


def test_one_too_many_is_refused(admin_program):
    for _ in range(2):
        assert admin_program.call("GET", "users/self").status_code == 200
    response = admin_program.call("GET", "users/self")
    assert response.status_code == 429
    error = response.json()["errors"][0]
    assert error["message"] == "You exceeded the rate limit of 2 API calls per hour."
    assert error["code"] == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert response["X-RateLimit-Remaining"] == "0"


def test_another_user_has_their_own(admin_program, program_with):
    for _ in range(3):
        admin_program.call("GET", "users/self")
    assert program_with().call("GET", "users/self").status_code == 200


def test_who_is_not_let_in_uses_up_nobodys(admin_program):
    for _ in range(3):
        admin_program.call("GET", "users/self", HTTP_AUTHORIZATION="Basic YWRtaW46eA==")
    assert admin_program.call("GET", "users/self").status_code == 200


def test_without_a_limit_nothing_is_counted(admin_program, settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_RATE_LIMITER_LIMIT": 0}
    for _ in range(4):
        response = admin_program.call("GET", "users/self")
        assert response.status_code == 200
        assert "X-RateLimit-Limit" not in response


def test_the_next_hour_begins_anew():
    for _ in range(2):
        rates.spend(1, now=7199)
    assert rates.spend(1, now=7200)["X-RateLimit-Remaining"] == "1"
    assert rates.spend(1, now=7200)["X-RateLimit-Reset"] == "10800"
