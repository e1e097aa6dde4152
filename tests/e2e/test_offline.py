"""The offline queue: what could not be sent is sent later, once, unless consent is withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import Tracked, document, served, settled, snippet, until
from .serving import Server, Tracker

ONLINE = "dispatchEvent(new Event('online'))"
READY = "window.MauticJS && MauticJS.run && mt.q.push != [].push"


@pytest.fixture
def page(tab: Page, stub: Tracker, other: Server) -> Page:
    """A page on another origin that has sent nothing, while the tracker is down."""
    stub.event = stub.pixel = "drop"
    other.pages["/"] = served(document(head=snippet(f"{stub.url}/mtc.js", commands="")))
    tab.goto(other.url)
    tab.wait_for_function(READY)
    return tab


def queue(page: Page) -> list[list[Any]]:
    found: list[list[Any]] = page.evaluate("JSON.parse(localStorage.mtc_queue || '[]')")
    return found


def fail(page: Page, url: str) -> None:
    """Ask for a page view and wait for its failure."""
    page.evaluate(
        "url => { delete window.failed;"
        " mt('send', 'pageview', {page_url: url}, {onerror: () => window.failed = true}) }",
        url,
    )
    page.wait_for_function("window.failed")


def recover(page: Page, stub: Tracker) -> None:
    """The tracker is there again, and has heard of nothing."""
    page.wait_for_timeout(200)
    stub.event = stub.pixel = "ok"
    stub.received.clear()


@pytest.mark.parametrize("occasion", ["online", "next page view"])
def test_what_could_not_be_sent_survives_a_reload_and_is_sent_once(
    page: Page, stub: Tracker, occasion: str
) -> None:
    fail(page, "missed")
    event = stub.views[0].values["mtc_event_id"]
    page.reload()
    page.wait_for_function(READY)
    assert [entry[0] for entry in queue(page)] == [event]
    recover(page, stub)
    page.evaluate(ONLINE if occasion == "online" else "mt('send', 'pageview')")
    expected = 1 if occasion == "online" else 2
    assert settled(page, lambda: len(stub.views), expected) == expected
    late = stub.views[-1].values
    assert (late["page_url"], late["mtc_event_id"]) == ("missed", event)
    assert int(late["mtc_age"]) > 100
    assert queue(page) == []
    page.evaluate(ONLINE)
    assert settled(page, lambda: len(stub.views), expected, 300) == expected


def test_a_browser_that_was_offline_sends_when_it_is_online_again(
    tab: Page, context: BrowserContext, site: Tracked
) -> None:
    tab.goto(site.page("/page", document(head=snippet(site.script, commands=""))))
    tab.wait_for_function(READY)
    context.set_offline(True)
    for url in ("one", "two", "three"):
        fail(tab, url)
    assert len(queue(tab)) == 3
    context.set_offline(False)
    assert settled(tab, lambda: len(site.hits()), 3) == 3
    assert [hit.url for hit in site.hits()] == ["one", "two", "three"]
    assert site.reasons() == {"recorded": 3}
    assert queue(tab) == []


def test_a_visit_whose_answer_was_lost_is_stored_once(tab: Page, site: Tracked) -> None:
    def lose(route: Any) -> None:
        route.fetch()
        route.abort("connectionreset")

    tab.route("**/mtc/event", lose)
    tab.route("**/mtracking.gif*", lambda route: route.abort())
    tab.goto(site.page("/page", document(head=snippet(site.script, commands=""))))
    tab.wait_for_function(READY)
    fail(tab, "lost")
    assert len(site.hits()) == len(queue(tab)) == 1
    tab.unroute_all()
    tab.evaluate(ONLINE)
    assert until(tab, lambda: site.reasons() == {"recorded": 1, "duplicate": 1})
    assert len(site.hits()) == 1
    assert until(tab, lambda: queue(tab) == [])


def test_opting_out_discards_the_queue(page: Page, stub: Tracker) -> None:
    fail(page, "missed")
    assert len(queue(page)) == 1
    page.evaluate("MauticJS.optOut()")
    assert page.evaluate("'mtc_queue' in localStorage") is False
    recover(page, stub)
    page.evaluate(ONLINE)
    page.evaluate("MauticJS.optIn()")
    page.evaluate(ONLINE)
    page.wait_for_timeout(400)
    assert stub.received == []


def test_what_fails_after_opting_out_is_not_kept(page: Page, stub: Tracker) -> None:
    stub.event = "hang"
    page.evaluate("mt('send', 'pageview')")
    assert until(page, lambda: stub.received)
    page.evaluate("MauticJS.optOut()")
    stub.released.set()
    page.wait_for_timeout(1500)
    assert page.evaluate("Object.keys(localStorage)") == ["mtc_optout"]


def test_an_objection_discards_the_queue(page: Page, stub: Tracker) -> None:
    fail(page, "missed")
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page.reload()
    page.wait_for_function(READY)
    assert page.evaluate("Object.keys(localStorage)") == []
    recover(page, stub)
    page.evaluate(ONLINE)
    page.wait_for_timeout(400)
    assert stub.received == []


def test_the_queue_keeps_the_latest_twenty(page: Page, stub: Tracker) -> None:
    page.evaluate("""Promise.all([...Array(25).keys()].map(n => new Promise(done =>
        mt('send', 'pageview', {page_url: 'screen ' + n}, {onerror: done}))))""")
    assert until(page, lambda: len(queue(page)) == 20)
    page.wait_for_timeout(500)
    found = {entry[1].partition("page_url=screen+")[2].partition("&")[0] for entry in queue(page)}
    assert len(found) == len(queue(page)) == 20


def test_after_a_week_it_is_too_late(page: Page, stub: Tracker) -> None:
    fail(page, "old")
    fail(page, "recent")
    page.evaluate("""
      var entries = JSON.parse(localStorage.mtc_queue);
      entries[0][2] -= 7 * 864e5 + 1000;
      entries[1][2] -= 6 * 864e5;
      localStorage.mtc_queue = JSON.stringify(entries);
    """)
    recover(page, stub)
    page.evaluate(ONLINE)
    assert settled(page, lambda: len(stub.views), 1) == 1
    assert stub.views[0].values["page_url"] == "recent"


def test_one_that_is_refused_for_ever_does_not_block_the_others(page: Page, stub: Tracker) -> None:
    fail(page, "first")
    fail(page, "second")
    first = queue(page)[0][0]
    page.evaluate(ONLINE)
    assert until(page, lambda: queue(page)[-1][0] == first)
