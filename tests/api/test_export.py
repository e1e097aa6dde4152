"""Everything about one person."""

from __future__ import annotations

import json

import pytest
from wagtail.models import ModelLogEntry

from tests.activity.making import NOON, agent, contact, device, did
from wagtail_contacttrack.api.contacts import export
from wagtail_contacttrack.contacts import linking, merging, tag_editing
from wagtail_contacttrack.contacts.models import Note, Rule
from wagtail_contacttrack.segments import members
from wagtail_contacttrack.segments.models import Segment

pytestmark = pytest.mark.django_db


def read(program, number, status=200):
    response = program.call("GET", f"contacts/{number}/export")
    assert response.status_code == status
    if status != 200:
        return response.json()
    return json.loads(response.getvalue())


def test_a_person_is_exported_with_everything(admin_program):
    ada = contact(email="ada@site.example", firstname="Ada")
    linking.claim(ada, rule=Rule.EDITOR, now=NOON)
    device(ada, agent("Firefox"))
    tag_editing.add_to([ada.pk], ["VIP"], now=NOON)
    members.add(Segment.objects.create(name="Readers", alias="x"), [ada.pk], now=NOON)
    Note.objects.create(contact=ada, text="Called")
    did(ada, 1, 2, data={"params": {"size": "L"}})
    other = contact(email="old@site.example")
    did(other, 3)
    merging.merge(ada.pk, other.pk, rule=Rule.EDITOR, now=NOON)

    for number in (ada.pk, other.pk):
        body = read(admin_program, number)
        assert body["contact"]["id"] == ada.pk
        assert [tag["tag"] for tag in body["contact"]["tags"]] == ["VIP"]
        assert body["mergedContacts"] == [other.pk]
        assert body["identifiers"][0]["value"] == "ada@site.example"
        assert body["identifiers"][0]["rule"] == "editor"
        assert len(body["devices"]) == 1
        assert body["segments"][0]["name"] == "Readers"
        assert body["notes"][0]["text"] == "Called"
        hits = [row for row in body["activity"] if row["kind"] == "page.hit"]
        assert [row["title"] for row in hits] == ["at 1", "at 2", "at 3"]
        assert hits[0]["data"] == {"params": {"size": "L"}}
    assert ModelLogEntry.objects.filter(action="contacttrack.export").count() == 2


def test_a_long_timeline_is_written_by_parts_without_loss(
    admin_program, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(export, "CHUNK", 2)
    ada = contact(email="ada@site.example")
    # Several at the same moment, across the parts.
    did(ada, 1, 1, 1, 2, 2, 3, 1)
    with django_assert_max_num_queries(35):
        body = read(admin_program, ada.pk)
    assert len({row["id"] for row in body["activity"]}) == 7
    times = [row["time"] for row in body["activity"]]
    assert times == sorted(times)


def test_it_needs_a_permission_of_its_own(program_with):
    ada = contact(email="ada@site.example")
    read(program_with("view_contact"), ada.pk, 403)
    read(program_with("export_contact"), ada.pk, 403)
    assert read(program_with("view_contact", "export_contact"), ada.pk)["contact"]["id"] == ada.pk
    read(program_with("view_contact", "export_contact", "add_tag"), 999, 404)
