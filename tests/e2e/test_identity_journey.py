"""From a field that an editor adds to two people who are merged and parted again.

All of it by clicking, as somebody does who has not read the documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from . import admin_urls
from .chromium import USER_AGENT
from .conftest import Tracked, document, settled, snippet


@pytest.fixture
def editor(site: Tracked, settings: Any, browser: Browser) -> Iterator[Page]:
    """An administrator, just logged in."""
    settings.ROOT_URLCONF = admin_urls.__name__
    get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    context.set_default_timeout(15_000)
    tab = context.new_page()
    tab.goto(f"{site.url}/admin/login/")
    tab.fill("[name=username]", "editor")
    tab.fill("[name=password]", "secret")
    tab.click("[type=submit]")
    yield tab
    context.close()


def menu(editor: Page, *names: str) -> None:
    """Go by the main menu; all but the last name open a submenu."""
    bar = editor.get_by_role("navigation", name="Main menu")
    for name in names[:-1]:
        bar.get_by_role("button", name=name, exact=True).click()
    bar.get_by_role("link", name=names[-1], exact=True).click()
    editor.wait_for_load_state()


def add_field(editor: Page, label: str) -> None:
    menu(editor, "Settings", "Contact fields")
    editor.get_by_role("link", name="Add field").first.click()
    editor.get_by_label("Label", exact=False).first.fill(label)
    editor.get_by_label("Publicly updatable").check()
    editor.get_by_role("button", name="Create").click()
    expect(editor.get_by_role("link", name=label, exact=True)).to_be_visible()


def open_to_visitors(editor: Page, label: str) -> None:
    menu(editor, "Settings", "Contact fields")
    editor.get_by_role("link", name=label, exact=True).first.click()
    editor.get_by_label("Publicly updatable").check()
    editor.get_by_role("button", name="Save").click()


def visit(browser: Browser, site: Tracked, email: str, size: str, expected: int) -> None:
    """Somebody looks at two pages, and says on the second one who they are."""
    context = browser.new_context(user_agent=USER_AGENT)
    tab = context.new_page()
    tab.goto(site.page("/boots", document(title="Boots", head=site.tag)))
    assert settled(tab, lambda: len(site.hits()), expected + 1) == expected + 1
    said = f"mt('send', 'pageview', {{email: '{email}', shoe_size: '{size}'}});"
    order = document(title="Order", head=snippet(site.script, commands=said))
    tab.goto(site.page("/order", order))
    assert settled(tab, lambda: len(site.hits()), expected + 2) == expected + 2
    context.close()


def open_contact(editor: Page, name: str) -> None:
    menu(editor, "Contacts", "Contacts")
    editor.get_by_role("link", name=name, exact=True).first.click()
    expect(editor.locator(".ct-contact")).to_be_visible()


def shows(editor: Page, size: str) -> None:
    """The contact's page says the size and has the visits from before it was known."""
    expect(editor.locator(".ct-contact").get_by_text(size, exact=True).first).to_be_visible()
    for title in ("Boots", "Order"):
        expect(editor.locator(".ct-entry").filter(has_text=title)).to_have_count(1)


def test_a_field_names_two_people_who_are_merged_and_parted_again(
    editor: Page, browser: Browser, site: Tracked
) -> None:
    add_field(editor, "Shoe size")
    open_to_visitors(editor, "E-mail")
    visit(browser, site, "ada@example.org", "38", expected=0)
    visit(browser, site, "lovelace@example.org", "41", expected=2)

    for email, size in (("ada@example.org", "38"), ("lovelace@example.org", "41")):
        open_contact(editor, email)
        shows(editor, size)

    open_contact(editor, "ada@example.org")
    editor.get_by_role("button", name="Actions").first.click()
    editor.get_by_role("link", name="Merge…").click()
    editor.get_by_role("link", name="Compare").click()
    expect(editor.get_by_text("This contact remains")).to_be_visible()
    sizes = editor.get_by_role("group", name="Shoe size")
    expect(sizes.get_by_text("38", exact=True)).to_be_visible()
    sizes.get_by_text("41", exact=True).click()
    emails = editor.get_by_role("group", name="E-mail")
    emails.get_by_text("ada@example.org", exact=True).click()
    editor.get_by_role("button", name="Merge", exact=True).click()

    expect(editor.get_by_text("is part of this contact now").first).to_be_visible()
    merged = editor.locator(".ct-entry").filter(has_text="became part of this contact")
    expect(merged).to_have_count(1)
    for title in ("Boots", "Order"):
        expect(editor.locator(".ct-entry").filter(has_text=title)).to_have_count(2)
    menu(editor, "Contacts", "Contacts")
    expect(editor.get_by_role("link", name="ada@example.org", exact=True).first).to_be_visible()
    expect(editor.get_by_role("link", name="lovelace@example.org", exact=True)).to_have_count(0)

    open_contact(editor, "ada@example.org")
    merged.get_by_role("link", name="Undo merge").click()
    editor.get_by_role("button", name="Undo merge").click()
    expect(editor.get_by_text("are two contacts again").first).to_be_visible()
    for email, size in (("ada@example.org", "38"), ("lovelace@example.org", "41")):
        open_contact(editor, email)
        shows(editor, size)
