"""An editor copies the tracking code, embeds it elsewhere, and sees what arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from wagtail.models import Site

from wagtail_contacttrack.tracking import sites

from . import admin_urls
from .conftest import Tracked, document, served, until
from .serving import Server

CODE = "#ct-code-javascript"
COPY = f".ct-copy:has({CODE}) button"
STATUS = ".ct-status"


@pytest.fixture
def site(site: Tracked, settings: Any) -> Tracked:
    """The site under the address that it really has, with its admin."""
    settings.ROOT_URLCONF = admin_urls.__name__
    Site.objects.update(hostname="localhost", port=urlsplit(site.url).port)
    sites.clear()
    return site


@pytest.fixture
def editor(browser: Browser, site: Tracked, noise: list[str]) -> Iterator[Callable[..., Page]]:
    """Log an administrator in, and open the tracking settings."""
    get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
    opened: list[BrowserContext] = []

    def go(**options: Any) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        context.set_default_timeout(8000)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
        opened.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: noise.append(str(error)))
        names = ["wagtail_contacttrack", "trackingsettings"]
        tab.goto(site.url + reverse("wagtailsettings:edit", args=names))
        tab.fill("[name=username]", "editor")
        tab.fill("[name=password]", "secret")
        tab.click("[type=submit]")
        tab.wait_for_selector(STATUS)
        return tab

    yield go
    for context in opened:
        context.close()


def copied(editing: Page) -> str:
    """Press the button as the keyboard does; what is in the clipboard then."""
    editing.focus(COPY)
    editing.keyboard.press("Enter")
    expect(editing.get_by_text("Copied to the clipboard")).to_be_visible()
    text: str = editing.evaluate("navigator.clipboard.readText()")
    return text


def test_the_copied_code_tracks_another_website_once_that_is_listed(
    editor: Callable[..., Page], tab: Page, site: Tracked, other: Server, noise: list[str]
) -> None:  # S6 S11 S50 S73
    editing = editor()
    expect(editing.locator(STATUS)).to_contain_text("No hit yet.")
    code = copied(editing)
    assert code == editing.input_value(CODE)
    assert f'"{site.url}/mtc.js"' in code

    other.pages["/"] = served(document(body=code, title="Another website"))
    tab.goto(other.url)
    assert until(tab, lambda: site.reasons().get("origin_not_listed"))
    editing.reload()
    refused = editing.locator("[data-reason=origin_not_listed]")
    expect(refused).to_contain_text("Website not listed")
    expect(refused).to_contain_text("Add its origin")
    expect(editing.locator(STATUS)).to_contain_text("No hit yet.")

    editing.fill("[name=cors_valid_domains]", other.url)
    editing.click("button:has-text('Save')")
    expect(editing.get_by_text("Tracking settings updated.")).to_be_visible()
    noise.clear()  # the refusal, which browsers report
    tab.goto("about:blank")
    tab.goto(other.url)
    assert until(tab, lambda: site.hits())
    editing.reload()
    last = editing.locator(".ct-last")
    expect(last).to_contain_text("Another website")
    expect(last).to_contain_text(other.url)
    assert last.locator("a").get_attribute("href") == site.hits()[0].contact.get_absolute_url()
    expect(editing.locator("[data-reason=recorded] .ct-number")).to_have_text("1")
    assert noise == []


def test_where_the_browser_refuses_the_clipboard_the_page_says_so(
    editor: Callable[..., Page],
) -> None:  # S6
    editing = editor()
    editing.evaluate(
        "Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: () => Promise.reject(new Error())}})"
    )
    editing.click(COPY)
    expect(editing.get_by_text("Select the code and copy it by hand.")).to_be_visible()
    editing.focus(CODE)
    assert editing.evaluate("getSelection().toString()") == editing.input_value(CODE)


def test_one_click_sends_a_test_hit_and_another_deletes_it(
    editor: Callable[..., Page], site: Tracked, noise: list[str]
) -> None:
    editing = editor(
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    )
    editing.get_by_role("link", name="Send a test hit").click()
    result = editing.locator(".ct-result")
    expect(result).to_contain_text("It works: the test hit is stored.")
    (hit,) = site.hits()
    assert (hit.title, hit.url) == ("Test hit", f"{site.url}/")
    editing.click("text=Delete the test hit and its contact")
    expect(editing.get_by_text("The test hit has been deleted.")).to_be_visible()
    expect(editing.locator(STATUS)).to_be_visible()
    assert site.hits() == []
    assert noise == []


def test_without_scripts_a_test_hit_takes_a_form(
    editor: Callable[..., Page], site: Tracked
) -> None:
    editing = editor(java_script_enabled=False)
    editing.get_by_role("link", name="Send a test hit").click()
    assert site.reasons() == {}
    editing.check("text=You, logged in to Wagtail")
    editing.click("button:has-text('Send a test hit')")
    expect(editing.locator(".ct-result")).to_contain_text("Refused: Logged-in editor")
    expect(editing.locator(".ct-result")).to_contain_text("Test in a private window")
    assert site.reasons() == {"staff_excluded": 1}
