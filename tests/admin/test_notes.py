"""Notes about a contact."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.activity.making import NOON, contact
from tests.admin.looking import text
from wagtail_contacttrack.contacts import merging
from wagtail_contacttrack.contacts.models import Note, Rule

pytestmark = pytest.mark.django_db


def write(client, person, words):
    url = reverse("contacttrack_identity:add_note", args=[person.pk])
    return client.post(url, {"text": words}, follow=True)


def shown(soup):
    return [text(note) for note in soup.select("#ct-notes .ct-note__text")]


def test_a_note_is_kept_with_its_author_and_time(admin_client, contact_page, admin_user):
    person = contact()

    write(admin_client, person, " Call her\nafter noon ")

    note = Note.objects.get()
    assert (note.text, note.author) == ("Call her\nafter noon", admin_user)
    card = contact_page(person).select_one("#ct-notes")
    assert shown(card.parent) == ["Call her after noon"]
    assert str(admin_user) in text(card)


@pytest.mark.parametrize("words", ["", "   ", "x" * 10_001])
def test_an_empty_note_and_one_without_end_are_refused(admin_client, words):
    response = write(admin_client, contact(), words)

    assert not Note.objects.exists()
    assert BeautifulSoup(response.content, "html.parser").select_one(".messages .error")


def test_notes_are_shown_as_text(admin_client, contact_page):
    person = contact()
    write(admin_client, person, "<script>alert(1)</script>")

    card = contact_page(person).select_one("#ct-notes")

    assert not card.select("script")
    assert shown(card.parent) == ["<script>alert(1)</script>"]


def test_the_newest_come_first_and_older_ones_by_pages(contact_page):
    person = contact()
    for number in range(25):
        Note.objects.create(contact=person, text=f"note {number}")

    first = contact_page(person)
    assert shown(first) == [f"note {number}" for number in range(24, 14, -1)]
    (older,) = [link for link in first.select("#ct-notes a") if text(link) == "Older notes"]
    second = contact_page(person, older["href"])
    assert shown(second) == [f"note {number}" for number in range(14, 4, -1)]
    (older,) = [link for link in second.select("#ct-notes a") if text(link) == "Older notes"]
    last = contact_page(person, older["href"])
    assert shown(last) == [f"note {number}" for number in range(4, -1, -1)]
    assert "Older notes" not in text(last.select_one("#ct-notes"))
    assert contact_page(person, "?notes=nonsense")


def test_nobody_wrote_anything_yet(contact_page):
    assert "Nobody has written anything down yet." in text(contact_page(contact()))


def test_deleting_a_note_asks_first(admin_client):
    person = contact()
    note = Note.objects.create(contact=person, text="Wrong person")
    url = reverse("contacttrack_identity:delete_note", args=[note.pk])

    assert "Wrong person" in admin_client.get(url).content.decode()
    response = admin_client.post(url)

    assert response["Location"] == person.get_absolute_url() + "#ct-notes"
    assert not Note.objects.exists()
    assert admin_client.post(url).status_code == 404


def test_a_note_about_somebody_who_was_merged_meanwhile_is_not_lost(admin_client):
    one, two = contact(firstname="Ada"), contact(firstname="Grace")
    merging.merge(one.pk, two.pk, rule=Rule.EDITOR, now=NOON)

    write(admin_client, two, "Likes engines")

    assert Note.objects.get().contact == one


def test_a_note_about_nobody_is_not_found(admin_client):
    url = reverse("contacttrack_identity:add_note", args=[404])
    assert admin_client.post(url, {"text": "x"}).status_code == 404
    assert admin_client.get(url).status_code == 405


def test_who_may_only_look_reads_notes_and_changes_none(client, user_with):
    person = contact()
    note = Note.objects.create(contact=person, text="Likes engines")
    client.force_login(user_with("view_contact"))

    soup = BeautifulSoup(client.get(person.get_absolute_url()).content, "html.parser")

    assert shown(soup) == ["Likes engines"]
    assert not soup.select("#ct-notes form, #ct-notes a")
    client.post(reverse("contacttrack_identity:delete_note", args=[note.pk]))
    assert Note.objects.exists()
