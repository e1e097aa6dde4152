"""HTTP Basic, and whether the API is on."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client
from wagtail.models import Site

from tests.api.conftest import PASSWORD, Program
from wagtail_contacttrack.tracking.models import TrackingSettings

pytestmark = pytest.mark.django_db

CHALLENGE = 'Basic realm="Secured Area"'


@pytest.fixture(autouse=True)
def forgetful() -> None:
    cache.clear()


@pytest.fixture
def ada(django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("ada", password=PASSWORD)


def ask(header: str | bytes = "", **further: Any) -> Any:
    if header:
        further["HTTP_AUTHORIZATION"] = header
    return Client().get("/api/users/self", **further)


def pair(name: str, password: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode(encoding)).decode()


def error_of(response: Any) -> dict[str, Any]:
    errors = response.json()["errors"]
    assert errors[0]["code"] == response.status_code
    return errors[0]


def count_hashes(monkeypatch: Any) -> list[str]:
    """Every password that is hashed from now on."""
    hashed: list[str] = []
    original = hashers.MD5PasswordHasher.encode

    def encode(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", encode)
    return hashed


class TestWhetherTheApiIsOn:
    def test_off_is_a_refusal_that_clients_recognise_whoever_asks(self, ada, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_ENABLED": False}
        for header in ("", pair("ada", PASSWORD)):
            response = ask(header)
            assert response.status_code == 403
            assert error_of(response)["type"] == "api_disabled"
            assert error_of(response)["message"].startswith("API disabled.")

    def test_editors_switch_it_on_for_their_site_where_the_project_is_silent(self, ada, settings):
        given = dict(settings.CONTACTTRACK)
        for key in ("API_ENABLED", "API_ENABLE_BASIC_AUTH"):
            given.pop(key)
        settings.CONTACTTRACK = given
        assert ask(pair("ada", PASSWORD)).status_code == 403
        TrackingSettings.objects.create(
            site=Site.objects.get(), api_enabled=True, api_enable_basic_auth=True
        )
        assert ask(pair("ada", PASSWORD)).status_code == 200

    def test_what_the_project_sets_wins(self, ada, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_ENABLED": False}
        TrackingSettings.objects.create(
            site=Site.objects.get(), api_enabled=True, api_enable_basic_auth=True
        )
        assert error_of(ask(pair("ada", PASSWORD)))["type"] == "api_disabled"

    def test_basic_can_be_off_while_the_api_is_on(self, ada, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_ENABLE_BASIC_AUTH": False}
        response = ask(pair("ada", PASSWORD))
        assert response.status_code == 403
        assert error_of(response)["type"] == "access_denied"


class TestWhoIsAsking:
    def test_the_right_password_is_answered_on_behalf_of_that_user(self, ada):
        response = ask(pair("ada", PASSWORD))
        assert response.status_code == 200
        assert response.json()["username"] == "ada"

    def test_nobody_is_asked_for_credentials(self):
        response = ask()
        assert response.status_code == 401
        error = error_of(response)
        assert (error["message"], error["type"]) == ("API authorization denied.", "access_denied")
        # A browser would ask whoever follows a link for a password.
        assert "WWW-Authenticate" not in response

    def test_being_logged_in_by_a_browser_does_not_count(self, admin_client):
        assert admin_client.get("/api/users/self").status_code == 401

    def test_the_wrong_password_is_refused_with_a_body_and_a_challenge(self, ada):
        response = ask(pair("ada", "wrong"))
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == CHALLENGE
        assert error_of(response)["type"] == "access_denied"

    def test_a_name_and_a_password_may_hold_any_letters(self, django_user_model):
        django_user_model.objects.create_user("zoë", password="Grüße:€")
        assert ask(pair("zoë", "Grüße:€")).status_code == 200

    def test_clients_that_send_latin_1_are_understood(self, django_user_model):
        django_user_model.objects.create_user("zoë", password="Grüße")
        assert ask(pair("zoë", "Grüße", "latin-1")).status_code == 200

    def test_somebody_who_was_deactivated_is_refused_at_once(self, ada):
        assert ask(pair("ada", PASSWORD)).status_code == 200
        ada.is_active = False
        ada.save()
        assert ask(pair("ada", PASSWORD)).status_code == 401

    def test_also_where_the_projects_backend_would_let_them_in(self, ada, settings):
        settings.AUTHENTICATION_BACKENDS = [
            "django.contrib.auth.backends.AllowAllUsersModelBackend"
        ]
        ada.is_active = False
        ada.save()
        assert ask(pair("ada", PASSWORD)).status_code == 401

    @pytest.mark.parametrize(
        "header",
        [
            "Basic",
            "Basic ",
            "Basic !!!",
            "Basic YQ",
            "Basic " + base64.b64encode(b"no colon").decode(),
            "Basic " + base64.b64encode(b":no name").decode(),
            "Basic " + base64.b64encode(b"a\0da:b\0").decode(),
            "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
            "Basic " + "A" * 100_000,
            "Basic é\x80",
            "basic\t",
            "Bearer",
            "Bearer é",
            "Bearer " + "x" * 100_000,
            "OAuth oauth_token=1",
            "Digest username=ada",
        ],
    )
    def test_nonsense_is_refused_and_breaks_nothing(self, ada, header):
        response = ask(header)
        assert response.status_code == 401
        assert error_of(response)["code"] == 401


class TestWhatACallCosts:
    def test_the_password_is_hashed_once_in_a_while(self, ada, monkeypatch):
        hashed = count_hashes(monkeypatch)
        for _ in range(5):
            assert ask(pair("ada", PASSWORD)).status_code == 200
        assert hashed == [PASSWORD]

    def test_an_old_password_stops_counting_the_moment_it_changes(self, ada):
        assert ask(pair("ada", PASSWORD)).status_code == 200
        ada.set_password("another one")
        ada.save()
        assert ask(pair("ada", PASSWORD)).status_code == 401
        assert ask(pair("ada", "another one")).status_code == 200

    def test_nothing_in_the_cache_can_be_read(self, ada, settings):
        assert ask(pair("ada", PASSWORD)).status_code == 200
        assert ask(pair("ada", "wrong-" + PASSWORD)).status_code == 401
        kept = repr(cache._cache)
        assert "contacttrack:basic:" in kept
        for secret in (PASSWORD, "ada", ada.password):
            assert secret not in kept

    def test_a_cache_that_keeps_nothing_only_costs_time(self, ada, settings):
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
        for _ in range(2):
            assert ask(pair("ada", PASSWORD)).status_code == 200
        for _ in range(15):
            assert ask(pair("ada", "wrong")).status_code == 401

    def test_a_cache_that_is_away_only_costs_time(self, ada, settings):
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": "redis://127.0.0.1:1",
            }
        }
        assert ask(pair("ada", PASSWORD)).status_code == 200
        assert ask(pair("ada", "wrong")).status_code == 401


class TestGuessing:
    def guess(self, times: int, **further: Any) -> Any:
        for number in range(times):
            response = ask(pair("ada", f"guess {number}"), **further)
        return response

    def test_after_many_wrong_passwords_none_is_looked_at(self, ada, monkeypatch):
        assert self.guess(10).status_code == 401
        hashed = count_hashes(monkeypatch)
        response = ask(pair("ada", PASSWORD))
        assert response.status_code == 429
        assert int(response["Retry-After"]) > 0
        assert hashed == []

    def test_who_knows_the_password_gets_in_from_elsewhere(self, ada):
        self.guess(12, REMOTE_ADDR="203.0.113.5")
        assert ask(pair("ada", PASSWORD), REMOTE_ADDR="203.0.113.6").status_code == 200

    def test_others_at_the_same_address_get_in(self, ada, django_user_model):
        django_user_model.objects.create_user("bob", password="right")
        self.guess(12)
        assert ask(pair("bob", "right")).status_code == 200

    def test_addresses_behind_a_trusted_proxy_are_told_apart(self, ada, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "TRUSTED_PROXIES": ["10.0.0.1"]}
        proxy = {"REMOTE_ADDR": "10.0.0.1"}
        self.guess(12, HTTP_X_FORWARDED_FOR="203.0.113.5", **proxy)
        assert (
            ask(pair("ada", PASSWORD), HTTP_X_FORWARDED_FOR="203.0.113.6", **proxy).status_code
            == 200
        )
        assert (
            ask(pair("ada", PASSWORD), HTTP_X_FORWARDED_FOR="203.0.113.5", **proxy).status_code
            == 429
        )

    def test_a_forged_address_helps_nobody(self, ada):
        for number in range(12):
            ask(pair("ada", "wrong"), HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
        assert ask(pair("ada", PASSWORD)).status_code == 429


def test_programs_of_the_tests_go_the_same_way(admin_program: Program):
    assert admin_program.ask("users/self")["username"] == "admin"
