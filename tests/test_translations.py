"""The admin speaks German, and its catalogues are whole and compiled."""

from __future__ import annotations

import ast
import gettext
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from wagtail_contacttrack.contacts.models import Contact

from .admin.looking import text
from .tracking.conftest import FIREFOX, PUBLIC

LOCALE = Path(__file__).parent.parent / "wagtail_contacttrack" / "locale"
TRANSLATED = sorted(folder.name for folder in LOCALE.iterdir() if folder.name != "en")
# What a translation must not change: the places of values, tags, and where links lead.
KEPT = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|<[^>]+>")


# The admin


@pytest.fixture
def german_admin(admin_client, admin_user):
    """A page of the admin, as an editor sees it who prefers German."""
    cache.clear()
    UserProfile.objects.create(user=admin_user, preferred_language="de")

    def get(address):
        response = admin_client.get(address)
        assert response.status_code == 200
        soup = BeautifulSoup(response.content, "html.parser")
        assert soup.html["lang"] == "de"
        return soup

    yield get
    cache.clear()


@pytest.fixture
def visitor(db):
    """A known contact who has looked at two pages, and an anonymous one who has looked at one."""
    for pages in ("ab", "c"):
        browser = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
        for page in pages:
            browser.post("/mtc/event", {"page_url": f"https://testserver/{page}"})
    contact = Contact.objects.earliest("pk")
    contact.email = "ada@example.com"
    contact.date_identified = timezone.now() - timedelta(hours=1)
    contact.save()
    return contact


def test_the_list_of_contacts_is_german_for_who_prefers_it(german_admin, visitor):
    soup = german_admin(reverse("contacttrack_contacts:index"))
    headings = [text(cell) for cell in soup.select("thead th")]
    assert [name for name in headings if name][-6:] == [
        "Name",
        "E-Mail",
        "Ort",
        "Punkte",
        "Zuletzt aktiv",
        "ID",
    ]
    assert [text(item) for item in soup.select(".ct-switch li")] == ["Bekannt", "Alle", "Anonym"]
    assert text(soup.select_one(".ct-found [role=status]")) == "1 Kontakt"
    everybody = german_admin(reverse("contacttrack_contacts:index") + "?anonymous=shown")
    assert text(everybody.select_one(".ct-found [role=status]")) == "2 Kontakte"


def test_the_home_page_is_german_for_who_prefers_it(german_admin, visitor):
    soup = german_admin("/admin/")
    assert "1 bekannter Kontakt" in [text(item) for item in soup.select(".w-summary__list li")]
    heading = text(soup.select_one("#contacttrack-visitors-heading"))
    assert heading == "Besucher und bekannte Kontakte der letzten 30 Tage"
    assert {item.dt.text: item.dd.text for item in soup.select(".ct-totals div")} == {
        "Besucher": "2",
        "Davon bekannte Kontakte": "1",
        "Seitenaufrufe": "3",
    }


def test_a_contact_is_german_for_who_prefers_it(german_admin, visitor):
    soup = german_admin(reverse("contacttrack_contacts:inspect", args=[visitor.pk]))
    assert "2 Seiten" in [text(fact) for fact in soup.select(".ct-visit__facts li")]
    assert "Alle gesendeten Daten" in text(soup.select_one(".ct-sent__summary"))
    facts = {text(fact.dt) for fact in soup.select(".ct-fact")}
    assert facts == {"E-Mail", "Punkte", "Erstmals gesehen", "Zuletzt aktiv", "Bekannt seit"}


# The catalogues


@dataclass(slots=True)
class Message:
    """An entry of a catalogue: `source` and `target` hold one text, or the singular and plural."""

    source: list[str] = field(default_factory=list)
    target: list[str] = field(default_factory=list)
    fuzzy: bool = False


def messages(language: str) -> list[Message]:
    """What the catalogue's source says; its header comes first, with the source ""."""
    found = []
    for block in (LOCALE / language / "LC_MESSAGES" / "django.po").read_text("utf-8").split("\n\n"):
        message = Message(fuzzy=bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE)))
        texts = message.source
        for line in block.splitlines():
            keyword, quote, rest = line.partition('"')
            if not quote or keyword.startswith("#"):
                continue
            if keyword.strip():
                texts = message.source if keyword.startswith("msgid") else message.target
                texts.append("")
            texts[-1] += ast.literal_eval(quote + rest)
        if message.source:
            found.append(message)
    assert found[0].source == [""]
    return found


def compiled(language: str) -> gettext.GNUTranslations:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_complete(language):
    for message in messages(language):
        assert not message.fuzzy, message
        assert len(message.target) == len(message.source), message
        assert all(message.target), message


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_placeholders_tags_and_space(language):
    for message in messages(language)[1:]:
        for source, target in zip(message.source, message.target, strict=True):
            assert sorted(KEPT.findall(target)) == sorted(KEPT.findall(source)), message
            assert target == target.strip(), message


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_says_what_its_source_says(language):
    catalogue = compiled(language)
    for message in messages(language)[1:]:
        if len(message.source) == 2:
            said = [catalogue.ngettext(*message.source, number) for number in (1, 2)]
        else:
            said = [catalogue.gettext(message.source[0])]
        assert said == message.target


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_of_the_english_catalogue_is_translated(language):
    english = sorted(message.source for message in messages("en"))
    assert len(english) > 300
    assert sorted(message.source for message in messages(language)) == english
