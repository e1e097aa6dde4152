"""Bearer tokens, wherever a program puts them, and Wagtail's own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application
from wagtail import VERSION as WAGTAIL_VERSION

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-thirty-letters-or-so"


@pytest.fixture
def kept(admin_user: Any) -> Any:
    client = Application.objects.create(
        name="Client",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="https://client.example/",
    )
    return AccessToken.objects.create(
        user=admin_user,
        token=TOKEN,
        application=client,
        expires=timezone.now() + timedelta(hours=1),
        scope="contacttrack",
    )


def self_by(token: str = TOKEN, **further: Any) -> Any:
    return Client().get("/api/users/self", HTTP_AUTHORIZATION=f"Bearer {token}", **further)


def refused(response: Any) -> dict[str, Any]:
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    error = response.json()["errors"][0]
    assert error["code"] == 401
    assert error["type"] == "invalid_token"
    return error


class TestWhereItStands:
    def test_in_the_header(self, kept):
        assert self_by().status_code == 200
        assert (
            Client().get("/api/users/self", HTTP_AUTHORIZATION=f"bearer  {TOKEN}").status_code
            == 200
        )

    def test_in_the_query(self, kept):
        assert Client().get(f"/api/users/self?access_token={TOKEN}").status_code == 200

    def test_in_a_form_as_joomla_sends_it(self, kept):
        response = Client().post(
            "/api/contacts/new", {"access_token": TOKEN, "email": "ada@site.example"}
        )
        assert response.status_code == 201

    def test_in_json(self, kept):
        body = json.dumps({"access_token": TOKEN, "email": "ada@site.example"})
        response = Client().post("/api/contacts/new", body, content_type="application/json")
        assert response.status_code == 201

    @pytest.mark.parametrize("value", [[TOKEN], {"a": TOKEN}, 5, None, True, ""])
    def test_nothing_else_is_one(self, kept, value):
        body = json.dumps({"access_token": value})
        response = Client().post("/api/contacts/new", body, content_type="application/json")
        assert response.status_code == 401


class TestWhatItIsWorth:
    def test_expired_is_said_so_that_clients_refresh(self, kept):
        AccessToken.objects.update(expires=timezone.now())
        assert "expired" in refused(self_by())["message"]

    @pytest.mark.parametrize(
        "token", ["unknown", "wagtail_", "wagtail_" + "x" * 36, "x" * 5000, "a\tb", "é"]
    )
    def test_unknown_ones_are_refused(self, kept, token):
        refused(self_by(token))

    def test_those_for_other_purposes_of_the_project_do_not_open_the_api(self, kept):
        AccessToken.objects.update(scope="openid read write")
        refused(self_by())

    def test_those_for_another_address_do_not_either(self, kept):
        AccessToken.objects.update(resource=["https://elsewhere.example/"])
        refused(self_by())
        AccessToken.objects.update(resource=["http://testserver/api"])
        assert self_by().status_code == 200

    def test_it_ends_with_its_client(self, kept):
        Application.objects.all().delete()
        refused(self_by())

    def test_its_use_is_noted_once_a_minute(self, kept):
        before = timezone.now() - timedelta(hours=1)
        AccessToken.objects.update(updated=before)
        assert self_by().status_code == 200
        used = AccessToken.objects.get().updated
        assert used > before
        assert self_by().status_code == 200
        assert AccessToken.objects.get().updated == used


@pytest.mark.skipif(WAGTAIL_VERSION < (8, 0), reason="Wagtail 7.4 has no API tokens")
class TestWagtailsOwn:
    @pytest.fixture
    def token(self, admin_user):
        from wagtail.models import APIToken

        return APIToken.create_token(user=admin_user, name="n8n")

    def test_acts_for_its_user(self, token, admin_user):
        assert self_by(token[1]).json()["username"] == "admin"

    def test_its_use_is_noted(self, token):
        self_by(token[1])
        token[0].refresh_from_db()
        assert token[0].last_used_at is not None

    def test_revoked_is_refused(self, token):
        token[0].revoke()
        refused(self_by(token[1]))

    def test_ends_when_its_user_is_deactivated(self, token, admin_user):
        admin_user.is_active = False
        admin_user.save()
        refused(self_by(token[1]))
