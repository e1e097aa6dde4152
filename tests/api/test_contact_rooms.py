"""What belongs to a contact: do-not-contact, points, UTM tags, activity, notes, devices."""

from __future__ import annotations

import pytest

from tests.activity.making import NOON, agent, contact, device, did
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import merging
from wagtail_contacttrack.contacts.models import Contact, DoNotContact, Rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return contact(email="ada@site.example", firstname="Ada")


def test_who_must_not_be_written_to(admin_program, ada):
    sent = {"reason": "1", "comments": "asked", "channelId": None}
    body = admin_program.send("POST", f"contacts/{ada.pk}/dnc/email/add", sent)
    (record,) = body["contact"]["doNotContact"]
    assert record == {
        "id": record["id"], "reason": 1, "comments": "asked", "channel": "email",
        "channelId": None,
    }  # fmt: skip
    body = admin_program.send("POST", f"contacts/{ada.pk}/dnc/email/remove")
    assert (body["recordFound"], body["contact"]["doNotContact"]) == (True, [])
    body = admin_program.send("POST", f"contacts/{ada.pk}/dnc/email/remove")
    assert body["recordFound"] is False


def test_by_hand_is_the_reason_that_is_meant_without_one(admin_program, ada):
    assert admin_program.call("POST", f"contacts/{ada.pk}/dnc/add/email").status_code == 200
    assert DoNotContact.objects.get().reason == DoNotContact.Reason.MANUAL


@pytest.mark.parametrize("reason", [0, "0", 4, "x", [1]])
def test_other_reasons_are_refused(admin_program, ada, reason):
    admin_program.send("POST", f"contacts/{ada.pk}/dnc/email/add", {"reason": reason}, 400)
    assert not DoNotContact.objects.exists()


@pytest.mark.parametrize(
    ("change", "points"),
    [("plus/5", 15), ("minus/3", 7), ("times/3", 30), ("divide/4", 2), ("set/99", 99),
     ("minus/25", -15)],
)  # fmt: skip
def test_points_change_and_the_timeline_says_why(admin_program, ada, change, points):
    Contact.objects.update(points=10)
    sent = {"eventname": "Quiz", "eventaction": "won"}
    path = f"contacts/{ada.pk}/points/{change}"
    assert admin_program.send("POST", path, sent) == {"success": 1}
    ada.refresh_from_db()
    assert ada.points == points
    row = Activity.objects.get(kind="points")
    assert row.title == f"Quiz {points - 10:+d}"
    assert row.data["action"] == "won"


@pytest.mark.parametrize(
    "change", ["root/5", "plus/x", "plus/-5", "divide/0", "plus/99999999999", "plus/1.5"]
)
def test_other_changes_of_points_are_refused(admin_program, ada, change):
    assert admin_program.call("POST", f"contacts/{ada.pk}/points/{change}").status_code in (
        400, 404,
    )  # fmt: skip
    ada.refresh_from_db()
    assert ada.points == 0
    assert not Activity.objects.exists()


def test_utm_tags_are_added_and_removed(admin_program, ada):
    sent = {
        "utm_campaign": "spring", "utm_source": "letter", "useragent": "curl/8",
        "url": "https://site.example/a?b=c", "referer": "https://search.example/",
        "query": {"cid": "abc"}, "remotehost": "host.example",
        "lastActive": "2024-05-31T12:00:00+00:00",
    }  # fmt: skip
    body = admin_program.send("POST", f"contacts/{ada.pk}/utm/add", sent)["contact"]
    (tags,) = body["utmtags"]
    assert tags == {
        "id": tags["id"], "query": {"cid": "abc"}, "referer": "https://search.example/",
        "remoteHost": "host.example", "url": "https://site.example/a?b=c", "userAgent": "curl/8",
        "utmCampaign": "spring", "utmContent": None, "utmMedium": None, "utmSource": "letter",
        "utmTerm": None,
    }  # fmt: skip
    assert body["lastActive"] == "2024-05-31T12:00:00+00:00"
    path = f"contacts/{ada.pk}/utm/{tags['id']}/remove"
    other = contact(email="bob@site.example")
    admin_program.send("POST", f"contacts/{other.pk}/utm/{tags['id']}/remove", None, 400)
    body = admin_program.send("POST", path)
    assert (body["recordFound"], body["contact"]["utmtags"]) == (True, [])
    admin_program.send("POST", path, None, 400)


def test_utm_tags_without_any_are_refused(admin_program, ada):
    admin_program.send("POST", f"contacts/{ada.pk}/utm/add", {"url": "https://x.example"}, 400)


def test_activity_comes_newest_first_by_pages_that_neither_lose_nor_repeat(admin_program, ada):
    did(ada, *range(7))
    did(contact(), 1)
    seen = []
    for page in (1, 2, 3):
        body = admin_program.ask(f"contacts/{ada.pk}/activity?page={page}&limit=3")
        assert (body["total"], body["page"], body["limit"], body["maxPages"]) == (7, page, 3, 3)
        seen += [event["details"]["hit"]["urlTitle"] for event in body["events"]]
    assert seen == [f"at {minute}" for minute in reversed(range(7))]
    assert admin_program.ask(f"contacts/{ada.pk}/activity?page=4&limit=3")["events"] == []


