"""API clients in the admin: made, shown once, changed, renewed, deleted, and by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application
from wagtail.models import ModelLogEntry

from tests.admin.looking import text

pytestmark = pytest.mark.django_db

LIST = reverse("contacttrack_clients:index")
ADD = reverse("contacttrack_clients:add")
BACK = "https://n8n.example/rest/oauth2-credential/callback"
HOSTILE = "<script>alert(1)</script>\"'{{ 7 }}"
ALL = tuple(f"{action}_application" for action in ("view", "add", "change", "delete"))


@pytest.fixture(autouse=True)
def api_on(settings: Any) -> None:
    cache.clear()
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "API_ENABLED": True}


@pytest.fixture
def browser_of(client: Client) -> Any:
    def log_in(user: Any) -> Client:
        client.force_login(user)
        return client

    return log_in


def url(name: str, row: Any) -> str:
    return reverse(f"contacttrack_clients:{name}", args=[row.pk])


def made(**values: Any) -> Any:
    return Application.objects.create(
        **{
            "name": "n8n",
            "client_id": "1_x",
            "client_secret": "old",
            "redirect_uris": BACK,
            "client_type": Application.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
            **values,
        }
    )


def lonely(user: Any, **values: Any) -> Any:
    grant = Application.GRANT_CLIENT_CREDENTIALS
    return made(user=user, authorization_grant_type=grant, redirect_uris="", **values)


def send(browser: Client, address: str = ADD, **values: Any) -> Any:
    return browser.post(address, {"name": "n8n", "redirect_uris": BACK, "acts_as": "", **values})


def shown(response: Any) -> dict[str, str]:
    """What the page after making a client or a secret has to be copied."""
    assert response.status_code == 200, response.content
    soup = BeautifulSoup(response.content, "html.parser")
    return {
        area["id"].removeprefix("ct-client-"): area.text
        for area in soup.select("textarea[id^=ct-client]")
    }


def errors(response: Any) -> str:
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "html.parser")
    return " ".join(text(error) for error in soup.select(".error-message"))


def token(row: Any, secret: str) -> Any:
    values = {
        "grant_type": "client_credentials",
        "client_id": row.client_id,
        "client_secret": secret,
    }
    return Client().post("/oauth/v2/token", values)


class TestMaking:
    def test_the_secret_is_shown_once_and_kept_as_a_hash(self, admin_client):
        response = send(admin_client)
        found = shown(response)
        row = Application.objects.get()
        assert found["id"] == row.client_id
        assert row.client_id.startswith(f"{row.pk}_")
        assert len(found["secret"]) >= 32
        assert found["secret"] not in row.client_secret
        assert found["base"] == "http://testserver/"
        assert "no-store" in response["Cache-Control"]
        for page in (LIST, url("edit", row), url("history", row)):
            assert found["secret"] not in admin_client.get(page).content.decode()

    def test_it_asks_users_and_acts_for_nobody_by_itself(self, admin_client):
        found = shown(send(admin_client))
        row = Application.objects.get()
        assert row.user is None
        assert token(row, found["secret"]).json()["error"] == "unauthorized_client"

    def test_it_can_act_as_a_user_without_asking(self, admin_client, django_user_model):
        django_user_model.objects.create_user("importer")
        found = shown(send(admin_client, acts_as="importer", redirect_uris=""))
        row = Application.objects.get()
        access = token(row, found["secret"]).json()["access_token"]
        response = Client().get("/api/users/self", HTTP_AUTHORIZATION=f"Bearer {access}")
        assert response.json()["username"] == "importer"

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"name": ""}, "required"),
            ({"redirect_uris": ""}, "Say where users return to"),
            ({"redirect_uris": "n8n.example"}, "is not an address"),
            ({"redirect_uris": "javascript:alert(1)"}, "is not an address"),
            ({"redirect_uris": "https://a.example/#x"}, "is not an address"),
            ({"redirect_uris": "https://*.a.example/x"}, "a star may only stand"),
            ({"redirect_uris": "https://a.example/*"}, "a star may only stand"),
            ({"redirect_uris": "https://a.example/*/x"}, "a star may only stand"),
            ({"acts_as": "nobody"}, "no active user"),
        ],
    )
    def test_what_is_wrong_is_said(self, admin_client, values, sentence):
        assert sentence in errors(send(admin_client, **values))
        assert not Application.objects.exists()

    def test_several_addresses_one_with_a_star(self, admin_client):
        lines = f"{BACK}\r\nhttps://typo3.example/mautic/authorize/*\r\n"
        shown(send(admin_client, redirect_uris=lines))
        assert Application.objects.get().redirect_uris.split() == lines.split()

    def test_names_are_no_markup(self, admin_client):
        response = send(admin_client, name=HOSTILE)
        row = Application.objects.get()
        for page in (
            response,
            *(admin_client.get(url(n, row)) for n in ("edit", "delete", "renew")),
        ):
            assert page.status_code == 200
            assert b"<script>alert(1)" not in page.content

    def test_it_is_logged(self, admin_client):
        send(admin_client)
        row = Application.objects.get()
        entries = ModelLogEntry.objects.filter(object_id=str(row.pk))
        assert [entry.action for entry in entries] == ["wagtail.create"]


class TestWhoseRights:
    """Nobody gives a client rights that they do not have themselves."""

    @pytest.fixture
    def editor(self, user_with):
        return user_with(*ALL)

    def test_an_editor_can_let_it_act_as_themself(self, editor, browser_of):
        name = editor.get_username()
        shown(send(browser_of(editor), acts_as=name, redirect_uris=""))
        assert Application.objects.get().user == editor

    def test_but_as_nobody_else(self, editor, browser_of, admin_user, django_user_model):
        django_user_model.objects.create_user("weak")
        for name in ("admin", "weak", "nobody"):
            assert "act as yourself" in errors(send(browser_of(editor), acts_as=name))
        assert not Application.objects.exists()

    def test_others_names_are_not_suggested(self, editor, browser_of, admin_user):
        assert b'value="admin"' not in browser_of(editor).get(ADD).content

    def test_nor_by_changing_a_client(self, editor, browser_of, admin_user):
        row = made()
        assert "act as yourself" in errors(
            send(browser_of(editor), url("edit", row), acts_as="admin")
        )

    def test_what_a_superuser_chose_stays_when_an_editor_renames_the_client(
        self, editor, browser_of, admin_user
    ):
        row = lonely(admin_user)
        response = send(
            browser_of(editor), url("edit", row), name="New name", acts_as="admin", redirect_uris=""
        )
        assert response.status_code == 302
        row.refresh_from_db()
        assert (row.name, row.user) == ("New name", admin_user)

    def test_an_editor_gets_no_secret_of_a_client_that_acts_as_somebody_else(
        self, editor, browser_of, admin_user
    ):
        row = lonely(admin_user)
        browser = browser_of(editor)
        before = row.client_secret
        assert browser.get(url("renew", row)).status_code == 302
        assert browser.post(url("renew", row)).status_code == 302
        row.refresh_from_db()
        assert row.client_secret == before
        assert url("renew", row) not in browser.get(LIST).content.decode()
        assert url("renew", row) not in browser.get(url("edit", row)).content.decode()


class TestChanging:
    def test_it_keeps_its_id_and_secret(self, admin_client):
        row = made()
        assert send(admin_client, url("edit", row), name="Zapier").status_code == 302
        after = Application.objects.get()
        assert after.name == "Zapier"
        assert (after.client_id, after.client_secret) == (row.client_id, row.client_secret)

    def test_it_stops_acting_alone_when_the_user_is_taken_away(self, admin_client, admin_user):
        row = lonely(admin_user)
        assert send(admin_client, url("edit", row)).status_code == 302
        assert token(row, "old").json()["error"] == "unauthorized_client"

    def test_a_new_secret_takes_the_place_of_the_old_one(self, admin_client, admin_user):
        row = lonely(admin_user)
        assert token(row, "old").status_code == 200
        assert admin_client.get(url("renew", row)).status_code == 200
        found = shown(admin_client.post(url("renew", row)))
        assert token(row, "old").status_code == 401
        assert token(row, found["secret"]).status_code == 200
        entries = ModelLogEntry.objects.filter(object_id=str(row.pk))
        assert entries.get().action == "contacttrack.renew_client_secret"
        assert found["secret"] not in str(entries.get().data)

    def test_deleting_says_what_stops_and_stops_it(self, admin_client, admin_user):
        row = lonely(admin_user)
        access = token(row, "old").json()["access_token"]
        page = BeautifulSoup(admin_client.get(url("delete", row)).content, "html.parser")
        assert "Its tokens stop working at once. It acts for 1 user just now." in text(page)
        assert admin_client.post(url("delete", row)).status_code == 302
        response = Client().get("/api/users/self", HTTP_AUTHORIZATION=f"Bearer {access}")
        assert response.status_code == 401


class TestTheList:
    def rows(self, browser: Client, query: str = "") -> list[list[str]]:
        soup = BeautifulSoup(browser.get(LIST + query).content, "html.parser")
        return [
            [text(cell.select_one(".title-wrapper") or cell) for cell in row.select("td")]
            for row in soup.select("tbody tr")
        ]

    def test_says_for_whom_each_acts_and_when_it_last_did(self, admin_client, admin_user):
        made(name="Asks")
        used = lonely(admin_user, name="Lonely", client_id="2_x")
        AccessToken.objects.create(
            token="t", application=used, expires=timezone.now() + timedelta(hours=1)
        )
        AccessToken.objects.update(updated=timezone.now() - timedelta(days=3))
        assert self.rows(admin_client) == [
            ["Asks", "1_x", "Users who consent", "Not lately"],
            ["Lonely", "2_x", "admin, without asking", self.rows(admin_client)[1][3]],
        ]
        assert "3 days ago" in self.rows(admin_client)[1][3]

    def test_calls_them_what_the_menu_calls_them(self, admin_client):
        made()
        page = text(BeautifulSoup(admin_client.get(LIST).content, "html.parser"))
        assert "Add API client" in page
        assert "1 API client" in page
        assert "application" not in page.lower()

    def test_finds_by_name(self, admin_client):
        made(name="One")
        made(name="Two", client_id="2_x")
        assert [row[0] for row in self.rows(admin_client, "?q=two")] == ["Two"]

    def test_what_the_project_uses_the_toolkit_for_besides_is_not_touched(self, admin_client):
        other = made(name="Theirs", authorization_grant_type=Application.GRANT_IMPLICIT)
        assert self.rows(admin_client) == []
        for name in ("edit", "delete", "renew"):
            assert admin_client.get(url(name, other)).status_code == 302
            assert admin_client.post(url(name, other)).status_code == 302
        assert Application.objects.get().name == "Theirs"

    def test_it_costs_the_same_however_many_there_are(
        self, admin_client, admin_user, django_assert_max_num_queries
    ):
        for number in range(30):
            lonely(admin_user, client_id=f"{number}_x")
        with django_assert_max_num_queries(20):
            assert len(self.rows(admin_client)) == 30


class TestTheSettingsPage:
    @pytest.fixture
    def panel(self):
        def get(browser):
            page = browser.get(
                reverse("wagtailsettings:edit", args=["wagtail_contacttrack", "trackingsettings"]),
                follow=True,
            )
            return BeautifulSoup(page.content, "html.parser")

        return get

    def test_says_where_the_api_is_and_leads_to_what_belongs_to_it(self, panel, admin_client):
        soup = panel(admin_client)
        assert soup.select_one("#ct-api-address").text == "http://localhost/api/"
        links = {link.get("href") for link in soup.select("a[href]")}
        assert {LIST, "http://localhost/api/docs"} <= links

    def test_a_key_of_the_project_is_shown_and_locked(self, panel, admin_client):
        box = panel(admin_client).select_one("#id_api_enabled")
        assert box.has_attr("checked")
        assert box.has_attr("disabled")

    def test_says_when_no_program_can_get_in(self, panel, admin_client, monkeypatch):
        assert "no program can get in" not in text(panel(admin_client))
        monkeypatch.setattr("wagtail_contacttrack.api.oauth.installed", lambda: False)
        monkeypatch.setattr(
            "wagtail_contacttrack.admin.settings.panels.makes_api_tokens", lambda: False
        )
        assert "no program can get in" in text(panel(admin_client))

    def test_clients_are_not_offered_to_who_may_not_see_them(self, panel, browser_of, user_with):
        soup = panel(browser_of(user_with("change_trackingsettings")))
        assert soup.select_one("#ct-api-address")
        assert LIST not in {link.get("href") for link in soup.select("a[href]")}
