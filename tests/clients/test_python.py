"""The client `mautic` from PyPI, as it is: its methods, and OAuth2 as its library speaks it."""

from __future__ import annotations

import time
from typing import Any

import mautic
import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from tests.api.conftest import PASSWORD
from tests.api.serving import NAME

from .conftest import BACK, SECRET

pytestmark = pytest.mark.programs

ADA = {"email": "ada@site.example", "firstname": "Ada", "lastname": "Lovelace"}


@pytest.fixture
def client(site):
    return mautic.MauticBasicAuthClient(site.url, NAME, PASSWORD)


@pytest.fixture
def contacts(client):
    return mautic.Contacts(client)


@pytest.fixture
def ada(contacts) -> int:
    return contacts.create(ADA)["contact"]["id"]


def all_of(body: dict[str, Any]) -> dict[str, Any]:
    return body["contact"]["fields"]["all"]


def tags_of(body: dict[str, Any]) -> list[str]:
    return [tag["tag"] for tag in body["contact"]["tags"]]


class TestContacts:
    def test_a_contact_from_first_to_last(self, contacts):
        made = contacts.create({**ADA, "tags": ["a", "b"], "ipAddress": "203.0.113.7"})
        number = made["contact"]["id"]
        assert all_of(made)["lastname"] == "Lovelace"
        assert tags_of(made) == ["a", "b"]
        assert contacts.create({"email": ADA["email"]})["contact"]["id"] == number
        assert all_of(contacts.get(number))["firstname"] == "Ada"
        edited = contacts.edit(number, {"firstname": "A", "tags": ["c", "-b"]})
        assert (all_of(edited)["firstname"], all_of(edited)["lastname"]) == ("A", "Lovelace")
        assert tags_of(edited) == ["a", "c"]
        gone = contacts.delete(number)
        assert gone["contact"]["id"] is None
        with pytest.raises(mautic.MauticException) as refused:
            contacts.get(number)
        assert refused.value.args[0]["errors"][0]["code"] == 404

    @pytest.mark.parametrize("tags", ["vip", ["vip"], "vip,new", ["vip", "-old"]])
    def test_tags_however_they_are_given(self, contacts, ada, tags):
        contacts.edit(ada, {"tags": "old"})
        found = tags_of(contacts.edit(ada, {"tags": tags}))
        assert "vip" in found
        assert ("new" in found) == (tags == "vip,new")
        assert ("old" in found) == (tags != ["vip", "-old"])

    def test_put_empties_what_is_not_sent_and_makes_who_is_not_there(self, contacts, ada):
        replaced = contacts.edit(ada, {"email": ADA["email"]}, create_if_not_exists=True)
        assert all_of(replaced)["firstname"] is None
        made = contacts.edit(ada + 999, {"firstname": "Bo"}, create_if_not_exists=True)
        assert made["contact"]["id"] != ada

    def test_lists_and_searches(self, contacts, ada):
        contacts.create({"email": "bo@elsewhere.example", "firstname": "Bo"})
        found = contacts.get_list(
            search="email:ada@site.example", limit=5, minimal=True, order_by="email",
            published_only=True,
        )  # fmt: skip
        assert (found["total"], list(found["contacts"])) == ("1", [str(ada)])
        both = contacts.get_list(order_by="firstname", order_by_dir="DESC")["contacts"].values()
        assert [entry["fields"]["all"]["firstname"] for entry in both] == ["Bo", "Ada"]
        assert len(contacts.get_list(start=1)["contacts"]) == 1
        assert contacts.get_published_list(search="nobody")["contacts"] == {}

    def test_what_is_wrong_is_said_by_field(self, contacts):
        with pytest.raises(mautic.MauticException) as refused:
            contacts.create({"email": "no address"})
        (error,) = refused.value.args[0]["errors"]
        assert error["code"] == 400
        assert error["details"]["email"]

    def test_what_there_is_to_choose_from(self, contacts):
        assert "email" in [field["alias"] for field in contacts.get_field_list()]
        assert [owner["id"] for owner in contacts.get_owners()]
        assert contacts.get_segments() == []


