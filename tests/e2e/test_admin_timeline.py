"""A visit made in one browser, looked at by an editor in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page

from wagtail_contacttrack.activity.models import Activity

from . import admin_urls
from .conftest import Tracked, document, until

SEARCH = ".ct-filters [name=q]"
INTERACTIVE = {"button", "link", "textbox", "searchbox", "checkbox", "combobox", "Date"}


@pytest.fixture
def site(site: Tracked, settings: Any) -> Tracked:
    settings.ROOT_URLCONF = admin_urls.__name__
    return site


@pytest.fixture
def log_in(browser: Browser, site: Tracked) -> Iterator[Callable[..., Page]]:
    """Log an administrator in with a browser of their own, and open a page there."""
    get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
    opened: list[BrowserContext] = []

    def go(path: str, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="en", **options
        )
        context.set_default_timeout(8000)
        opened.append(context)
        tab = context.new_page()
        tab.goto(site.url + path)
        tab.fill("[name=username]", "editor")
        tab.fill("[name=password]", "secret")
        tab.click("[type=submit]")
        tab.wait_for_selector(".ct-contact")
        return tab

    yield go
    for context in opened:
        context.close()


@pytest.fixture
def visited(tab: Page, site: Tracked) -> int:
    """Somebody reads two pages; the id of the contact that they became."""
    second = site.page("/tents", document(site.tag, title="Tents"))
    first = site.page("/bikes", document(f'{site.tag}<a href="{second}">Tents</a>', title="Bikes"))
    tab.goto(f"{first}?utm_campaign=spring&utm_source=letter")
    assert until(tab, lambda: len(site.hits()) == 1)
    tab.click("a")
    assert until(tab, lambda: len(site.hits()) == 2 and site.hits()[0].left_at is not None)
    return int(site.hits()[0].contact_id)


def url_of(contact_id: int) -> str:
    return reverse("contacttrack_contacts:inspect", args=[contact_id])


def read_for_an_hour(contact_id: int, pages: int) -> None:
    """Many more page hits, long before the visit."""
    start = timezone.now() - timedelta(days=2)
    Activity.objects.bulk_create(
        Activity(
            kind="page.hit",
            contact_id=contact_id,
            time=start + timedelta(minutes=number),
            url=f"https://example.org/{number}",
            title=f"Chapter {number}",
        )
        for number in range(pages)
    )


def titles(editor: Page) -> list[str]:
    return editor.locator(".ct-entry__title").all_inner_texts()


# S75
def test_an_editor_sees_the_visit_and_opens_its_details_by_keyboard(
    visited: int, log_in: Callable[..., Page]
) -> None:
    editor = log_in(url_of(visited))

    assert titles(editor) == ["Tents", "Bikes"]
    head = editor.locator(".ct-visit__head").inner_text()
    assert "2 pages" in head
    assert "spring" in head
    assert "Chrome" in head
    details = editor.locator(".ct-sent").last
    assert not details.locator("dl").is_visible()

    editor.focus(".ct-filters__submit")
    for _ in range(30):
        editor.keyboard.press("Tab")
        if details.locator("summary").evaluate("element => element === document.activeElement"):
            break
    editor.keyboard.press("Enter")

    details.locator("dl").wait_for(state="visible")
    shown = details.inner_text()
    assert "utm_campaign=spring" in shown
    assert "Tracking script" in shown
    assert "127.0.0.1" in shown


def test_filters_change_the_results_in_place_and_the_address_with_them(
    visited: int, log_in: Callable[..., Page]
) -> None:
    editor = log_in(url_of(visited))
    editor.evaluate("window.sameDocument = true")

    editor.locator(SEARCH).press_sequentially("tents")
    editor.locator(".ct-pill").wait_for()
    assert until(editor, lambda: titles(editor) == ["Tents"])
    assert parse_qs(urlsplit(editor.url).query) == {"q": ["tents"]}
    assert editor.locator(SEARCH).evaluate("element => element === document.activeElement")

    editor.keyboard.press("Enter")
    editor.click(".ct-filters__kinds > summary")
    editor.check("[name=kind]")
    assert until(editor, lambda: editor.locator(".ct-pill").count() == 2)
    editor.fill("[name=since]", "2999-01-01")
    editor.locator(".ct-empty").wait_for()
    assert editor.evaluate("window.sameDocument")

    editor.click(".ct-empty a")
    assert until(editor, lambda: titles(editor) == ["Tents", "Bikes"])
    assert editor.locator(SEARCH).input_value() == ""


def test_pages_are_walked_by_their_links(visited: int, log_in: Callable[..., Page]) -> None:
    read_for_an_hour(visited, 60)
    editor = log_in(url_of(visited) + "?q=chapter")
    assert titles(editor) == [f"Chapter {number}" for number in range(59, 9, -1)]

    editor.click("a[rel=next]")
    assert until(editor, lambda: titles(editor) == [f"Chapter {n}" for n in range(9, -1, -1)])
    assert editor.locator("#ct-timeline").is_visible()
    editor.click("a[rel=prev] >> nth=0")
    assert until(editor, lambda: len(titles(editor)) == 50)


def test_everything_works_without_scripts(visited: int, log_in: Callable[..., Page]) -> None:
    read_for_an_hour(visited, 60)
    editor = log_in(url_of(visited), java_script_enabled=False)

    editor.click("a[rel=next]")
    assert len(titles(editor)) == 12
    editor.fill(SEARCH, "tents")
    editor.click(".ct-filters__submit")
    editor.locator(".ct-pill").wait_for()
    assert titles(editor) == ["Tents"]
    editor.click(".ct-sent summary")
    assert "Tracking script" in editor.locator(".ct-sent dl").inner_text()
    editor.click(".ct-active__clear")
    assert len(titles(editor)) == 50


@pytest.mark.parametrize("width", [390, 1400])
def test_the_page_can_be_used_by_ear_and_fits_every_screen(
    visited: int, log_in: Callable[..., Page], width: int
) -> None:
    read_for_an_hour(visited, 60)
    hostile = "<b>" + "\U0001f600\u202e" + "x" * 8_000
    Activity.objects.filter(title="Chapter 59").update(
        title=hostile, url=f"https://example.org/{hostile}", data={"params": {hostile: hostile}}
    )
    editor = log_in(url_of(visited) + "?q=&kind=page.hit")
    editor.set_viewport_size({"width": width, "height": 900})
    editor.evaluate("document.querySelectorAll('.ct-contact details').forEach(d => d.open = true)")

    assert (
        editor.evaluate(
            """[...document.querySelectorAll('.ct-contact, .ct-contact *')]
            .filter(element => !element.closest('.w-sr-only, svg'))
            .filter(element => element.getBoundingClientRect().right > innerWidth)
            .map(element => element.className)"""
        )
        == []
    )
    assert nameless_controls(editor) == []
    assert editor.locator("h1").count() == 1
    inside = editor.evaluate(
        "[...document.querySelectorAll('.ct-contact :is(h1, h2, h3, h4)')].map(h => +h.tagName[1])"
    )
    assert all(after - before <= 1 for before, after in zip([1, *inside], inside, strict=False))
    ids = editor.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))
    assert editor.locator(".ct-contact [style], .ct-contact script").count() == 0


def nameless_controls(editor: Page) -> list[str]:
    """What the browser's own accessibility tree holds as a control without a name."""
    session = editor.context.new_cdp_session(editor)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    controls = [
        node for node in nodes if not node.get("ignored") and node["role"]["value"] in INTERACTIVE
    ]
    assert len(controls) > 50
    return [
        node["role"]["value"]
        for node in controls
        if not node.get("name", {}).get("value", "").strip()
    ]
