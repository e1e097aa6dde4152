"""Tags and segments by programs."""

from __future__ import annotations

import pytest

from tests.activity.making import NOON, contact
from wagtail_contacttrack.contacts import merging, unmerging
from wagtail_contacttrack.contacts.models import Rule, Tag
from wagtail_contacttrack.segments import members
from wagtail_contacttrack.segments.models import Segment, SegmentMember

pytestmark = pytest.mark.django_db


def test_a_tag_is_made_once(admin_program):
    made = admin_program.send("POST", "tags/new", {"tag": " <b>VIP</b> "}, 201)["tag"]
    assert made == {"id": made["id"], "tag": "VIP", "description": None}
    again = admin_program.send("POST", "tags/new", {"tag": "VIP", "description": "Best"}, 200)
    assert again["tag"] == {**made, "description": "Best"}
    # Another case is another tag.
    admin_program.send("POST", "tags/new", {"tag": "vip"}, 201)
    body = admin_program.ask("tags?limit=999&orderBy=tag")
    assert body["total"] == 2
    assert body["tags"][str(made["id"])]["tag"] == "VIP"


@pytest.mark.parametrize(
    "sent", [{}, {"tag": ""}, {"tag": "<i>"}, {"tag": ["a"]}, {"tag": "x" * 192}]
)
def test_a_tag_needs_a_name(admin_program, sent):
    body = admin_program.send("POST", "tags/new", sent, 400)
    assert "tag" in body["errors"][0]["details"]


def test_a_tag_is_renamed_unless_another_has_the_name(admin_program):
    one = admin_program.send("POST", "tags/new", {"tag": "one"}, 201)["tag"]
    admin_program.send("POST", "tags/new", {"tag": "two"}, 201)
    admin_program.send("PATCH", f"tags/{one['id']}/edit", {"tag": "two"}, 400)
    body = admin_program.send("PATCH", f"tags/{one['id']}/edit", {"tag": "three"})
    assert body["tag"]["tag"] == "three"
    body = admin_program.send("PATCH", f"tags/{one['id']}/edit", {"description": "Third"})
    assert body["tag"] == {"id": one["id"], "tag": "three", "description": "Third"}
    assert admin_program.send("DELETE", f"tags/{one['id']}/delete")["tag"]["id"] is None
    assert Tag.objects.count() == 1


@pytest.fixture
def letter(admin_program):
    sent = {"name": "News letter", "description": "Monthly", "isPublished": 1, "isGlobal": 1}
    return admin_program.send("POST", "segments/new", sent, 201)["list"]


def test_a_segment_has_mautics_shape(admin_program, letter):
    assert letter == {
        **letter, "name": "News letter", "alias": "news-letter", "publicName": "News letter",
        "description": "Monthly", "isPublished": True, "isGlobal": True,
        "isPreferenceCenter": False, "category": None, "filters": [],
    }  # fmt: skip
    other = admin_program.send("POST", "segments/new", {"name": "News letter"}, 201)["list"]
    assert other["alias"] == "news-letter-2"
    body = admin_program.ask("segments?limit=100")
    assert (body["total"], list(body["lists"])) == (2, [str(letter["id"]), str(other["id"])])


def test_a_segment_is_changed_and_deleted(admin_program, letter):
    path = f"segments/{letter['id']}"
    body = admin_program.send("PATCH", f"{path}/edit", {"name": "Letter", "isPublished": False})
    assert (body["list"]["name"], body["list"]["isPublished"]) == ("Letter", False)
    assert admin_program.send("DELETE", f"{path}/delete")["list"]["id"] is None
    admin_program.ask(path, 404)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({}, "name"),
        ({"name": "x" * 200}, "name"),
        ({"name": "x", "alias": "not an alias"}, "alias"),
        ({"name": "x", "filters": [{"field": "email"}]}, "filters"),
    ],
)
def test_a_segment_that_cannot_be_is_refused(admin_program, sent, name):
    body = admin_program.send("POST", "segments/new", sent, 400)
    assert body["errors"][0]["details"][name]
    assert not Segment.objects.exists()


def test_contacts_are_added_removed_and_found(admin_program, letter):
    ada, bob = contact(email="ada@site.example"), contact(email="bob@site.example")
    path = f"segments/{letter['id']}"
    assert admin_program.send("POST", f"{path}/contact/{ada.pk}/add") == {"success": 1}
    # As it was before Mautic 2.6.
    assert admin_program.send("POST", f"{path}/contact/add/{ada.pk}") == {"success": 1}
    body = admin_program.send("POST", f"{path}/contacts/add", {"ids": [bob.pk, 999]})
    assert body == {
        "success": 1, "details": {str(bob.pk): {"success": True}, "999": {"success": False}},
    }  # fmt: skip
    admin_program.send("POST", f"{path}/contacts/add", {}, 400)
    found = admin_program.ask(f"contacts/{ada.pk}/segments")
    assert found["total"] == 1
    assert found["lists"][str(letter["id"])]["alias"] == "news-letter"
    assert admin_program.ask("contacts?search=segment:news-letter")["total"] == "2"
    admin_program.send("POST", f"{path}/contact/{ada.pk}/remove")
    assert list(admin_program.ask("contacts?search=segment:news-letter")["contacts"]) == [
        str(bob.pk)
    ]
    assert admin_program.ask(f"contacts/{ada.pk}/segments") == {"total": 0, "lists": []}
    (choice,) = admin_program.ask("contacts/list/segments")
    assert choice["name"] == "News letter"


def test_members_follow_a_merge_and_come_back(admin_program, letter):
    ada, bob = contact(email="ada@site.example"), contact(email="bob@site.example")
    segment = Segment.objects.get()
    members.add(segment, [bob.pk], now=NOON)
    row = merging.merge(ada.pk, bob.pk, rule=Rule.EDITOR, now=NOON)
    assert SegmentMember.objects.get().contact == ada
    unmerging.undo(row.pk, now=NOON)
    assert SegmentMember.objects.get().contact == bob
