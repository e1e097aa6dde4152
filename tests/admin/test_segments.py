"""Segments in the admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.activity.making import NOON, contact
from wagtail_contacttrack.contacts import points
from wagtail_contacttrack.segments import members
from wagtail_contacttrack.segments.models import Segment

pytestmark = pytest.mark.django_db

INDEX = "contacttrack_segments:index"


def test_the_empty_list_says_what_segments_are(admin_client):
    html = admin_client.get(reverse(INDEX)).content.decode()
    assert "There are no segments yet" in html
    assert reverse("contacttrack_segments:add") in html


def test_a_segment_is_made_and_gets_an_alias(admin_client):
    data = {"name": "Readers of the letter", "alias": "", "description": ""}
    response = admin_client.post(reverse("contacttrack_segments:add"), data)
    assert response.status_code == 302
    assert Segment.objects.get().alias == "readers-of-the-letter"
    response = admin_client.post(reverse("contacttrack_segments:add"), {**data, "alias": "a b"})
    assert response.status_code == 200
    assert Segment.objects.count() == 1


def test_the_list_leads_to_the_contacts(admin_client):
    segment = Segment.objects.create(name="Readers", alias="readers")
    ada = contact(email="ada@site.example")
    contact(email="bob@site.example")
    members.add(segment, [ada.pk], now=NOON)

    html = admin_client.get(reverse(INDEX)).content.decode()
    link = f"{reverse('contacttrack_contacts:index')}?anonymous=shown&amp;q=segment%3Areaders"
    assert f'<a href="{link}">1 contact</a>' in html
    found = admin_client.get(link.replace("&amp;", "&")).content.decode()
    assert "ada@site.example" in found
    assert "bob@site.example" not in found


def test_deleting_asks_and_keeps_the_contacts(admin_client):
    segment = Segment.objects.create(name="Readers", alias="readers")
    ada = contact(email="ada@site.example")
    members.add(segment, [ada.pk], now=NOON)
    url = reverse("contacttrack_segments:delete", args=[segment.pk])
    assert "with its list of 1 contact?" in admin_client.get(url).content.decode()
    admin_client.post(url)
    ada.refresh_from_db()
    assert not Segment.objects.exists()


def test_the_page_of_a_contact_names_its_segments_and_its_owner(
    admin_client, admin_user, contact_page
):
    ada = contact(email="ada@site.example", owner=admin_user)
    members.add(Segment.objects.create(name="Readers", alias="readers"), [ada.pk], now=NOON)
    soup = contact_page(ada)
    assert "Readers" in soup.select_one("#ct-segments").text
    assert "admin" in soup.select_one(".ct-contact").text


def test_points_say_what_they_were_for(contact_page):
    ada = contact(email="ada@site.example")
    points.change(ada.pk, "plus", 5, now=NOON, event="Quiz")
    (entry,) = [e for e in contact_page(ada).select(".ct-entry__title") if "Points" in e.text]
    assert entry.text == "Points changed: +5"
    assert "Quiz" in entry.parent.text
    assert "5 in all" in entry.parent.text


def test_an_owner_is_chosen_among_those_who_work_in_the_admin(
    admin_client, user_with, django_user_model
):
    editor = user_with("change_contact")
    member = django_user_model.objects.create_user("member")
    ada = contact(email="ada@site.example", firstname="Ada")
    url = reverse("contacttrack_contacts:edit", args=[ada.pk])
    html = admin_client.get(url).content.decode()
    assert editor.username in html
    assert member.username not in html

    form = {"email": "ada@site.example", "firstname": "Ada", "owner": editor.pk}
    assert admin_client.post(url, form).status_code == 302
    ada.refresh_from_db()
    assert ada.owner == editor
    assert admin_client.post(url, {**form, "owner": member.pk}).status_code == 200