def test_an_event_has_mautics_shape(admin_program, ada):
    data = {"utm": {"utm_source": "letter"}, "params": {"size": "L"}, "browser_languages": ["de"]}
    did(ada, 1, data=data, referrer="https://search.example/", address="203.0.113.9")
    body = admin_program.ask(f"contacts/{ada.pk}/activity")
    (event,) = body["events"]
    hit = event["details"]["hit"]
    assert event == {
        "event": "page.hit", "eventId": event["eventId"], "eventType": "Page hit",
        "eventLabel": {"label": "at 1", "href": "https://example.org/", "isExternal": True},
        "timestamp": "2026-03-20T12:01:00+00:00", "contactId": str(ada.pk),
        "details": {"hit": hit},
    }  # fmt: skip
    assert hit["query"] == {"utm_source": "letter", "size": "L"}
    assert hit["referer"] == "https://search.example/"
    assert body["types"]["page.hit"] == "Page hit"
    assert body["order"] == ["timestamp", "DESC"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("filters[includeEvents][]=page.hit", ["at 2", "at 1"]),
        ("includeEvents[]=point.gained", ["Quiz"]),
        ("filters[excludeEvents][]=page.hit", ["Quiz"]),
        ("filters[search]=at 1", ["at 1"]),
        ("filters[dateFrom]=2026-03-20T12:02:00", ["Quiz", "at 2"]),
        ("filters[dateTo]=2026-03-20T12:02:00", ["at 1"]),
        ("order[0]=timestamp&order[1]=ASC", ["at 1", "at 2", "Quiz"]),
        ("order[0]=eventLabel&order[1]=ASC", ["at 1", "at 2", "Quiz"]),
    ],
)
def test_activity_is_filtered_and_sorted(admin_program, ada, query, titles):
    did(ada, 1, 2)
    did(ada, 3, kind="points", title="Quiz", url="")
    events = admin_program.ask(f"contacts/{ada.pk}/activity?{query}")["events"]
    labels = [event["eventLabel"] for event in events]
    assert [label if isinstance(label, str) else label["label"] for label in labels] == titles
    events = admin_program.ask(f"contacts/{ada.pk}/events?{query}")["events"]
    assert len(events) == len(titles)


def test_a_date_that_is_none_is_refused(admin_program, ada):
    admin_program.ask(f"contacts/{ada.pk}/activity?filters[dateFrom]=soon", 400)


def test_the_activity_of_everybody(admin_program, ada):
    did(ada, 1)
    did(contact(), 2)
    body = admin_program.ask("contacts/activity?limit=1")
    assert (body["total"], body["maxPages"], len(body["events"])) == (2, 2, 1)


def test_notes_of_a_contact(admin_program, admin_user, ada):
    sent = {"lead": ada.pk, "text": "Called\0 back", "type": "call"}
    note = admin_program.send("POST", "notes/new", sent, 201)["note"]
    assert (note["text"], note["lead"], note["createdBy"]) == (
        "Called back", {"id": ada.pk}, admin_user.pk,
    )  # fmt: skip
    body = admin_program.ask(f"contacts/{ada.pk}/notes?limit=0&search=called")
    assert (body["total"], body["notes"]) == (1, [note])
    changed = admin_program.send("PATCH", f"notes/{note['id']}/edit", {"text": "Left a message"})
    assert changed["note"]["text"] == "Left a message"
    assert admin_program.send("DELETE", f"notes/{note['id']}/delete")["note"]["id"] is None
    assert admin_program.ask("notes")["notes"] == []


@pytest.mark.parametrize(
    "sent",
    [{"text": "x"}, {"lead": 9999, "text": "x"}, {"lead": "ADA"}, {"lead": "ADA", "text": " "}],
)
def test_a_note_needs_a_contact_and_a_text(admin_program, ada, sent):
    if sent.get("lead") == "ADA":
        sent = {**sent, "lead": ada.pk}
    body = admin_program.send("POST", "notes/new", sent, 400)
    assert body["errors"][0]["details"]


def test_devices_of_a_contact(admin_program, ada):
    device(ada, agent("Firefox", "Windows", brand="Acme", browser_version="140"))
    device(ada)
    device(contact())
    body = admin_program.ask(f"contacts/{ada.pk}/devices")
    assert body["total"] == 2
    known, unknown = body["devices"]
    assert known["clientInfo"] == {"type": "browser", "name": "Firefox", "version": "140"}
    assert (known["deviceBrand"], known["device"], known["lead"]) == (
        "Acme", "desktop", {"id": ada.pk},
    )  # fmt: skip
    assert (unknown["clientInfo"], unknown["deviceOsName"]) == ([], None)
    assert admin_program.ask(f"devices/{known['id']}")["device"] == known
    assert admin_program.call("POST", "devices/new", {}).status_code == 404


def test_everything_answers_under_the_old_id_of_a_merged_contact(admin_program, ada):
    old = contact(email="old@site.example")
    did(old, 1)
    merging.merge(ada.pk, old.pk, rule=Rule.EDITOR, now=NOON)
    for path in ("", "/activity", "/notes", "/devices", "/companies", "/segments"):
        admin_program.ask(f"contacts/{old.pk}{path}")
    assert admin_program.ask(f"contacts/{old.pk}/activity?includeEvents[]=page.hit")["total"] == 1
    admin_program.send("POST", f"contacts/{old.pk}/points/plus/5")
    ada.refresh_from_db()
    assert ada.points == 5


def test_the_fields_and_owners_to_choose_from(admin_program, admin_user):
    fields = {field["alias"]: field for field in admin_program.ask("contacts/list/fields")}
    assert fields["email"]["type"] == "email"
    assert fields["companyname" if "companyname" in fields else "city"]["object"] == "lead"
    (owner,) = admin_program.ask("contacts/list/owners")
    assert owner["id"] == admin_user.pk
