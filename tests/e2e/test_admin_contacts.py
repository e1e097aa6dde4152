"""The list of contacts, as an editor uses it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import Browser, Page

from wagtail_contacttrack.contacts.models import Contact, Presence

from . import admin_urls
from .conftest import Tracked, until

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
WITH_NOUGHT_IN_DE = [f"Walker {number:02}" for number in (0, 3, 6, 9, 30)]
ROW = "td.title .title-wrapper"


@pytest.fixture
def people(site: Tracked) -> None:
    """Sixty known contacts out of two countries, and ten visitors without a name."""
    for number in range(70):
        known = number < 60
        person = Contact.objects.create(
            lastname=f"Walker {number:02}" if known else "",
            country="AT" if number % 3 else "DE",
            date_identified=NOON if known else None,
        )
        active = NOON - timedelta(hours=number)
        Presence.objects.filter(contact=person).update(at=active)


@pytest.fixture
def editor(people: None, site: Tracked, settings: Any, browser: Browser) -> Iterator[Page]:
    settings.ROOT_URLCONF = admin_urls.__name__
    get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    context.set_default_timeout(8000)
    tab = context.new_page()
    tab.goto(site.url + reverse("contacttrack_contacts:index"))
    tab.fill("[name=username]", "editor")
    tab.fill("[name=password]", "secret")
    tab.click("[type=submit]")
    tab.wait_for_selector("#listing-results")
    yield tab
    context.close()


def rows(editor: Page) -> list[str]:
    return editor.locator(ROW).all_inner_texts()


def query(editor: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(editor.url).query)


def test_anonymous_visitors_are_one_click_away(editor: Page) -> None:
    assert rows(editor)[0] == "Walker 00"
    assert editor.locator(".ct-found [role=status]").inner_text() == "60 contacts"

    editor.get_by_role("link", name="Anonymous", exact=True).click()
    assert until(editor, lambda: len(rows(editor)) == 10)
    editor.locator(ROW).first.locator("a").click()
    editor.wait_for_selector(".ct-contact")


def test_search_and_filters_change_the_list_in_place(editor: Page) -> None:
    editor.evaluate("window.sameDocument = true")
    editor.get_by_role("link", name="Next").click()
    assert until(editor, lambda: len(rows(editor)) == 10)
    editor.evaluate("window.sameDocument = true")

    editor.locator("#id_q").press_sequentially("walker 0")
    assert until(editor, lambda: len(rows(editor)) == 15 and rows(editor)[0] == "Walker 00")
    assert query(editor) == {"q": ["walker 0"]}

    editor.get_by_label("Show filters").click()
    editor.get_by_role("button", name="Country").click()
    editor.get_by_role("radio", name="DE").check()
    assert until(editor, lambda: rows(editor) == WITH_NOUGHT_IN_DE)
    assert query(editor)["country"] == ["DE"]

    editor.keyboard.press("Escape")
    editor.get_by_role("button", name="Clear").last.click()
    assert until(editor, lambda: len(rows(editor)) == 15)
    assert "country" not in query(editor)
    assert editor.evaluate("window.sameDocument")


def test_sorting_and_pages_keep_what_was_searched(editor: Page) -> None:
    editor.locator("#id_q").press_sequentially("walker")
    assert until(editor, lambda: "q" in query(editor))
    editor.get_by_role("link", name="Name", exact=True).click()
    editor.get_by_role("link", name="Next").click()

    assert until(editor, lambda: rows(editor) == [f"Walker {n}" for n in range(50, 60)])
    assert query(editor)["q"] == ["walker"]
    assert query(editor)["ordering"] == ["name"]
    editor.get_by_role("link", name="Previous").click()
    assert until(editor, lambda: len(rows(editor)) == 50)


def test_all_that_a_filter_finds_are_deleted_and_nobody_else(editor: Page, site: Tracked) -> None:
    editor.goto(f"{site.url}{reverse('contacttrack_contacts:index')}?anonymous=shown&country=AT")
    editor.wait_for_selector(ROW)
    assert editor.locator(".ct-found [role=status]").inner_text() == "46 contacts"
    editor.goto(f"{site.url}{reverse('contacttrack_contacts:index')}?anonymous=shown")
    editor.locator("[data-bulk-action-select-all-checkbox]").first.check()
    editor.get_by_role("button", name="Select all contacts in the list").click()
    editor.get_by_role("link", name="Delete selected contacts").click()
    assert "Delete 70 contacts" in editor.title()
    editor.get_by_role("link", name="No, don’t delete").click()

    editor.goto(f"{site.url}{reverse('contacttrack_contacts:index')}?anonymous=only&country=DE")
    editor.locator("[data-bulk-action-select-all-checkbox]").first.check()
    editor.get_by_role("link", name="Delete selected contacts").click()
    assert "Delete 4 contacts" in editor.title()
    editor.get_by_role("button", name="Yes, delete").click()

    editor.get_by_text("4 contacts deleted.").wait_for()
    assert Contact.objects.count() == 66
    assert query(editor) == {"anonymous": ["only"], "country": ["DE"]}


def test_the_list_downloads_as_it_stands(editor: Page, site: Tracked) -> None:
    editor.goto(f"{site.url}{reverse('contacttrack_contacts:index')}?q=walker+1")
    editor.get_by_role("button", name="Actions").click()
    with editor.expect_download() as download:
        editor.get_by_role("link", name="Download CSV").click()

    lines = download.value.path().read_text().splitlines()
    found = [number for number in range(60) if "1" in str(number)]
    assert len(lines) == 1 + len(found)
    assert all(f"Walker {number:02}" in "".join(lines) for number in found)


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_every_screen(editor: Page, width: int) -> None:
    Contact.objects.filter(lastname="Walker 00").update(lastname="W" * 150, city="x" * 100)
    editor.set_viewport_size({"width": width, "height": 900})
    editor.reload()

    wide = editor.evaluate(
        """[...document.querySelectorAll('#listing-results *')]
        .filter(element => !element.closest('.ct-scroll, .w-sr-only, svg'))
        .filter(element => element.getBoundingClientRect().right > innerWidth)
        .map(element => element.className)"""
    )
    assert wide == []
    assert editor.evaluate("document.documentElement.scrollWidth <= innerWidth")