class TestWhatBelongsToContacts:
    def test_a_visit_is_an_event(self, site, contacts, ada):
        site.visit(page_url="https://www.example.org/prices", email=ADA["email"])
        body = contacts.get_events(ada, include_events=["page.hit"])
        (event,) = body["events"]
        assert event["details"]["hit"]["url"] == "https://www.example.org/prices"
        assert (body["total"], event["event"]) == (1, "page.hit")

    def test_several_types_of_events_are_asked_for_at_once(self, site, contacts, ada):
        site.visit(page_url="https://www.example.org/prices", email=ADA["email"])
        contacts.add_points(ada, 5)
        wanted = ["page.hit", "point.gained"]
        for asked in (wanted, wanted[::-1]):
            found = contacts.get_events(ada, include_events=asked)["events"]
            assert sorted(event["event"] for event in found) == wanted
        found = contacts.get_events(ada, exclude_events=wanted)["events"]
        assert found
        assert not {event["event"] for event in found} & set(wanted)

    def test_notes(self, client, contacts, ada):
        notes = mautic.Notes(client)
        number = notes.create({"lead": ada, "text": "Called back", "type": "call"})["note"]["id"]
        assert notes.edit(number, {"text": "Called twice"})["note"]["text"] == "Called twice"
        found = contacts.get_contact_notes(ada)
        assert [note["id"] for note in found["notes"]] == [number]
        assert found["total"] == 1
        notes.delete(number)
        assert contacts.get_contact_notes(ada)["notes"] == []

    def test_points(self, contacts, ada):
        assert contacts.add_points(ada, 5, eventname="Quiz", actionname="won")["success"]
        assert contacts.subtract_points(ada, 2)["success"]
        assert contacts.get(ada)["contact"]["points"] == 3

    def test_do_not_contact_on_the_old_paths(self, contacts, ada):
        forbidden = contacts.add_dnc(ada, reason=contacts.UNSUBSCRIBED)["contact"]
        (record,) = forbidden["doNotContact"]
        assert (record["channel"], record["reason"]) == ("email", 1)
        assert contacts.remove_dnc(ada, "email")["contact"]["doNotContact"] == []

    def test_segments_on_the_old_paths(self, site, client, contacts, ada):
        segments = mautic.Segments(client)
        number = segments.create({"name": "Newsletter"})["list"]["id"]
        assert segments.add_contact(number, ada)["success"]
        assert list(contacts.get_contact_segments(ada)["lists"]) == [str(number)]
        assert segments.get_list()["total"] == 1
        found = contacts.get_list(search="segment:newsletter")
        assert list(found["contacts"]) == [str(ada)]
        # The client has no method for it; what it would send is plain.
        path = f"{site.url}/api/segments/{number}/contact/remove/{ada}"
        assert client.session.post(path).json()["success"]
        assert contacts.get_contact_segments(ada) == {"total": 0, "lists": []}

    def test_companies(self, client, contacts, ada):
        companies = mautic.Companies(client)
        number = companies.create({"companyname": "Acme", "companycity": "Graz"})["company"]["id"]
        assert companies.add_contact(number, ada)["success"]
        assert all_of(contacts.get(ada))["company"] == "Acme"
        shown = companies.get_list(search="Acme")["companies"][str(number)]
        assert shown["fields"]["all"]["companycity"] == "Graz"
        assert companies.remove_contact(number, ada)["success"]
        assert not all_of(contacts.get(ada))["company"]
        assert companies.delete(number)["company"]["id"] is None

    def test_fields_users_and_statistics(self, site, client, contacts, ada):
        site.visit(page_url="https://www.example.org/", email=ADA["email"])
        fields = mautic.ContactFields(client)
        made = fields.create({"label": "Shoe size", "type": "number"})["field"]
        assert fields.get_list(search="shoe")["fields"][str(made["id"])]["alias"] == "shoe_size"
        assert fields.delete(made["id"])["field"]["id"] is None
        assert mautic.CompanyFields(client).get_list()["total"]
        assert mautic.Users(client).get_self()["username"] == NAME
        assert mautic.Stats(client).get("page_hits", limit=5)["total"]


