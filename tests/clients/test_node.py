"""The clients `mautic-api` and `node-mautic` from npm, as they are."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.programs

ADA = {"email": "ada@site.example", "firstname": "Ada", "lastname": "Lovelace"}
PRICES = "https://www.example.org/prices"


def tags_of(body: dict[str, Any]) -> list[str]:
    return [tag["tag"] for tag in body["contact"]["tags"]]


class TestMauticApi:
    """It answers with a status and the body."""

    @pytest.fixture
    def call(self, node):
        started = node("mautic-api")

        def done(method: str, *values: Any) -> Any:
            answer = started(method, *values)
            assert answer["status"] in (200, 201), answer
            return answer["data"]

        done.raw = started
        return done

    @pytest.fixture
    def ada(self, call) -> int:
        return call("contacts.create", ADA)["contact"]["id"]

    def test_a_contact_from_first_to_last(self, call):
        made = call.raw("contacts.create", {**ADA, "tags": ["a", "b"]})
        assert made["status"] == 201
        number = made["data"]["contact"]["id"]
        assert call.raw("contacts.create", ADA)["status"] == 200
        assert tags_of(call("contacts.get", number)) == ["a", "b"]
        edited = call("contacts.edit", number, {"firstname": "A", "tags": ["c", "-b"]})
        assert edited["contact"]["fields"]["all"]["firstname"] == "A"
        assert tags_of(edited) == ["a", "c"]
        replaced = call("contacts.editOrCreate", number, {"email": ADA["email"]})
        assert replaced["contact"]["fields"]["all"]["lastname"] is None
        assert call("contacts.delete", number)["contact"]["id"] is None
        gone = call.raw("contacts.get", number)
        assert (gone["status"], gone["data"]["errors"][0]["code"]) == (404, 404)

    def test_lists_and_searches(self, call, ada):
        call("contacts.create", {"email": "bo@elsewhere.example"})
        asked = {"search": "email:ada@site.example", "limit": 5, "orderByDir": "ASC"}
        assert list(call("contacts.list", asked)["contacts"]) == [str(ada)]
        # Objects and lists in a query are written as JSON, and with brackets that are not encoded.
        found = call("contacts.list", {"where[0][col]": "email", "where[0][val]": "bo@%",
                                       "where[0][expr]": "like"})  # fmt: skip
        assert found["total"] == "1"
        assert call("contacts.list")["total"] == "2"

    def test_a_visit_is_an_event(self, site, call, ada):
        site.visit(page_url=PRICES, email=ADA["email"])
        asked = {"includeEvents": ["page.hit", "point.gained"]}
        call("contacts.addPoints", ada, 1)
        body = call("contacts.getActivityEvents", ada, asked)
        assert [event["event"] for event in body["events"]] == ["point.gained", "page.hit"]
        assert body["events"][1]["details"]["hit"]["url"] == PRICES
        assert call("contacts.getActivityEvents", ada)["total"] >= 2

    def test_what_belongs_to_a_contact(self, call, ada):
        asked = {"eventname": "Quiz", "eventaction": "won"}
        assert call("contacts.addPoints", ada, 5, asked)["success"]
        assert call("contacts.subtractPoints", ada, 2)["success"]
        assert call("contacts.get", ada)["contact"]["points"] == 3
        assert call("contacts.getNotes", ada) == {"total": 0, "notes": []}
        forbidden = call("contacts.addDoNotContact", ada, {"reason": 1, "comments": "asked"})
        assert forbidden["contact"]["doNotContact"][0]["reason"] == 1
        assert call("contacts.removeDoNotContact", ada, {})["recordFound"] is True
        tagged = call("contacts.addUTMTags", ada, {"utm_campaign": "spring"})
        (utm,) = tagged["contact"]["utmtags"]
        assert utm["utmCampaign"] == "spring"
        assert call("contacts.removeUTMTags", ada, utm["id"])["contact"]["utmtags"] == []

    def test_segments(self, call, ada):
        number = call("segments.create", {"name": "Newsletter"})["list"]["id"]
        assert call("segments.addContact", number, ada)["success"]
        assert list(call("contacts.listSegments", ada)["lists"]) == [str(number)]
        assert call("segments.removeContact", number, ada)["success"]
        assert call("contacts.listSegments", ada)["lists"] == []
        edited = call("segments.edit", number, {"name": "Letters"})
        assert edited["list"]["name"] == "Letters"
        assert list(call("segments.list")["lists"]) == [str(number)]
        call("segments.delete", number)
        assert call.raw("segments.get", number)["status"] == 404

    def test_companies(self, call, ada):
        number = call("companies.create", {"companyname": "Acme"})["company"]["id"]
        assert call("companies.addContact", number, ada)["success"]
        assert [c["id"] for c in call("contacts.getCompanies", ada)["companies"]] == [number]
        assert call("companies.removeContact", number, ada)["success"]
        edited = call("companies.edit", number, {"companycity": "Graz"})
        assert edited["company"]["fields"]["all"]["companycity"] == "Graz"
        assert list(call("companies.list", {"search": "Acme"})["companies"]) == [str(number)]
        assert call("companies.delete", number)["company"]["id"] is None

    def test_tags(self, call):
        made = call("tags.create", {"tag": "vip"})["tag"]
        assert call("tags.edit", made["id"], {"tag": "VIP"})["tag"]["tag"] == "VIP"
        assert call("tags.get", made["id"])["tag"]["tag"] == "VIP"
        assert call("tags.list", {"limit": 999})["total"] == 1
        call("tags.delete", made["id"])
        assert call("tags.list")["tags"] == []


class TestNodeMautic:
    """It answers with the body, and raises where that has errors."""

    @pytest.fixture
    def call(self, node):
        return node("node-mautic")

    @pytest.fixture
    def ada(self, call) -> int:
        return call("contacts.createContact", ADA)["contact"]["id"]

    def test_a_contact_from_first_to_last(self, call):
        made = call("contacts.createContact", {**ADA, "tags": ["a", "b"]})
        number = made["contact"]["id"]
        assert tags_of(made) == ["a", "b"]
        edited = call("contacts.editContact", "PATCH", {"firstname": "", "tags": ["-b"]}, number)
        # It always asks for blanks to be written as well.
        assert not edited["contact"]["fields"]["all"]["firstname"]
        assert tags_of(edited) == ["a"]
        call("contacts.editContact", "PUT", ADA, number)
        assert call("contacts.getContact", number)["contact"]["fields"]["all"]["firstname"] == "Ada"
        assert call("contacts.deleteContact", number)["contact"]["id"] is None
        with pytest.raises(RuntimeError, match="404"):
            call("contacts.getContact", number)

    def test_lists_and_searches(self, call, ada):
        call("contacts.createContact", {"email": "bo@elsewhere.example"})
        found = call("contacts.getContactByEmailAddress", "ada@site.example")
        assert list(found["contacts"]) == [str(ada)]
        found = call("contacts.queryContacts", {"email": "ada@site.example", "firstname": "Ada"})
        assert (found["total"], list(found["contacts"])) == ("1", [str(ada)])
        assert call("contacts.listContacts", {"limit": 1, "select": ["id"]})["total"] == "2"

    def test_what_belongs_to_a_contact(self, site, call, ada):
        site.visit(page_url=PRICES, email=ADA["email"])
        call("contacts.addPoints", ada, {"eventName": "Quiz", "actionName": "won"}, 5)
        call("contacts.subtractPoints", ada, None, 2)
        assert call("contacts.getContact", ada)["contact"]["points"] == 3
        asked = {"includeEvents": ["page.hit"]}
        body = call("contacts.getActivityEventsForContact", ada, asked)
        assert [event["event"] for event in body["events"]] == ["page.hit"]
        assert call("contacts.getContactDevices", ada)["total"] == 1
        forbidden = call("contacts.addDoNotContact", ada, "email", 1, None, "asked")
        assert forbidden["contact"]["doNotContact"][0]["comments"] == "asked"
        assert call("contacts.removeDoNotContact", ada)["recordFound"] is True
        tagged = call("contacts.addUtmTags", ada, {"utm_campaign": "x", "query": {"a": "b"}})
        (utm,) = tagged["contact"]["utmtags"]
        assert call("contacts.removeUtmTags", ada, utm["id"])["contact"]["utmtags"] == []

    def test_notes(self, call, ada):
        number = call("notes.createNote", {"lead": ada, "text": "Called", "type": "call"})["note"]
        edited = call("notes.editNote", "PATCH", {"text": "Called twice"}, number["id"])
        assert edited["note"]["text"] == "Called twice"
        assert call("contacts.listContactNotes", ada, {"limit": 5})["total"] == 1
        assert call("notes.deleteNote", number["id"])["note"]["id"] is None

    def test_segments_companies_and_fields(self, call, ada):
        number = call("segments.createSegment", {"name": "Newsletter"})["list"]["id"]
        assert call("segments.addContactToSegment", number, ada)["success"]
        assert list(call("contacts.getSegmentMemberships", ada)["lists"]) == [str(number)]
        assert call("segments.removeContactFromSegment", number, ada)["success"]
        company = call("companies.createCompany", {"companyname": "Acme"})["company"]["id"]
        assert call("companies.addContactToCompany", company, ada)["success"]
        found = call("contacts.getContactCompanies", ada)["companies"]
        assert [entry["id"] for entry in found] == [company]
        found = call("companies.queryCompanies", {"companyname": "Acme"})["companies"]
        assert list(found) == [str(company)]
        assert call("fields.listContactFields", "contact")["total"]
        assert call("contacts.listAvailableFields")
        assert call("users.getSelfUser")["username"]
        assert "page_hits" in call("stats.getAvailableStatTables")["availableTables"]

    def test_what_is_not_there_is_an_error_and_no_crash(self, call, ada):
        with pytest.raises(RuntimeError, match="404"):
            call("contacts.getCampaignMemberships", ada)
