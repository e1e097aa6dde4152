"""The members of `MauticJS` that plugins and themes use, each by what it does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from .conftest import document, served, settled, snippet, until
from .serving import DEVICE, Server, Tracker

FUNCTIONS = [
    "serialize",
    "documentReady",
    "iterateCollection",
    "log",
    "setCookie",
    "createCORSRequest",
    "makeCORSRequest",
    "parseTextToJSON",
    "insertScript",
    "insertStyle",
    "guid",
    "dispatchEvent",
    "appendTrackedContact",
    "getTrackedContact",
    "setTrackedContact",
    "onFirstEventDelivery",
    "beforeFirstEventDelivery",
    "checkForTrackingPixel",
    "isPixelLoaded",
    "getInput",
    "ensureEventContext",
    "getOs",
    "deliverPageEvent",
    "buildTrackingImage",
    "sendPageview",
    "setTrackedEvents",
]
PROPERTIES = [
    "pageTrackingUrl",
    "pageTrackingCORSUrl",
    "contactIdUrl",
    "pageViewCounter",
    "mtcSet",
    "mtcEventSet",
    "firstDeliveryMade",
    "beforeFirstDeliveryMade",
    "postEventDeliveryQueue",
    "preEventDeliveryQueue",
    "CORSRequestsAllowed",
    "input",
    "inputQueue",
]


@pytest.fixture
def page(tab: Page, stub: Tracker, other: Server, noise: list[str]) -> Page:
    """A page on another origin that has loaded the script and sent nothing."""
    other.pages["/"] = served(document(head=snippet(f"{stub.url}/mtc.js", commands="")))
    tab.goto(other.url)
    tab.wait_for_function("window.MauticJS && MauticJS.run && mt.q.push != [].push")
    return tab


def test_all_of_them_are_there(page: Page, stub: Tracker) -> None:  # S13
    kinds = page.evaluate(
        "Object.fromEntries(Object.keys(MauticJS).map(k => [k, typeof MauticJS[k]]))"
    )
    assert {name for name in FUNCTIONS if kinds.get(name) != "function"} == set()
    assert set(PROPERTIES) - set(kinds) == set()
    assert page.evaluate("MauticJS.pageTrackingUrl") == f"{stub.url}/mtracking.gif"
    assert page.evaluate("MauticJS.pageTrackingCORSUrl") == f"{stub.url}/mtc/event"
    assert page.evaluate("MauticJS.contactIdUrl") == f"{stub.url}/mtc"
    assert page.evaluate("MauticDomain") == stub.url
    assert page.evaluate("typeof MauticLang.submittingMessage") == "string"
    assert page.evaluate("MauticJS.input === mt && MauticJS.inputQueue === mt.q")


def test_a_page_may_have_defined_the_globals_itself(
    tab: Page, stub: Tracker, other: Server
) -> None:  # S13
    own = "<script>MauticLang = {submittingMessage: 'Ours'}; MauticDomain = 'ours'</script>"
    other.pages["/"] = served(document(head=own + snippet(f"{stub.url}/mtc.js")))
    tab.goto(other.url)
    assert until(tab, lambda: stub.views)
    assert tab.evaluate("[MauticLang.submittingMessage, MauticDomain]") == ["Ours", "ours"]


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (
            "MauticJS.serialize({a: 'x & y', b: [1, 2], c: null, d: {e: 1}})",
            "a=x+%26+y&b=1%2C2&d=%7B%22e%22%3A1%7D",
        ),
        ("MauticJS.parseTextToJSON('{\"a\": [1]}')", {"a": [1]}),
        ("MauticJS.parseTextToJSON('not JSON')", "not JSON"),
        ("MauticJS.getOs()", "Linux"),
        ("MauticJS.ensureEventContext({detail: ['send', 'x']}, 'send', 'x')", True),
        ("MauticJS.ensureEventContext({detail: ['send', 'x']}, 'send', 'y')", False),
        ("MauticJS.ensureEventContext({}, 'send', 'x')", False),
        (
            "(s => { MauticJS.iterateCollection(document.querySelectorAll('h1, title'))"
            "((node, n) => s.push([node.tagName, n])); return s })([])",
            [["TITLE", 0], ["H1", 1]],
        ),
        ("new Promise(done => MauticJS.documentReady(() => done('ready')))", "ready"),
        ("(MauticJS.setCookie('choice', 'yes'), document.cookie)", "choice=yes"),
        ("(MauticJS.setCookie('a', 1, 60), MauticJS.setCookie('a', '', -1), document.cookie)", ""),
        (
            "new Promise(done => { document.addEventListener('hello', e => done(e.detail.n));"
            " MauticJS.dispatchEvent('hello', {n: 5}) })",
            5,
        ),
        (
            "(r => [r instanceof XMLHttpRequest, r.readyState, !!r.withCredentials])"
            "(MauticJS.createCORSRequest('GET', '/x'))",
            [True, 1, True],
        ),
        ("MauticJS.isPixelLoaded()", False),
    ],
)
def test_the_small_helpers(page: Page, call: str, value: Any) -> None:  # S13
    found = page.evaluate(call)
    assert found == value


def test_guids_are_different_and_look_like_guids(page: Page) -> None:  # S13
    found = page.evaluate("[MauticJS.guid(), MauticJS.guid()]")
    assert len(set(found)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", guid) for guid in found)


def test_log_writes_to_the_console(page: Page, noise: list[str]) -> None:  # S13
    page.evaluate("MauticJS.log('hello')")
    assert noise == ["hello"]


def test_scripts_and_styles_are_inserted(page: Page, other: Server) -> None:  # S13
    other.pages["/more.js"] = served("window.more = 1")
    other.pages["/more.css"] = served("")
    page.evaluate("MauticJS.insertScript('/more.js'); MauticJS.insertStyle('/more.css')")
    page.wait_for_function("window.more")
    assert page.locator("link[rel=stylesheet][href='/more.css']").count() == 1


def test_requests_carry_cookies_and_the_device(page: Page, stub: Tracker) -> None:  # S13
    ask = """([method, url, data]) => new Promise(done => MauticJS.makeCORSRequest(
        method, url, data,
        (answer, request) => done(['success', answer.id, request.status]),
        (answer, request) => done(['error', answer.id, request.status])))"""
    url = f"{stub.url}/mtc"
    assert page.evaluate(ask, ["GET", url + "?x=1", {"y": 2}]) == ["success", 7, 200]
    assert page.evaluate(ask, ["POST", url, {"tags": ["a", "b"]}]) == ["success", 7, 200]
    stub.event = 500
    assert page.evaluate(ask, ["GET", url, None]) == ["error", 7, 500]
    first, second, third = stub.received
    device = page.evaluate("localStorage.mautic_device_id")
    assert first.values == {"x": "1", "y": "2", "mautic_device_id": device}
    assert second.values == {"tags": "a,b", "mautic_device_id": device}
    assert second.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert third.values == {"mautic_device_id": device}


def test_the_contact_is_asked_for_and_kept(page: Page, stub: Tracker) -> None:  # S13 S22
    page.evaluate("MauticJS.getTrackedContact()")
    page.wait_for_function("MauticJS.mtcSet")
    assert page.evaluate("[localStorage.mtc_id, localStorage.mautic_device_id]") == ["7", DEVICE]
    assert page.evaluate("MauticJS.appendTrackedContact({a: 1})") == {
        "a": 1,
        "mautic_device_id": DEVICE,
    }
    page.evaluate("MauticJS.getTrackedContact()")
    page.wait_for_timeout(200)
    assert len(stub.received) == 1, "it is known already"
    page.evaluate("MauticJS.setTrackedContact({id: 8, device_id: 'b'.repeat(23)})")
    assert page.evaluate("document.cookie.split('; ').sort()") == [
        "mautic_device_id=" + "b" * 23,
        "mtc_id=8",
    ]


def test_page_views_are_sent_by_either_function(page: Page, stub: Tracker) -> None:  # S13
    page.evaluate("MauticJS.sendPageview()")
    page.evaluate("""MauticJS.deliverPageEvent(
        ['send', 'pageview', {}, {onload: () => window.delivered = true}],
        {page_url: 'screen', color: 'red'})""")
    page.wait_for_function("window.delivered")
    assert settled(page, lambda: len(stub.views), 2) == 2
    # Both are on their way at once, and either may arrive first.
    own, given = sorted(stub.views, key=lambda view: "color" in view.values)
    assert own.values["page_title"] == "A page"
    assert given.values["page_url"] == "screen"
    assert given.values["color"] == "red"
    assert page.evaluate("[MauticJS.pageViewCounter, !!MauticJS.firstDeliveryMade]") == [2, True]


def test_callbacks_around_the_first_delivery_run_once(page: Page, stub: Tracker) -> None:  # S13
    page.evaluate("""
      window.seen = [];
      MauticJS.beforeFirstEventDelivery(params => { seen.push('before'); params.color = 'red' });
      MauticJS.onFirstEventDelivery(() => seen.push('after'));
      mt('send', 'pageview');
    """)
    assert until(page, lambda: page.evaluate("seen.length") == 2)
    page.evaluate("mt('send', 'pageview', {page_url: 'second'})")
    assert settled(page, lambda: len(stub.views), 2) == 2
    page.evaluate("MauticJS.onFirstEventDelivery(() => seen.push('late'))")
    assert page.evaluate("seen") == ["before", "after", "late"]
    assert stub.views[0].values["color"] == "red"
    assert "color" not in stub.views[1].values


def test_pixels_are_built_and_found(page: Page, stub: Tracker) -> None:  # S13
    page.evaluate("MauticJS.buildTrackingImage(null, {page_url: 'pixel', n: 1})")
    assert until(page, lambda: stub.views)
    assert stub.views[0].path == "/mtracking.gif"
    assert stub.views[0].values == {"page_url": "pixel", "n": "1"}
    assert until(page, lambda: page.evaluate("MauticJS.isPixelLoaded()"))
    assert page.evaluate("MauticJS.isPixelLoaded(true)") is False
    page.evaluate(
        "document.body.append(Object.assign(new Image(), {src: MauticJS.pageTrackingUrl}))"
    )
    assert until(page, lambda: page.evaluate("MauticJS.isPixelLoaded(true)"))
    page.evaluate("MauticJS.checkForTrackingPixel()")
    page.wait_for_function("MauticJS.mtcSet")
    assert page.evaluate("localStorage.mtc_id") == "7"


def test_the_queue_can_be_looked_through(tab: Page, stub: Tracker, other: Server) -> None:  # S13
    commands = "mt('send', 'pageview'); mt('send', 'pageview', {a: 1}); mt('get', 'contact');"
    other.pages["/"] = served(document(head=snippet(f"{stub.url}/mtc.js", commands=commands)))
    tab.goto(other.url)
    assert until(tab, lambda: stub.views)
    assert tab.evaluate("MauticJS.getInput('send', 'pageview').length") == 2
    assert tab.evaluate("MauticJS.getInput('get', 'contact').length") == 1
    assert tab.evaluate("MauticJS.getInput('send', 'event').length") == 0