class TestOAuth2:
    @pytest.fixture(autouse=True)
    def without_tls(self, monkeypatch):
        monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")

    def asking(self, site, **further) -> Any:
        return mautic.MauticOauth2Client(site.url, "1_abcdef", SECRET, **further)

    def granted(self, site) -> dict[str, Any]:
        client = self.asking(site)
        client.session.redirect_uri = BACK
        address, state = client.session.authorization_url(client.authorization_base_url)
        back = site.allow(address)
        assert back.startswith(f"{BACK}&")
        assert f"state={state}" in back
        return client.session.fetch_token(
            client.access_token_url, authorization_response=back, client_secret=SECRET
        )

    def test_a_code_becomes_a_token_that_opens_the_api(self, site, asking_app):
        token = self.granted(site)
        assert token["token_type"].lower() == "bearer"
        client = self.asking(site, token=token)
        assert mautic.Users(client).get_self()["username"] == NAME
        assert mautic.Contacts(client).create(ADA)["contact"]["id"]

    def test_the_secret_may_be_in_the_form(self, site, asking_app):
        client = self.asking(site)
        client.session.redirect_uri = BACK
        address, _ = client.session.authorization_url(client.authorization_base_url)
        token = client.session.fetch_token(
            client.access_token_url,
            authorization_response=site.allow(address),
            client_secret=SECRET,
            include_client_id=True,
        )
        assert token["refresh_token"]

    def test_a_token_that_is_over_is_renewed_on_the_way(self, site, asking_app):
        kept = []
        token = self.granted(site) | {"expires_at": time.time() - 10}
        client = self.asking(site, token=token, token_updater=kept.append)
        assert mautic.Users(client).get_self()["username"] == NAME
        (renewed,) = kept
        assert renewed["access_token"] != token["access_token"]
        again = self.asking(site, token=renewed, token_updater=kept.append)
        assert mautic.Users(again).get_self()["username"] == NAME
        assert len(kept) == 1

    def test_a_program_of_its_own(self, site, lonely_app):
        session = OAuth2Session(client=BackendApplicationClient("2_abcdef"))
        client = mautic.MauticOauth2Client(site.url, "2_abcdef")
        token = session.fetch_token(
            client.access_token_url, client_id="2_abcdef", client_secret=SECRET
        )
        client = mautic.MauticOauth2Client(site.url, "2_abcdef", token=token)
        assert mautic.Users(client).get_self()["username"] == NAME

    def test_a_token_of_nobody_is_told_so(self, site, asking_app):
        client = self.asking(site, token={"access_token": "x", "token_type": "Bearer"})
        with pytest.raises(mautic.MauticException) as refused:
            mautic.Users(client).get_self()
        assert refused.value.args[0]["errors"][0]["code"] == 401


def test_a_wrong_password_is_told_so(site):
    client = mautic.MauticBasicAuthClient(site.url, NAME, "wrong")
    with pytest.raises(mautic.MauticException) as refused:
        mautic.Contacts(client).get_list()
    assert refused.value.args[0]["errors"][0]["code"] == 401


def test_json_is_taken_as_well(site, client, ada):
    for method, sent, name in (("PATCH", {"firstname": "J"}, "J"), ("PUT", ADA, "Ada")):
        response = requests.request(
            method, f"{site.url}/api/contacts/{ada}/edit", json=sent, auth=(NAME, PASSWORD)
        )
        assert all_of(response.json())["firstname"] == name
