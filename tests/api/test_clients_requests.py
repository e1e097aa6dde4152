"""What the clients and plugins that exist really send, replayed one request at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from tests.activity.making import contact, did
from tests.api.conftest import Program
from tests.tracking.conftest import browser
from wagtail_contacttrack.api.oauth import SCOPE
from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.segments import members
from wagtail_contacttrack.segments.models import Segment

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
# What TYPO3 parses dates by, and nothing else.
STRICT_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


@dataclass(frozen=True)
class Sent:
    """A request, and what its sender reads in the answer, by the keys that lead there.

    `{ada}`, `{bob}`, `{segment}`, `{company}` and `{token}` stand for what the site has.
    """

    by: str
    method: str
    path: str
    body: str = ""
    type: str = JSON
    read: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    # HTTP Basic, a Bearer token, or what the query or the body holds.
    login: str = "basic"

    def __str__(self) -> str:
        return f"{self.by}: {self.method} {self.path}"


ADA = "email=ada%40site.example&firstname=Ada&lastname=Lovelace"

REQUESTS = [
    # No Authorization, no User-Agent: the token is in the form.
    Sent("Joomla", "POST", "/api/contacts/new", f"{ADA}&access_token={{token}}", FORM,
         {"contact.id": "{ada}", "contact.fields.all.lastname": "Lovelace"}, login=""),
    Sent("Joomla", "POST", "/api/contacts/new", "email=new%40site.example&access_token={token}",
         FORM, {"contact.fields.core.email.value": "new@site.example"}, 201, login=""),
    Sent("TYPO3", "GET", "/api/contacts?limit=1&orderByDir=ASC", login="bearer",
         read={"total": "2", "contacts.{ada}.id": "{ada}"}),
    Sent("TYPO3", "PATCH", "/api/contacts/{ada}/edit",
         '{"tags":{"3":"ProductA","9":"-Newsletter"}}', login="bearer",
         read={"contact.tags.0.tag": "ProductA"}),
    Sent("TYPO3", "GET", "/api/contacts/{ada}/segments", login="bearer",
         read={"total": 1, "lists.{segment}.id": "{segment}",
               "lists.{segment}.dateAdded": STRICT_DATE}),
    Sent("TYPO3", "GET", "/api/segments?limit=999", login="bearer",
         read={"lists.{segment}.isPublished": True, "lists.{segment}.name": "Letters",
               "lists.{segment}.dateAdded": STRICT_DATE,
               "lists.{segment}.dateModified": STRICT_DATE}),
    Sent("TYPO3", "GET", "/api/fields/contact?limit=1", login="bearer", read={"total": int}),
    Sent("TYPO3", "POST", "/api/companies/new", '{"companyname":"New"}', login="bearer",
         read={"company.fields.all.companyname": "New"}, status=201),
    Sent("api-library", "POST", "/api/contacts/{ada}/points/plus/5", "[]", read={"success": 1}),
    Sent("api-library", "POST", "/api/contacts/{ada}/dnc/email/remove", "[]",
         read={"recordFound": False, "contact.id": "{ada}"}),
    Sent("api-library", "POST", "/api/segments/{segment}/contact/{bob}/add", "[]",
         read={"success": 1}),
    Sent("api-library", "POST", "/api/segments/{segment}/contacts/add", '{"ids":[{ada},999999]}',
         read={"details.{ada}.success": True, "details.999999.success": False}),
    Sent("api-library", "DELETE", "/api/contacts/batch/delete?ids%5B0%5D={ada}&ids%5B1%5D={bob}",
         read={"contacts.0.id": None, "statusCodes.1": 200}),
    Sent("api-library", "GET", "/api/contacts/{ada}/activity?filters%5BincludeEvents%5D%5B0%5D="
         "page.hit&order%5B0%5D=timestamp&order%5B1%5D=ASC&page=1&limit=25",
         read={"total": 3, "events.0.event": "page.hit", "maxPages": 1}),
    Sent("api-library", "GET", "/api/contacts?where%5B0%5D%5Bcol%5D=email&where%5B0%5D%5Bexpr%5D="
         "eq&where%5B0%5D%5Bval%5D=ada%40site.example&order%5B0%5D%5Bcol%5D=id&order%5B0%5D%5B"
         "dir%5D=desc&publishedOnly=1&minimal=1", read={"total": "1"}),
    Sent("api-library", "POST", "/api/contacts/{ada}/utm/add",
         '{"utm_campaign":"apicampaign","useragent":"Mozilla/5.0","url":"/a","query":{"cid":"x"},'
         '"remotehost":"h.example","lastActive":"2026-03-01 10:00:00"}',
         read={"contact.utmtags.0.utmCampaign": "apicampaign"}),
    Sent("api-library", "PUT", "/api/contacts/999999/edit", '{"firstname":"Made"}', status=201,
         read={"contact.fields.all.firstname": "Made"}),
    Sent("n8n", "GET", "/api/users/self", read={"username": "admin", "id": int, "email": str}),
    Sent("n8n", "GET", "/api/contacts?limit=30&start=0&orderBy=date_added&orderByDir=desc"
         "&rawData=false", read={"total": "2", "contacts.{bob}.fields.all.email": str}),
    Sent("n8n", "GET", "/api/contacts?orderBy=last_active&search=Ada&minimal=true&publishedOnly="
         "true&limit=30&start=30", read={"total": "1", "contacts": {}}),
    Sent("n8n", "DELETE", "/api/contacts/{ada}/delete", "{}", login="bearer",
         read={"contact.id": None, "contact.fields.all.firstname": "Ada"}),
    Sent("n8n", "DELETE", "/api/companies/{company}/delete", "{}", read={"company.id": None}),
    Sent("n8n", "POST", "/api/contacts/new", '{"email":"n@site.example","stage":4711}',
         status=400, read={"errors.0.code": 400, "errors.0.message": str}),
    Sent("n8n", "GET", "/api/tags?orderBy=tag&limit=30&start=0",
         read={"total": 1, "tags": dict}),
    Sent("n8n", "POST", "/api/contacts/{ada}/dnc/email/add",
         '{"reason":"3","comments":"by a workflow"}',
         read={"contact.doNotContact.0.reason": 3}),
    Sent("n8n", "GET", "/api/companies?limit=30&start=0",
         read={"total": "1", "companies.{company}.fields.all.companyname": "Acme"}),
    Sent("Zapier", "GET", "//api/contacts?limit=1&minimal=1", read={"total": "2"}),
    Sent("Zapier", "POST", "/api/contacts/new", '{"email":"nonsense"}', status=400,
         read={"errors.0.message": str}),
    Sent("Zapier", "POST", "/api/contacts/new",
         '{"email":"ada@site.example","tags":"zap,-Newsletter","ipAddress":""}',
         read={"contact.id": "{ada}", "contact.tags.0.tag": "zap"}),
    Sent("Zapier", "GET", "/api/fields/contact?limit=9999", read={"fields": dict}),
    Sent("automate-mautic", "GET",
         "/api/contacts/?search=ada@site.example&access_token={token}", login="",
         read={"total": "1", "contacts.{ada}.id": "{ada}"}),
    Sent("automate-mautic", "POST",
         "/api/segments/{segment}/contact/add/{bob}?access_token={token}", login="",
         read={"success": 1}),
    Sent("automate-mautic", "POST", "/api/segments/{segment}/contact/remove/{ada}",
         "access_token={token}", FORM, login="", read={"success": 1}),
    Sent("automate-mautic", "PATCH", "/api/contacts/{ada}/edit", "firstname=A&access_token={token}",
         FORM, login="", read={"contact.fields.all.firstname": "A"}),
    Sent("CiviCRM", "POST", "/api/contacts/batch/new",
         '[{"email":"nonsense"},{"email":"ada@site.example"},{"firstname":"Cy"}]', status=201,
         read={"contacts.0": None, "contacts.1.id": "{ada}", "contacts.2.id": int,
               "statusCodes": [400, 200, 201], "errors.0.code": 400}),
    Sent("CiviCRM", "PATCH", "/api/contacts/batch/edit",
         '[{"id":"{bob}","firstname":"B"},{"id":999999},{"id":{ada},"firstname":"A"}]',
         read={"contacts.0.id": "{bob}", "contacts.1": None, "contacts.2.id": "{ada}",
               "statusCodes": [200, 404, 200]}),
    Sent("CiviCRM", "POST", "/api/fields/contact/new",
         '{"label":"CiviCRM Contact Id","alias":"civicrm_contact_id","type":"number",'
         '"isPubliclyUpdatable":false,"isUniqueIdentifer":false,"isPublished":true}', status=201,
         read={"field.alias": "civicrm_contact_id", "field.id": int}),
    Sent("Drupal", "GET", "/api/contacts/list/fields",
         read={"0.id": int, "0.alias": str, "0.label": str, "0.type": str, "0.group": str}),
    Sent("Drupal", "POST", "/api/contacts/new",
         '{"email":"d@site.example","ipAddress":"203.0.113.7"}', status=201,
         read={"contact.ipAddresses.0.ipAddress": "203.0.113.7"}),
    Sent("mautic-cli", "POST", "/api/contacts/{ada}/points/plus/10", type="", login="bearer",
         read={"success": 1}),
    Sent("mautic-cli", "POST", "/api/segments/{segment}/contact/{bob}/add", type="",
         read={"success": 1}),
    Sent("mautic-cli", "GET", "/api/contacts?search=segment%3Aletters&limit=30",
         read={"total": "1", "contacts.{ada}.id": "{ada}"}),
    Sent("mautic-cli", "GET", "/api/contacts/{ada}/activity?limit=20", read={"total": int}),
    Sent("mautic", "GET", "/api/contacts/{ada}/events?search=&includeEvents=page.hit&includeEvents="
         "point.gained&orderBy=&orderByDir=ASC&page=1", read={"total": 3}),
    Sent("mautic", "POST", "/api/contacts/{ada}/dnc/add/email", "reason=3&comments=via+API", FORM,
         {"contact.doNotContact.0.reason": 3}),
    Sent("mauticapi", "POST", "/api/leads/new", '{"email":"ada@site.example"}',
         read={"contact.id": "{ada}"}),
    Sent("mautic-rails", "PUT", "/api/contacts/{ada}/edit", '{"email":"ada@site.example"}',
         login="bearer", read={"contact.fields.all.firstname": None}),
    Sent("mautic-rails", "GET", "/api/fields/company?limit=100", login="bearer",
         read={"fields": dict}),
    Sent("MWB", "GET", "/api/users/self", read={"firstName": str, "lastName": str}),
]  # fmt: skip


@pytest.fixture
def there(admin_program: Program, admin_user: Any) -> Any:
    """Two contacts, of whom Ada has done something, and what they belong to."""
    ada = contact(email="ada@site.example", firstname="Ada")
    bob = contact(email="bob@site.example", firstname="Bob")
    did(ada, 1, 2, 3)
    segment = Segment.objects.create(
        name="Letters", alias="letters", date_added=NOW, date_modified=NOW
    )
    members.add(segment, [ada.pk], now=NOW)
    company = admin_program.send("POST", "companies/new", {"companyname": "Acme"}, 201)
    admin_program.send("PATCH", f"contacts/{ada.pk}/edit", {"tags": "Newsletter"})
    token = AccessToken.objects.create(
        user=admin_user, token="t" * 30, expires=timezone.now() + timedelta(hours=1), scope=SCOPE
    )
    return SimpleNamespace(
        ada=ada.pk,
        bob=bob.pk,
        segment=segment.pk,
        company=company["company"]["id"],
        token=token.token,
    )


def filled(text: str, there: Any) -> str:
    for name, value in vars(there).items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def answer_to(sent: Sent, there: Any, program: Program) -> Any:
    path, _, query = filled(sent.path, there).partition("?")
    headers = {}
    if sent.login == "bearer":
        headers["HTTP_AUTHORIZATION"] = f"Bearer {there.token}"
    return (program if sent.login == "basic" else Client()).generic(
        sent.method, "/", filled(sent.body, there), sent.type, PATH_INFO=path, QUERY_STRING=query,
        **headers,
    )  # fmt: skip


def at(found: Any, way: str) -> Any:
    for step in way.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


@pytest.mark.parametrize("sent", REQUESTS, ids=str)
def test_a_request_is_answered_as_its_sender_reads_it(sent, there, admin_program):
    response = answer_to(sent, there, admin_program)
    assert response.status_code == sent.status, response.content
    assert response["Content-Type"] == JSON
    # Whoever is below 4.4 is turned away by TYPO3.
    assert tuple(map(int, response["Mautic-Version"].split("."))) >= (4, 4)
    body = response.json()
    for way, wanted in sent.read.items():
        found = at(body, filled(way, there))
        if isinstance(wanted, type):
            assert type(found) is wanted, way
        elif isinstance(wanted, re.Pattern):
            assert wanted.fullmatch(found), way
        elif isinstance(wanted, str) and wanted.startswith("{"):
            assert found == int(filled(wanted, there)), way
        else:
            assert found == wanted, way


def test_zapier_can_tell_a_wrong_base_address(admin_program):
    response = admin_program.get("/s/api/contacts?limit=1&minimal=1", follow=True)
    assert response.status_code == 404
    assert response["Content-Type"] != JSON


def test_typo3_makes_a_tag_by_the_pixel_and_finds_it_in_the_list(admin_program):
    loaded = browser().generic("GET", "/mtracking.gif", QUERY_STRING="tags=Spring sale")
    assert loaded.status_code == 200
    tags = admin_program.ask("tags?limit=999")["tags"]
    assert [tag["tag"] for tag in tags.values()] == ["Spring sale"]


def test_civicrm_finds_its_new_field_filled(admin_program):
    new = {"label": "CiviCRM Id", "alias": "civicrm_contact_id", "type": "number"}
    admin_program.send("POST", "fields/contact/new", new, 201)
    people = [{"email": f"{n}@site.example", "civicrm_contact_id": n} for n in range(3)]
    body = admin_program.send("POST", "contacts/batch/new", people, 201)
    found = [person["fields"]["all"]["civicrm_contact_id"] for person in body["contacts"]]
    assert [int(number) for number in found] == [0, 1, 2]


class TestTokens:
    SECRET = "the-secret-of-a-client"

    @pytest.fixture
    def pair(self, admin_user: Any) -> dict[str, Any]:
        """The tokens of a program that acts for a user, as consent gives them."""
        Application.objects.create(
            name="A plugin",
            client_id="1_abcdef",
            client_secret=self.SECRET,
            redirect_uris="https://plugin.example/back",
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        )
        person = Client()
        person.force_login(admin_user)
        asked = {
            "client_id": "1_abcdef", "redirect_uri": "https://plugin.example/back",
            "response_type": "code", "state": "s", "scope": "",
        }  # fmt: skip
        address = f"/oauth/v2/authorize?{urlencode(asked)}"
        back = person.post(address, {"allow": "1"})["Location"]
        code = re.search(r"code=([^&]+)", back)[1]
        # As Joomla sends it: a form, without a header.
        return self.token(
            Client(), {**asked, "grant_type": "authorization_code", "code": code}, as_json=False
        )

    def token(self, client: Client, values: dict[str, Any], *, as_json: bool, **headers: Any):
        sent = {"client_id": "1_abcdef", "client_secret": self.SECRET, **values}
        body, kind = (json.dumps(sent), JSON) if as_json else (urlencode(sent), FORM)
        response = client.generic("POST", "/oauth/v2/token", body, kind, **headers)
        assert response.status_code == 200, response.content
        found = response.json()
        assert {"access_token", "expires_in", "refresh_token"} <= set(found)
        return found

    def test_api_library_renews_by_json_and_with_its_stale_token(self, pair):
        AccessToken.objects.update(expires=timezone.now() - timedelta(hours=1))
        stale = {"HTTP_AUTHORIZATION": f"Bearer {pair['access_token']}"}
        assert Client().get("/api/users/self", **stale).status_code == 401
        values = {
            "grant_type": "refresh_token", "refresh_token": pair["refresh_token"],
            "redirect_uri": "https://plugin.example/back",
        }  # fmt: skip
        renewed = self.token(Client(), values, as_json=True, **stale)
        fresh = {"HTTP_AUTHORIZATION": f"Bearer {renewed['access_token']}"}
        assert Client().get("/api/users/self", **fresh).status_code == 200

    def test_the_client_of_pypi_renews_by_a_form_with_what_does_not_belong_there(self, pair):
        values = {
            "grant_type": "refresh_token", "refresh_token": pair["refresh_token"],
            "params": "{'orderByDir': 'ASC'}", "allow_redirects": "True",
        }  # fmt: skip
        assert self.token(Client(), values, as_json=False)["access_token"] != pair["access_token"]

    def test_joomla_sends_its_token_in_the_form(self, pair):
        body = urlencode({"email": "j@site.example", "access_token": pair["access_token"]})
        response = Client().generic("POST", "/api/contacts/new", body, FORM)
        assert response.status_code == 201
        assert Contact.objects.get().email == "j@site.example"
