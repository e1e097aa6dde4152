"""`onload` and `onerror`: exactly one of the two, exactly once, within 1.5 s, on every way."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import Tracked, document, served, settled, snippet, until
from .serving import Server, Tracker

DUE = 1500  # ms

# A call with both callbacks, and when each of them came.
CALL = """
    window.ends = [];
    var asked = performance.now();
    function note(name) {
      return function (detail) {
        ends.push([name, performance.now() - asked, !!(detail && detail.image)]);
      };
    }
    mt('send', 'pageview', %s, {onload: note('onload'), onerror: note('onerror')});
"""


def only_end(tab: Page) -> tuple[str, bool]:
    """Which of the two came, and whether by image; fails when it is late or not alone."""
    tab.wait_for_timeout(2600)
    ends = tab.evaluate("ends")
    assert len(ends) == 1, ends
    name, after, image = ends[0]
    assert after < DUE, ends
    return name, image


def ask(tab: Page, params: str = "{page_url: location.origin + '/asked'}") -> tuple[str, bool]:
    """Make the call on a page that has settled."""
    tab.evaluate(CALL % params)
    return only_end(tab)


@pytest.fixture
def page(tab: Page, stub: Tracker, other: Server) -> Page:
    """A page on another origin that has loaded the script and sent nothing."""
    other.pages["/"] = served(document(head=snippet(f"{stub.url}/mtc.js", commands="")))
    tab.goto(other.url)
    tab.wait_for_function("window.MauticJS && MauticJS.run && mt.q.push != [].push")
    return tab


def test_onload_when_the_hit_is_stored(tab: Page, site: Tracked) -> None:  # S19 S20
    tab.goto(site.page("/page", document(head=snippet(site.script, commands=CALL % "{}"))))
    assert only_end(tab) == ("onload", False)
    assert len(site.hits()) == 1


@pytest.mark.parametrize(
    ("event", "pixel", "expected", "requests"),
    [
        ("ok", "ok", ("onload", False), ["/mtc/event"]),
        ("drop", "ok", ("onload", True), ["/mtc/event", "/mtracking.gif", "/mtc"]),
        ("drop", "drop", ("onerror", False), ["/mtc/event", "/mtracking.gif"]),
        ("drop", "hang", ("onerror", False), ["/mtc/event", "/mtracking.gif"]),
        ("hang", "hang", ("onerror", False), ["/mtc/event"]),
        (405, "ok", ("onload", True), ["/mtc/event", "/mtracking.gif", "/mtc"]),
        (404, 404, ("onerror", False), ["/mtc/event", "/mtracking.gif"]),
        (500, "ok", ("onerror", False), ["/mtc/event"]),
        (503, "ok", ("onerror", False), ["/mtc/event"]),
        (429, "ok", ("onerror", False), ["/mtc/event"]),
    ],
)
def test_exactly_one_callback_whatever_the_server_does(
    page: Page,
    stub: Tracker,
    event: str | int,
    pixel: str | int,
    expected: tuple[str, bool],
    requests: list[str],
) -> None:  # S19 S20 S21
    stub.event, stub.pixel = event, pixel
    assert ask(page) == expected
    paths = [item.path for item in stub.views]
    # A browser may repeat a request on a connection that was closed under it.
    assert list(dict.fromkeys(paths)) == requests
    hits = [item for item in stub.views if item.path != "/mtc"]
    assert len({item.values["mtc_event_id"] for item in hits}) == 1


def test_a_late_answer_calls_nobody_twice(page: Page, stub: Tracker) -> None:  # S20 S21
    stub.event = "hang"
    page.evaluate(CALL % "{}")
    page.wait_for_timeout(1600)
    stub.released.set()
    assert only_end(page)[0] == "onerror"


@pytest.mark.parametrize(
    ("blocked", "expected", "stored"),
    [
        (["**/mtc/event"], ("onload", True), 1),
        (["**/mtc/event", "**/mtracking.gif*"], ("onerror", False), 0),
    ],
)
def test_a_blocked_endpoint(
    tab: Page, site: Tracked, blocked: list[str], expected: tuple[str, bool], stored: int
) -> None:  # S19 S20 S21
    for pattern in blocked:
        tab.route(pattern, lambda route: route.abort("blockedbyclient"))
    tab.goto(site.page("/page", document(head=snippet(site.script, commands=CALL % "{}"))))
    assert only_end(tab) == expected
    assert len(site.hits()) == stored


def test_offline(tab: Page, context: BrowserContext, site: Tracked) -> None:  # S19 S20 S21
    tab.goto(site.page("/page", document(head=snippet(site.script, commands=""))))
    tab.wait_for_function("mt.q.push != [].push")
    context.set_offline(True)
    assert ask(tab)[0] == "onerror"
    assert site.hits() == []


def test_a_page_without_the_script_is_left_alone(tab: Page, site: Tracked) -> None:  # S13
    tab.route("**/mtc.js", lambda route: route.abort("blockedbyclient"))
    tab.goto(site.page("/page", document(head=snippet(site.script))))
    assert tab.evaluate("mt.q.length") == 1


@pytest.mark.parametrize("callback", ["onload", "onerror"])
def test_a_redirect_in_a_callback_loses_no_hit(
    tab: Page, site: Tracked, callback: str
) -> None:  # S19 S20 S21
    site.page("/thanks", document(head=site.tag, title="Thanks"))
    commands = (
        f"mt('send', 'pageview', {{}}, {{{callback}: function () {{ location = '/thanks' }}}});"
    )
    down = {"now": callback == "onerror"}

    def fail(route: Any) -> None:
        request = route.request
        sent = str(request.post_data or "")
        if down["now"] and ("page_url=http" in sent or "mtracking" in request.url):
            route.abort("connectionfailed")
        else:
            route.continue_()

    if callback == "onerror":
        tab.route("**/mtc/event", fail)
        tab.route("**/mtracking.gif*", fail)
        tab.on("framenavigated", lambda frame: down.update(now="/thanks" not in frame.url))
    tab.goto(site.page("/page", document(head=snippet(site.script, commands=commands))))
    tab.wait_for_url("**/thanks")
    assert settled(tab, lambda: len(site.hits()), 2) == 2
    assert {hit.url.removeprefix(site.url) for hit in site.hits()} == {"/page", "/thanks"}


def test_the_hit_is_on_its_way_when_the_page_redirects_at_once(
    tab: Page, site: Tracked
) -> None:  # S21
    site.page("/thanks", document(title="Thanks"))
    tab.goto(site.page("/page", document(head=snippet(site.script, commands=""))))
    tab.wait_for_function("mt.q.push != [].push")
    tab.evaluate("mt('send', 'pageview'); location = '/thanks'")
    tab.wait_for_url("**/thanks")
    assert settled(tab, lambda: len(site.hits()), 1) == 1


def test_every_joined_call_hears_of_the_end(page: Page, stub: Tracker) -> None:  # S20
    page.evaluate("""
      window.ends = [];
      for (var i = 0; i < 3; i++)
        mt('send', 'pageview', {}, {onload: function () { ends.push('onload') }});
    """)
    assert until(page, lambda: page.evaluate("ends.length") == 3)
    page.evaluate("mt('send', 'pageview', {}, {onload: function () { ends.push('again') }})")
    page.wait_for_timeout(300)
    assert page.evaluate("ends") == ["onload", "onload", "onload", "again"]
    assert len(stub.views) == 1


def test_an_error_in_a_callback_stops_nothing_else(page: Page, stub: Tracker) -> None:  # S20
    page.evaluate("""
      window.ends = [];
      MauticJS.beforeFirstEventDelivery(function () { throw Error('before') });
      MauticJS.onFirstEventDelivery(function () { throw Error('after') });
      mt('send', 'pageview', {}, {onload: function () { throw Error('page') }});
      mt('send', 'pageview', {}, {onload: function () { ends.push('onload') }});
    """)
    assert until(page, lambda: page.evaluate("ends.length") == 1)
    assert len(stub.views) == 1


def test_the_callback_may_start_the_next_page_view(page: Page, stub: Tracker) -> None:  # S20
    page.evaluate("""
      mt('send', 'pageview', {page_url: 'one'}, {onload: function () {
        mt('send', 'pageview', {page_url: 'two'}, {onload: function () { window.done = 1 }});
      }});
    """)
    page.wait_for_function("window.done")
    assert [view.values["page_url"] for view in stub.views] == ["one", "two"]


def test_no_request_needs_a_preflight(page: Page, stub: Tracker) -> None:  # S13
    stub.event = "ok"
    assert ask(page)[0] == "onload"
    (view,) = stub.views
    assert view.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert "x-requested-with" not in view.headers
