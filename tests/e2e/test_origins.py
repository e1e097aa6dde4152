"""A website on another origin: listed, not listed, and with an ad blocker in between."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import Tracked, document, served, settled, snippet
from .serving import Server
from .test_callbacks import CALL, only_end

YEAR = 31_536_000


@pytest.fixture
def foreign(tab: Page, site: Tracked, other: Server) -> Page:
    """A tab, and a website elsewhere whose page makes one call with both callbacks."""
    code = snippet(site.script, commands=CALL % "{}")
    other.pages["/"] = served(document(head=code, title="Elsewhere"))
    return tab


def stored(tab: Page) -> dict[str, str]:
    """What the script keeps in localStorage."""
    found: dict[str, str] = tab.evaluate("({...localStorage})")
    return found


def own_cookies(context: BrowserContext, url: str) -> dict[str, Any]:
    return {cookie["name"]: cookie for cookie in context.cookies([url])}


def test_a_listed_website_is_tracked_and_gets_first_party_ids(
    foreign: Page,
    context: BrowserContext,
    site: Tracked,
    other: Server,
    configure: Any,
    noise: list[str],
) -> None:  # S11 S22 S50
    configure(CORS_VALID_DOMAINS=[other.url])
    foreign.goto(other.url)
    assert only_end(foreign) == ("onload", False)
    (hit,) = site.hits()
    assert (hit.title, hit.url) == ("Elsewhere", other.url + "/")

    kept = stored(foreign)
    assert kept["mtc_id"] == str(hit.contact_id)
    assert len(kept["mautic_device_id"]) == 23
    assert set(kept) == {"mtc_id", "mautic_device_id"}
    cookies = own_cookies(context, other.url)
    assert {name: cookie["value"] for name, cookie in cookies.items()} == kept
    # On http too, for the whole website; the contact only as long as the browser is open.
    assert {(c["path"], c["secure"], c["sameSite"]) for c in cookies.values()} == {
        ("/", False, "Lax")
    }
    assert cookies["mtc_id"]["expires"] == -1
    assert cookies["mautic_device_id"]["expires"] > time.time() + YEAR
    assert noise == []


def test_a_visitor_returns_without_third_party_cookies(
    foreign: Page, context: BrowserContext, site: Tracked, other: Server, configure: Any
) -> None:  # S9 S12
    configure(CORS_VALID_DOMAINS=[other.url])
    foreign.goto(other.url)
    assert settled(foreign, lambda: len(site.hits()), 1) == 1
    context.clear_cookies()
    foreign.goto("about:blank")
    foreign.goto(other.url)
    assert settled(foreign, lambda: len(site.hits()), 2) == 2
    assert len({hit.contact_id for hit in site.hits()}) == 1


def test_a_forged_contact_id_changes_nobody(
    foreign: Page, browser: Any, site: Tracked, other: Server, configure: Any
) -> None:  # S22
    configure(CORS_VALID_DOMAINS=[other.url])
    foreign.goto(other.url)
    assert settled(foreign, lambda: len(site.hits()), 1) == 1
    (victim,) = site.hits()
    stranger = browser.new_context(user_agent=foreign.evaluate("navigator.userAgent"))
    try:
        tab = stranger.new_page()
        tab.add_init_script(
            f"if (location.origin == '{other.url}') {{ localStorage.mtc_id = {victim.contact_id};"
            f" document.cookie = 'mtc_id={victim.contact_id};path=/' }}"
        )
        tab.goto(other.url)
        assert settled(tab, lambda: len(site.hits()), 2) == 2
        forged = site.hits()[1]
        assert forged.contact_id != victim.contact_id
        assert stored(tab)["mtc_id"] == str(forged.contact_id)
    finally:
        stranger.close()


def test_a_website_that_is_not_listed_leaves_no_row_and_learns_nothing(
    foreign: Page, context: BrowserContext, site: Tracked, other: Server
) -> None:  # S11 S20
    foreign.goto(other.url)
    # The image was answered, which is all that anybody can see of it.
    assert only_end(foreign) == ("onload", True)
    assert site.hits() == []
    assert set(site.reasons()) == {"origin_not_listed"}
    assert "mtc_id" not in stored(foreign)
    assert "mtc_id" not in own_cookies(context, other.url)


def test_scheme_and_port_belong_to_an_origin(
    foreign: Page, site: Tracked, other: Server, configure: Any
) -> None:  # S11 S24 S25
    configure(CORS_VALID_DOMAINS=[other.url.replace("http:", "https:"), "http://127.0.0.1:1"])
    foreign.goto(other.url)
    only_end(foreign)
    assert site.hits() == []


def test_where_an_ad_blocker_stops_the_script_s_way_the_image_brings_the_ids(
    foreign: Page, site: Tracked, other: Server, configure: Any
) -> None:  # S19 S20 S22
    configure(CORS_VALID_DOMAINS=[other.url])
    foreign.route("**/mtc/event", lambda route: route.abort("blockedbyclient"))
    foreign.goto(other.url)
    assert only_end(foreign) == ("onload", True)
    (hit,) = site.hits()
    assert stored(foreign)["mtc_id"] == str(hit.contact_id)


def test_a_server_without_its_database_gets_the_visit_later(
    foreign: Page, site: Tracked, other: Server, configure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # S20
    from django.db import OperationalError

    from wagtail_contacttrack.tracking import views

    def away(*args: Any) -> Any:
        raise OperationalError("away")

    configure(CORS_VALID_DOMAINS=[other.url])
    with monkeypatch.context() as broken:
        broken.setattr(views, "site_of", away)
        foreign.route("**/mtc.js", lambda route: route.fulfill(body=script(), content_type=JS))
        foreign.goto(other.url)
        assert only_end(foreign)[0] == "onerror"
    assert site.hits() == []
    foreign.evaluate("dispatchEvent(new Event('online'))")
    assert settled(foreign, lambda: len(site.hits()), 1) == 1


JS = "application/javascript"


def script() -> str:
    """The script as the site serves it."""
    from wagtail_contacttrack.tracking.script import build

    return build({"hash": False, "privacy": True})[0].decode()
