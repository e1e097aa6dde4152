"""The client `mautic` from PyPI, as it is, against a server."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import mautic
import pytest
import requests
from django.contrib.auth import get_user_model
from django.test import Client
from oauth2_provider.models import Application

from tests.api.conftest import PASSWORD
from tests.api.serving import NAME
from tests.tracking.conftest import FIREFOX
from wagtail_contacttrack.api.oauth import clients

pytestmark = pytest.mark.programs

ADA = "ada@site.example"
BACK = "https://program.example/back"


@pytest.fixture
def basic(site):
    return mautic.MauticBasicAuthClient(site, NAME, PASSWORD)


def test_a_contact_is_made_found_changed_marked_and_deleted(basic, site):
    contacts = mautic.Contacts(basic)
    made = contacts.create({"email": ADA, "firstname": "Ada", "tags": ["vip", "-old"]})["contact"]
    number = made["id"]
    assert made["fields"]["all"]["email"] == ADA
    assert [tag["tag"] for tag in made["tags"]] == ["vip"]

    found = contacts.get_list(search=f"email:{ADA}", minimal=True)
    assert (found["total"], list(found["contacts"])) == ("1", [str(number)])
    assert contacts.get(number)["contact"]["fields"]["core"]["firstname"]["value"] == "Ada"

    changed = contacts.edit(number, {"lastname": "Lovelace", "tags": ["vip2", "-vip"]})
    assert [tag["tag"] for tag in changed["contact"]["tags"]] == ["vip2"]
    assert contacts.edit(number, {"email": ADA, "city": "London"}, create_if_not_exists=True)

    assert contacts.add_points(number, 5)["success"]
    assert contacts.subtract_points(number, 2)["success"]
    assert contacts.get(number)["contact"]["points"] == 3

    dnc = contacts.add_dnc(number, comments="asked")["contact"]["doNotContact"]
    assert dnc[0]["comments"] == "asked"
    assert contacts.remove_dnc(number, "email")["recordFound"]

    assert contacts.get_owners()[0]["username"] == NAME
    assert any(field["alias"] == "email" for field in contacts.get_field_list())
    assert contacts.delete(number)["contact"]["id"] is None
    with pytest.raises(mautic.MauticException):
        contacts.get(number)


def test_companies_segments_notes_and_activity(basic, site):
    contacts, notes = mautic.Contacts(basic), mautic.Notes(basic)
    number = contacts.create({"email": ADA})["contact"]["id"]

    company = mautic.Companies(basic).create({"companyname": "Acme"})["company"]
    assert mautic.Companies(basic).add_contact(company["id"], number)["success"]
    assert contacts.get(number)["contact"]["fields"]["all"]["company"] == "Acme"
    assert mautic.Companies(basic).remove_contact(company["id"], number)["success"]

    segment = mautic.Segments(basic).create({"name": "Readers"})["list"]
    assert mautic.Segments(basic).add_contact(segment["id"], number)["success"]
    assert str(segment["id"]) in contacts.get_contact_segments(number)["lists"]

    assert notes.create({"lead": number, "text": "Called"})["note"]["text"] == "Called"
    assert contacts.get_contact_notes(number)["total"] == 1

    _visit(site, number)
    events = contacts.get_events(number, include_events=["page.hit"])
    assert events["events"][0]["details"]["hit"]["url"] == f"{site}/pricing"

    stats = mautic.Stats(basic).get("page_hits")
    assert stats["stats"][0]["url"] == f"{site}/pricing"


def _visit(site, number):
    """A page view of the contact's own device, reported by its server."""
    hit = {"contact": number, "page_url": f"{site}/pricing", "user_agent": FIREFOX}
    answer = requests.post(f"{site}/api/hits/batch", json=[hit], auth=(NAME, PASSWORD), timeout=20)
    assert answer.json()["results"][0]["status"] == "recorded"


def test_fields_are_made_by_the_client(basic):
    fields = mautic.ContactFields(basic)
    made = fields.create({"label": "Shoe size", "type": "number"})["field"]
    assert made["alias"] == "shoe_size"
    assert fields.get_list(search="shoe")["total"] == 1
    assert fields.delete(made["id"])["field"]["id"] is None


def test_a_user_lets_the_client_in_and_its_token_is_renewed(site, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    app = Application(
        name="Program",
        redirect_uris=BACK,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    )
    secret = clients.save_new(app)
    kept = []
    client = mautic.MauticOauth2Client(
        site, app.client_id, client_secret=secret, token_updater=kept.append
    )
    client.session.redirect_uri = BACK
    address, state = client.session.authorization_url(client.authorization_base_url)

    browser = Client()
    browser.force_login(get_user_model().objects.get(username=NAME))
    path = address.removeprefix(site)
    back = browser.post(path, {"allow": "1"})["Location"] if browser.get(path) else ""
    values = parse_qs(urlsplit(back).query)
    assert values["state"] == [state]
    token = client.session.fetch_token(
        client.access_token_url, code=values["code"][0], client_secret=secret,
        include_client_id=True,
    )  # fmt: skip
    assert {"access_token", "refresh_token", "expires_in", "token_type"} <= token.keys()
    assert mautic.Contacts(client).get_list()["total"] == "0"

    # As if an hour had gone by: the client asks for a new one by itself.
    client.session.token = {**token, "expires_at": time.time() - 10}
    assert mautic.Contacts(client).create({"email": ADA})["contact"]["id"]
    assert kept[0]["access_token"] != token["access_token"]


def test_a_wrong_password_is_told(site):
    client = mautic.MauticBasicAuthClient(site, NAME, "wrong")
    with pytest.raises(mautic.MauticException, match="401"):
        mautic.Contacts(client).get_list()
