"""OAuth2 as Mautic's clients speak it: by browser, by program, and by attacker."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

pytestmark = pytest.mark.django_db

SECRET = "the-secret-of-a-client"
BACK = "https://joomla.example/administrator/?plugin=mautic&authorize=true"
STATE = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def forgetful() -> None:
    cache.clear()


@pytest.fixture
def client_app(db: Any) -> Any:
    """An API client that asks users."""
    return Application.objects.create(
        name="Joomla",
        client_id="1_abcdef",
        client_secret=SECRET,
        redirect_uris=BACK,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    )


@pytest.fixture
def lonely_app(django_user_model: Any) -> Any:
    """An API client that acts alone, as a user made for it."""
    return Application.objects.create(
        name="Nightly import",
        client_id="2_abcdef",
        client_secret=SECRET,
        user=django_user_model.objects.create_user("importer", is_superuser=True),
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )


@pytest.fixture
def browser(admin_user: Any) -> Client:
    found = Client(enforce_csrf_checks=True)
    found.force_login(admin_user)
    return found


def asking(**changes: Any) -> str:
    values = {
        "client_id": "1_abcdef",
        "redirect_uri": BACK,
        "state": STATE,
        "scope": "",
        "response_type": "code",
        **changes,
    }
    values = {name: value for name, value in values.items() if value is not None}
    return "/oauth/v2/authorize?" + urlencode(values)


def decide(browser: Client, address: str, button: str = "allow", **further: Any) -> Any:
    page = browser.get(address)
    assert page.status_code == 200, page.content
    csrf = browser.cookies["csrftoken"].value
    return browser.post(address, {"csrfmiddlewaretoken": csrf, button: "1"}, **further)


def came_back(response: Any) -> dict[str, str]:
    """What a client finds at the end of the address it is called back at."""
    assert response.status_code == 302, response.content
    values = parse_qs(urlsplit(response["Location"]).query, keep_blank_values=True)
    return {name: found[0] for name, found in values.items()}


def code_for(browser: Client, **changes: Any) -> str:
    return came_back(decide(browser, asking(**changes)))["code"]


def exchange(values: dict[str, Any], **further: Any) -> Any:
    return Client().post("/oauth/v2/token", values, **further)


def for_code(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "grant_type": "authorization_code",
        "client_id": "1_abcdef",
        "client_secret": SECRET,
        "redirect_uri": BACK,
        "code": code,
        **changes,
    }


def tokens_of(browser: Client) -> dict[str, Any]:
    response = exchange(for_code(code_for(browser)))
    assert response.status_code == 200, response.content
    return response.json()


def who(token: str, **further: Any) -> Any:
    return Client().get("/api/users/self", HTTP_AUTHORIZATION=f"Bearer {token}", **further)


class TestConsent:
    def test_whoever_is_not_logged_in_goes_to_the_admins_login_and_comes_back(self, client_app):
        response = Client().get(asking())
        assert response.status_code == 302
        assert response["Location"] == f"/admin/login/?next={quote(asking())}"

    def test_the_page_says_who_asks_for_whom_and_where_the_answer_goes(self, client_app, browser):
        text = browser.get(asking()).content.decode()
        for part in ("Joomla", "admin", "joomla.example"):
            assert part in text

    def test_the_page_cannot_be_framed_or_cached(self, client_app, browser, settings):
        settings.X_FRAME_OPTIONS = "SAMEORIGIN"
        response = browser.get(asking())
        assert response["X-Frame-Options"] == "DENY"
        assert "no-store" in response["Cache-Control"]

    def test_names_of_clients_are_no_markup(self, client_app, browser):
        Application.objects.update(name="<script>alert(1)</script>")
        assert b"<script>alert(1)" not in browser.get(asking()).content

    def test_allowing_sends_the_code_and_the_state_unchanged(self, client_app, browser):
        found = came_back(decide(browser, asking()))
        assert found["state"] == STATE
        assert found["plugin"] == "mautic"
        assert found["code"]

    @pytest.mark.parametrize("state", ["a b+c%25&x=1#é/?\\\"'<>", "0", "x" * 2000, '{"a":1}'])
    def test_states_of_any_letters_come_back_unchanged(self, client_app, browser, state):
        assert came_back(decide(browser, asking(state=state)))["state"] == state

    def test_denying_sends_an_error_and_the_state(self, client_app, browser):
        found = came_back(decide(browser, asking(), "deny"))
        assert (found["error"], found["state"]) == ("access_denied", STATE)
        assert not Grant.objects.exists()

    def test_a_form_of_another_website_allows_nothing(self, client_app, browser):
        assert browser.post(asking(), {"allow": "1"}).status_code == 403
        assert not Grant.objects.exists()

    def test_the_form_cannot_change_what_was_asked_for(self, client_app, browser):
        browser.get(asking())
        csrf = browser.cookies["csrftoken"].value
        values = {"csrfmiddlewaretoken": csrf, "allow": "1", "redirect_uri": "https://evil.example"}
        response = browser.post(asking(), values)
        assert response["Location"].startswith("https://joomla.example/")

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": "nobody"},
            {"client_id": None},
            {"client_id": "1_\0abcdef\ud800".encode("utf-8", "surrogatepass").decode("latin-1")},
            {"redirect_uri": "https://evil.example/"},
            {"redirect_uri": BACK + "x"},
            {"redirect_uri": "https://joomla.example@evil.example/"},
            {"redirect_uri": "javascript:alert(1)"},
            {"redirect_uri": "no address"},
            {"redirect_uri": "https://[broken/"},
        ],
    )
    def test_an_unknown_client_or_address_is_a_page_that_leads_nowhere(
        self, client_app, browser, changes
    ):
        response = browser.get(asking(**changes))
        assert response.status_code == 400
        assert "Location" not in response
        assert "client id" in response.content.decode()

    @pytest.mark.parametrize(
        "changes",
        [
            {"response_type": "token"},
            {"response_type": "id_token"},
            {"response_type": None},
            {"code_challenge": "x" * 43, "code_challenge_method": "magic"},
        ],
    )
    def test_what_cannot_be_given_is_told_to_the_client(self, client_app, browser, changes):
        found = came_back(browser.get(asking(**changes)))
        assert found["error"]
        assert found["state"] == STATE

    @pytest.mark.parametrize("query", ["%", "a", "=", "client_id=%zz", "%00=%00", "x" * 5000])
    def test_nonsense_breaks_nothing(self, client_app, browser, query):
        assert browser.get(f"/oauth/v2/authorize?{query}").status_code == 400

    def test_a_challenge_that_is_too_long_breaks_nothing(self, client_app, browser):
        changes = {"code_challenge": "x" * 300, "code_challenge_method": "S256"}
        assert "error" in came_back(browser.get(asking(**changes)))

    def test_clients_that_only_act_alone_cannot_ask(self, lonely_app, browser):
        response = browser.get(asking(client_id="2_abcdef"))
        assert response.status_code == 400


class TestAddressesWithAStar:
    """TYPO3 is called back at /mautic/authorize/<state>."""

    @pytest.fixture(autouse=True)
    def starred(self, client_app):
        Application.objects.update(redirect_uris="https://typo3.example/mautic/authorize/*")

    def test_any_address_below_is_its_own(self, browser):
        back = "https://typo3.example/mautic/authorize/4f2a"
        code = code_for(browser, redirect_uri=back)
        assert exchange(for_code(code, redirect_uri=back)).status_code == 200
        code = code_for(browser, redirect_uri=back)
        other = "https://typo3.example/mautic/authorize/other"
        assert exchange(for_code(code, redirect_uri=other)).status_code == 400

    @pytest.mark.parametrize(
        "address",
        [
            "https://typo3.example/mautic/authorize/../../x",
            "https://typo3.example/mautic/authorize/%2e%2e/x",
            "https://typo3.example/mautic/authorize/..%2fx",
            "https://typo3.example/mautic/authorize/\\..\\x",
            "https://typo3.example/mautic/authorize/x/../../y",
            "https://typo3.example/mautic/authorize//evil.example",
            "https://typo3.example/mautic/authorize/a?next=//evil.example",
            "https://typo3.example/mautic/authorize/*",
            "https://typo3.example/mautic/authorize/",
            "https://typo3.example/mautic/authorize",
            "http://typo3.example/mautic/authorize/a",
            "https://typo3.example.evil.example/mautic/authorize/a",
        ],
    )
    def test_nothing_else_is(self, browser, address):
        assert browser.get(asking(redirect_uri=address)).status_code == 400

    def test_the_address_must_be_said(self, browser):
        assert browser.get(asking(redirect_uri=None)).status_code == 400


class TestTokens:
    def test_a_code_becomes_a_token_that_acts_for_the_user(self, client_app, browser):
        response = exchange(for_code(code_for(browser)))
        assert response.status_code == 200
        body = response.json()
        assert body["token_type"] == "bearer"
        assert body["expires_in"] == 3600
        assert body["scope"] is None
        assert body["refresh_token"]
        assert "no-store" in response["Cache-Control"]
        assert who(body["access_token"]).json()["username"] == "admin"

    @pytest.mark.parametrize("way", ["form", "json", "query", "multipart", "basic"])
    def test_programs_may_send_it_in_any_way(self, client_app, browser, way):
        values = for_code(code_for(browser))
        program = Client()
        if way == "json":
            response = program.post(
                "/oauth/v2/token", json.dumps(values), content_type="application/json"
            )
        elif way == "query":
            response = program.get("/oauth/v2/token", values)
        elif way == "multipart":
            response = program.post("/oauth/v2/token", values)
        elif way == "basic":
            pair = f"{values.pop('client_id')}:{values.pop('client_secret')}"
            header = "Basic " + base64.b64encode(pair.encode()).decode()
            response = program.post("/oauth/v2/token", values, HTTP_AUTHORIZATION=header)
        else:
            form = "application/x-www-form-urlencoded"
            response = program.post("/oauth/v2/token", urlencode(values), content_type=form)
        assert response.status_code == 200, response.content
        assert response.json()["access_token"]

    @pytest.mark.parametrize(
        "path", ["/oauth/v2/token/", "/index.php/oauth/v2/token", "//oauth/v2/token"]
    )
    def test_other_spellings_of_the_address(self, client_app, browser, path):
        values = for_code(code_for(browser))
        form = "application/x-www-form-urlencoded"
        response = Client().generic("POST", "/", urlencode(values), form, PATH_INFO=path)
        assert response.status_code == 200

    def test_a_stale_bearer_and_unknown_fields_do_not_matter(self, client_app, browser):
        values = for_code(
            code_for(browser), params="{}", allow_redirects="True", scope="everything", resource="x"
        )
        response = exchange(values, HTTP_AUTHORIZATION="Bearer long-gone")
        assert response.status_code == 200

    def test_a_code_counts_once(self, client_app, browser):
        code = code_for(browser)
        assert exchange(for_code(code)).status_code == 200
        assert exchange(for_code(code)).json()["error"] == "invalid_grant"

    def test_a_code_counts_for_its_client_alone(self, client_app, browser):
        Application.objects.create(
            name="Other",
            client_id="3_other",
            client_secret=SECRET,
            redirect_uris=BACK,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        )
        response = exchange(for_code(code_for(browser), client_id="3_other"))
        assert response.json()["error"] == "invalid_grant"

    @pytest.mark.parametrize(
        ("changes", "status", "error"),
        [
            ({"client_secret": "wrong"}, 401, "invalid_client"),
            ({"client_secret": ""}, 401, "invalid_client"),
            ({"client_id": "nobody"}, 401, "invalid_client"),
            ({"client_id": "\0\ud800"}, 401, "invalid_client"),
            ({"code": "nonsense"}, 400, "invalid_grant"),
            ({"code": ""}, 400, "invalid_request"),
            ({"redirect_uri": "https://evil.example/"}, 400, None),
            ({"grant_type": "password", "username": "admin", "password": "x"}, 400, None),
            ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, None),
            ({"grant_type": ["a"]}, 400, None),
            ({"client_id": {"a": 1}}, None, None),
        ],
    )
    def test_errors_can_be_read_by_clients_of_either_kind(
        self, client_app, browser, changes, status, error
    ):
        values = {**for_code(code_for(browser)), **changes}
        response = Client().post(
            "/oauth/v2/token", json.dumps(values), content_type="application/json"
        )
        assert response.status_code == status or (status is None and response.status_code < 500)
        body = response.json()
        assert body["error"] == (error or body["error"])
        assert body["error_description"]
        assert body["errors"][0]["code"] == response.status_code
        assert body["errors"][0]["type"] == body["error"]

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"%", b"\xff", b"{"])
    def test_nonsense_breaks_nothing(self, client_app, body):
        response = Client().post("/oauth/v2/token", body, content_type="application/json")
        assert response.status_code == 400
        assert response.json()["errors"]

    def test_other_methods_are_refused(self, client_app):
        assert Client().delete("/oauth/v2/token").status_code == 405

    def test_nothing_in_the_database_can_be_used(self, client_app, browser):
        found = tokens_of(browser)
        kept = repr(
            [list(model.objects.values()) for model in (AccessToken, RefreshToken, Application)]
        )
        for secret in (found["access_token"], found["refresh_token"], SECRET):
            assert secret not in kept

    def test_many_wrong_secrets_are_not_looked_at(self, client_app, browser):
        code = code_for(browser)
        for _ in range(10):
            assert exchange(for_code("x", client_secret="wrong")).status_code == 401
        assert exchange(for_code(code)).status_code == 429
        assert exchange(for_code(code), REMOTE_ADDR="203.0.113.9").status_code == 200

    def test_lifetimes_are_the_projects(self, client_app, browser, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_OAUTH2_ACCESS_TOKEN_LIFETIME": 5}
        assert tokens_of(browser)["expires_in"] == 300


class TestPkce:
    VERIFIER = "a" * 50

    def challenge(self):
        digest = hashlib.sha256(self.VERIFIER.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def test_is_honoured_where_a_client_wants_it(self, client_app, browser):
        asked = {"code_challenge": self.challenge(), "code_challenge_method": "S256"}
        code = code_for(browser, **asked)
        assert exchange(for_code(code)).status_code == 400
        code = code_for(browser, **asked)
        assert exchange(for_code(code, code_verifier="b" * 50)).status_code == 400
        code = code_for(browser, **asked)
        assert exchange(for_code(code, code_verifier=self.VERIFIER)).status_code == 200


class TestRefreshing:
    def refresh(self, token: str, **changes: Any) -> Any:
        values = {
            "grant_type": "refresh_token",
            "client_id": "1_abcdef",
            "client_secret": SECRET,
            "refresh_token": token,
            **changes,
        }
        # As Mautic's own library does, with the bearer that has expired.
        return Client().post(
            "/oauth/v2/token",
            json.dumps(values),
            content_type="application/json",
            HTTP_AUTHORIZATION="Bearer expired",
        )

    def test_gives_a_new_pair_and_ends_the_old_one(self, client_app, browser):
        old = tokens_of(browser)
        response = self.refresh(old["refresh_token"])
        assert response.status_code == 200
        new = response.json()
        assert who(new["access_token"]).status_code == 200
        assert who(old["access_token"]).status_code == 401
        assert self.refresh(old["refresh_token"]).json()["error"] == "invalid_grant"
        assert self.refresh(new["refresh_token"]).status_code == 200

    def test_works_after_the_access_token_has_expired(self, client_app, browser):
        old = tokens_of(browser)
        AccessToken.objects.update(expires=timezone.now() - timedelta(days=3))
        assert who(old["access_token"]).status_code == 401
        assert self.refresh(old["refresh_token"]).status_code == 200

    def test_ends_after_two_weeks(self, client_app, browser):
        old = tokens_of(browser)
        RefreshToken.objects.update(created=timezone.now() - timedelta(days=14, minutes=1))
        assert self.refresh(old["refresh_token"]).json()["error"] == "invalid_grant"
        RefreshToken.objects.update(created=timezone.now() - timedelta(days=13))
        assert self.refresh(old["refresh_token"]).status_code == 200

    def test_ends_with_the_user(self, client_app, browser, admin_user):
        old = tokens_of(browser)
        admin_user.is_active = False
        admin_user.save()
        assert who(old["access_token"]).status_code == 401
        assert self.refresh(old["refresh_token"]).json()["error"] == "invalid_grant"

    def test_what_stopped_counting_long_ago_is_forgotten(self, client_app, browser):
        for _ in range(2):
            old = self.refresh(tokens_of(browser)["refresh_token"]).json()
        assert (AccessToken.objects.count(), RefreshToken.objects.count()) == (2, 4)
        long_ago = timezone.now() - timedelta(days=15)
        AccessToken.objects.update(expires=long_ago)
        RefreshToken.objects.update(created=long_ago)
        RefreshToken.objects.filter(revoked__isnull=False).update(revoked=long_ago)
        new = tokens_of(browser)
        assert (AccessToken.objects.count(), RefreshToken.objects.count()) == (1, 1)
        assert who(new["access_token"]).status_code == 200
        assert self.refresh(old["refresh_token"]).status_code == 400
        assert self.refresh(new["refresh_token"]).status_code == 200

    def test_tokens_for_other_purposes_of_the_project_are_left_alone(
        self, client_app, browser, admin_user
    ):
        long_ago = timezone.now() - timedelta(days=90)
        theirs = AccessToken.objects.create(
            token="t", application=client_app, user=admin_user, scope="openid", expires=long_ago
        )
        RefreshToken.objects.create(
            token="r", application=client_app, user=admin_user, access_token=theirs
        )
        RefreshToken.objects.update(created=long_ago)
        tokens_of(browser)
        assert (AccessToken.objects.count(), RefreshToken.objects.count()) == (2, 2)

    def test_nor_do_they_open_this_api_by_being_renewed_here(self, client_app, admin_user):
        soon = timezone.now() + timedelta(hours=1)
        theirs = AccessToken.objects.create(
            token="t", application=client_app, user=admin_user, scope="openid", expires=soon
        )
        RefreshToken.objects.create(
            token="r", application=client_app, user=admin_user, access_token=theirs
        )
        assert self.refresh("r").json()["error"] == "invalid_grant"

    def test_scopes_that_clients_name_do_not_matter(self, client_app, browser):
        assert self.refresh(tokens_of(browser)["refresh_token"], scope="x").status_code == 200


class TestActingAlone:
    def ask(self, **changes: Any) -> Any:
        values = {
            "grant_type": "client_credentials",
            "client_id": "2_abcdef",
            "client_secret": SECRET,
            **changes,
        }
        return exchange(values)

    def test_the_client_is_the_user_it_was_made_for(self, lonely_app):
        response = self.ask()
        assert response.status_code == 200
        assert "refresh_token" not in response.json()
        assert who(response.json()["access_token"]).json()["username"] == "importer"

    def test_ends_when_that_user_is_deactivated(self, lonely_app):
        token = self.ask().json()["access_token"]
        lonely_app.user.is_active = False
        lonely_app.user.save()
        assert who(token).status_code == 401

    def test_is_not_for_clients_without_a_user(self, lonely_app):
        Application.objects.update(user=None)
        assert self.ask().json()["error"] == "unauthorized_client"

    def test_is_not_for_clients_that_ask_users(self, client_app, admin_user):
        # The toolkit notes there who has made a client; that is not whom it may act as.
        Application.objects.update(user=admin_user)
        assert self.ask(client_id="1_abcdef").json()["error"] == "unauthorized_client"

    def test_a_client_may_do_both(self, lonely_app, browser):
        Application.objects.update(redirect_uris=BACK)
        code = code_for(browser, client_id="2_abcdef")
        token = exchange(for_code(code, client_id="2_abcdef")).json()["access_token"]
        assert who(token).json()["username"] == "admin"
        assert self.ask().status_code == 200


class TestWhatIsNotThere:
    def test_off_is_off_for_all_of_it(self, client_app, browser, settings):
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_ENABLED": False}
        for path in (asking(), "/oauth/v2/token", "/oauth/v1/request_token", "/oauth/v2/x"):
            response = browser.get(path)
            assert response.status_code == 403
            assert response.json()["errors"][0]["type"] == "api_disabled"

    @pytest.mark.parametrize("path", ["request_token", "authorize", "access_token"])
    def test_oauth_1_is_gone(self, path):
        for method in ("GET", "POST"):
            response = Client().generic(method, f"/oauth/v1/{path}")
            assert response.status_code == 404
            assert response.json()["errors"][0]["code"] == 404

    def test_without_the_package_it_says_so_and_the_rest_works(
        self, monkeypatch, admin_program, browser
    ):
        from wagtail_contacttrack.api import oauth
        from wagtail_contacttrack.api.oauth import doors

        for module in (oauth, doors):
            monkeypatch.setattr(module, "installed", lambda: False)
        for path in (asking(), "/oauth/v2/token"):
            response = browser.get(path)
            assert response.status_code == 404
            assert "oauth2_provider" in response.json()["errors"][0]["message"]
        assert admin_program.ask("users/self")["username"] == "admin"
        assert who("anything").status_code == 401
