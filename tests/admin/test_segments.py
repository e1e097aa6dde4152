"""Segments in the admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.activity.making import NOON, contact
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
