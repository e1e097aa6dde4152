"""Opting out and in, Global Privacy Control and Do Not Track."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import Tracked, document, served, settled, snippet, until
from .serving import Server

SIGNALS = {
    "gpc": ("globalPrivacyControl", "true", "Sec-GPC"),
    "dnt": ("doNotTrack", "'1'", "DNT"),
}


def kept(tab: Page) -> list[str]:
    """The names of everything that the page can find in this browser."""
    names: list[str] = tab.evaluate(
        "[...Object.keys(localStorage), ...Object.keys(sessionStorage),"
        " ...document.cookie.split('; ').filter(Boolean).map(c => c.split('=')[0])].sort()"
    )
    return names


def total(site: Tracked) -> int:
    return sum(site.reasons().values())


def test_opting_out_removes_everything_and_sends_nothing_until_opting_in(
    tab: Page, site: Tracked, other: Server, configure: Any
) -> None:
    configure(CORS_VALID_DOMAINS=[other.url])
    other.pages["/"] = other.pages["/next"] = served(document(head=snippet(site.script)))
    tab.goto(other.url)
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    first = site.hits()[0].contact_id
    assert until(tab, lambda: "mtc_id" in kept(tab))

    tab.evaluate("MauticJS.optOut()")
    assert kept(tab) == ["mtc_optout"]
    sent = total(site)
    tab.evaluate("""
      window.ends = [];
      mt('send', 'pageview', {page_url: 'asked'}, {
        onload: function () { ends.push('onload') },
        onerror: function () { ends.push('onerror') }
      });
      history.pushState({}, '', '/next');
    """)
    tab.wait_for_timeout(1600)
    assert tab.evaluate("ends") == ["onerror"]
    tab.goto(other.url + "/next")  # leaves a page that was looked at
    tab.wait_for_timeout(800)
    assert total(site) == sent
    assert kept(tab) == ["mtc_optout"]

    tab.evaluate("MauticJS.optIn()")
    assert settled(tab, lambda: len(site.hits()), 2) == 2
    again = site.hits()[1]
    assert again.url == other.url + "/next"
    assert again.contact_id != first, "who has opted out is nobody's past"


def test_opting_out_on_the_tracker_s_own_site_removes_the_server_s_cookies(
    tab: Page, context: BrowserContext, site: Tracked
) -> None:
    tab.goto(site.page("/page", document(head=site.tag)))
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert until(tab, lambda: {"mtc_id", "mautic_device_id", "mtc_sid"} <= set(kept(tab)))
    tab.evaluate("MauticJS.optOut()")
    assert kept(tab) == ["mtc_optout"]


@pytest.mark.parametrize("signal", SIGNALS)
def test_who_objects_leaves_nothing_anywhere(
    tab: Page, context: BrowserContext, site: Tracked, signal: str
) -> None:
    """One request without any id says that there was somebody who objects."""
    name, value, header = SIGNALS[signal]
    tab.add_init_script(f"Object.defineProperty(navigator, '{name}', {{value: {value}}})")
    context.set_extra_http_headers({header: "1"})
    bodies: list[str] = []
    tab.on("request", lambda request: bodies.append(str(request.post_data or request.url)))
    tab.goto(site.page("/page", document(head=site.tag)))
    assert until(tab, lambda: site.reasons())
    tab.wait_for_timeout(400)
    tab.goto(site.page("/empty", document()))
    tab.wait_for_timeout(300)
    assert site.hits() == []
    assert site.reasons() == {signal: 1}
    assert kept(tab) == []
    assert context.cookies() == []
    assert not any("mautic_device_id" in body or "mtc_leave" in body for body in bodies)


@pytest.mark.parametrize("signal", SIGNALS)
def test_one_switch_counts_them_like_everybody(
    tab: Page, context: BrowserContext, site: Tracked, configure: Any, signal: str
) -> None:
    configure(RESPECT_PRIVACY_SIGNALS=False)
    name, value, header = SIGNALS[signal]
    tab.add_init_script(f"Object.defineProperty(navigator, '{name}', {{value: {value}}})")
    context.set_extra_http_headers({header: "1"})
    tab.goto(site.page("/page", document(head=site.tag)))
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert until(tab, lambda: "mtc_id" in kept(tab))


def test_an_objection_forgets_what_was_stored_before(tab: Page, site: Tracked) -> None:
    tab.goto(site.page("/page", document(head=site.tag)))
    assert until(tab, lambda: "mtc_id" in kept(tab))
    tab.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    tab.goto(site.page("/again", document(head=site.tag)))
    # The answer to the end of the first page arrives on the second: it must bring nothing back.
    assert until(tab, lambda: {"page_left", "dnt"} <= set(site.reasons()))
    tab.wait_for_timeout(300)
    assert kept(tab) == []


@pytest.mark.parametrize("why", ["getter throws", "is null", "quota is used up"])
def test_where_storage_is_refused_the_page_stays_one_visitor(
    tab: Page, site: Tracked, other: Server, configure: Any, noise: list[str], why: str
) -> None:  # S12
    configure(CORS_VALID_DOMAINS=[other.url])
    refuse = {
        "getter throws": "Object.defineProperty(window, 'localStorage',"
        " {get: function () { throw new Error('no') }})",
        "is null": "Object.defineProperty(window, 'localStorage', {value: null})",
        "quota is used up": "Object.defineProperty(window, 'localStorage', {value: new Proxy({},"
        " {set: function () { throw new Error('full') }})})",
    }[why]
    # No cookies of its own either, as in a sandboxed frame.
    tab.add_init_script(
        refuse + ";Object.defineProperty(document, 'cookie',"
        " {get: function () { return '' }, set: function () {}})"
    )
    other.pages["/"] = served(document(head=snippet(site.script)))
    tab.goto(other.url)
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    tab.evaluate("mt('send', 'pageview', {page_url: 'second'})")
    assert settled(tab, lambda: len(site.hits()), 2) == 2
    assert len({hit.contact_id for hit in site.hits()}) == 1
    tab.evaluate("MauticJS.optOut(); mt('send', 'pageview', {page_url: 'third'})")
    assert settled(tab, lambda: len(site.hits()), 2) == 2
    assert noise == []
