"""The loader, its commands, and what a page view says by itself."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from .conftest import Tracked, document, served, settled, snippet, until
from .serving import Tracker


def visit(tab: Page, site: Tracked, html: str, expected: int = 1) -> list[Any]:
    """Open a page of the site and return the page views that are stored then."""
    tab.goto(site.page("/page", html))
    settled(tab, lambda: len(site.hits()), expected)
    return site.hits()


def sent(tab: Page, stub: Tracker, commands: str, head: str = "") -> dict[str, str]:
    """What reaches the tracker for some commands of a page."""
    stub.pages["/"] = served(document(head=head + snippet(f"{stub.url}/mtc.js", "mt", commands)))
    tab.goto(stub.url)
    assert until(tab, lambda: stub.views)
    tab.wait_for_timeout(200)
    assert len(stub.views) == 1
    return stub.views[0].values


@pytest.mark.parametrize("place", ["head", "body", "defer"])
def test_one_visit_is_one_hit_wherever_the_snippet_stands(
    tab: Page, site: Tracked, noise: list[str], place: str
) -> None:  # S5 S7 S13
    code = snippet(site.script)
    if place == "defer":
        code = (
            "<script>MauticTrackingObject = 'mt';"
            "mt = function () { (mt.q = mt.q || []).push(arguments); };"
            f"mt('send', 'pageview');</script><script defer src={site.script}></script>"
        )
    html = document(body=code) if place == "body" else document(head=code)
    (hit,) = visit(tab, site, html)
    assert hit.title == "A page"
    assert noise == []


@pytest.mark.parametrize("place", ["head", "body"])
def test_the_injected_tag_needs_no_inline_script(
    tab: Page, site: Tracked, noise: list[str], place: str
) -> None:  # S7
    html = document(**{place: site.tag})
    policy = f"default-src 'none'; script-src {site.url}; connect-src {site.url}; img-src data:"
    tab.goto(site.page("/page", html, **{"Content-Security-Policy": policy}))
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    (hit,) = site.hits()
    assert hit.title == "A page"
    assert hit.data["locale"] == "de"
    assert hit.page.wagtail_page == 12
    assert noise == []


def test_the_global_may_have_any_name(tab: Page, site: Tracked) -> None:  # S13
    code = snippet(site.script, "ourTracker", "ourTracker('send', 'pageview', {color: 'red'});")
    (hit,) = visit(tab, site, document(head=code))
    assert hit.data["params"]["color"] == "red"


def test_commands_work_before_and_after_the_script_has_loaded(
    tab: Page, site: Tracked
) -> None:  # S13
    commands = "mt('send', 'pageview', {page_url: location.origin + '/before'});"
    visit(tab, site, document(head=snippet(site.script, "mt", commands)))
    tab.evaluate("mt('send', 'pageview', {page_url: location.origin + '/after'})")
    assert settled(tab, lambda: len(site.hits()), 2) == 2
    assert [hit.url.removeprefix(site.url) for hit in site.hits()] == ["/before", "/after"]


def test_several_queued_commands_are_sent_in_their_order(tab: Page, stub: Tracker) -> None:  # S13
    commands = "".join(f"mt('send', 'pageview', {{page_url: 'screen {n}'}});" for n in range(3))
    code = snippet(f"{stub.url}/mtc.js", "mt", commands)
    stub.pages["/"] = served(document(head=code))
    tab.goto(stub.url)
    assert settled(tab, lambda: len(stub.views), 3) == 3
    by_counter = sorted(stub.views, key=lambda view: int(view.values["counter"]))
    assert [view.values["page_url"] for view in by_counter] == ["screen 0", "screen 1", "screen 2"]


def test_unknown_commands_are_ignored(tab: Page, stub: Tracker, noise: list[str]) -> None:  # S13
    commands = "mt('send', 'event'); mt('get'); mt(); mt('send', 'pageview'); mt('x', 'pageview');"
    sent(tab, stub, commands)
    tab.evaluate("mt(); mt('send'); mt('consent', 'grant')")
    assert settled(tab, lambda: len(stub.views), 1, 300) == 1
    assert noise == []


def test_without_a_snippet_nothing_is_sent_but_mauticjs_is_there(
    tab: Page, stub: Tracker, noise: list[str]
) -> None:  # S13
    stub.pages["/"] = served(document(head=f"<script src={stub.url}/mtc.js></script>"))
    tab.goto(stub.url)
    tab.wait_for_timeout(600)
    assert stub.received == []
    assert tab.evaluate("typeof MauticJS.sendPageview") == "function"
    assert tab.evaluate("Object.keys(localStorage)") == []
    assert noise == []


def test_page_title_language_referrer_and_address_are_captured(
    tab: Page, site: Tracked
) -> None:  # S15 S16 S17 S18
    start = site.page("/start", document("<a href='/page?utm_source=mail#part'>on</a>"))
    site.page("/page", document(head=site.tag, title="Prices & more"))
    tab.goto(start + "?from=search&term=wagtail")
    tab.click("a")
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    (hit,) = site.hits()
    assert hit.title == "Prices & more"
    assert hit.url == f"{site.url}/page?utm_source=mail#part"
    assert hit.referrer == f"{site.url}/start?from=search&term=wagtail"
    assert hit.data["language"] == "de-AT"
    assert hit.data["locale"] == "de"
    assert hit.data["utm"] == {"utm_source": "mail"}


def test_the_automatic_parameters_have_their_usual_names(tab: Page, stub: Tracker) -> None:  # S15
    values = sent(tab, stub, "mt('send', 'pageview');")
    assert len(values.pop("mtc_event_id")) == 36
    assert len(values.pop("mautic_device_id")) == 23
    assert values.pop("resolution") == "1280x720"
    assert int(values.pop("timezone_offset")) in (-60, -120)
    assert values == {
        "page_title": "A page",
        "page_language": "de-AT",
        "preferred_locale": "de_AT",
        "page_referrer": "",
        "page_url": stub.url + "/",
        "counter": "0",
        "timezone": "Europe/Vienna",
        "platform": "Linux",
        "do_not_track": "false",
    }


def test_the_title_is_waited_for(tab: Page, stub: Tracker) -> None:  # S15
    code = snippet(f"{stub.url}/mtc.js")
    html = document(head="<script src=/slow.js></script>").replace("<title>", code + "<title>")
    stub.pages["/"] = served(html)
    stub.slow["/slow.js"] = 0.6
    tab.goto(stub.url)
    assert until(tab, lambda: stub.views)
    assert stub.views[0].values["page_title"] == "A page"


def test_custom_parameters_override_the_automatic_ones(tab: Page, stub: Tracker) -> None:  # S13
    values = sent(
        tab,
        stub,
        "mt('send', 'pageview', {page_title: 'Ours', page_url: 'cart', email: 'ada@example.com',"
        " page_referrer: '', timezone: null, platform: undefined});",
    )
    assert values["page_title"] == "Ours"
    assert values["page_url"] == "cart"
    assert values["email"] == "ada@example.com"
    assert values["page_referrer"] == ""
    assert values["timezone"] == "Europe/Vienna"
    assert values["platform"] == "Linux"


def test_values_of_any_type_are_sent_sensibly(
    tab: Page, stub: Tracker, noise: list[str]
) -> None:  # S13
    values = sent(
        tab,
        stub,
        "mt('send', 'pageview', {tags: ['a', '-b'], n: 0, yes: true, no: false, empty: '',"
        " when: new Date(0), nested: {a: {b: 1}}, call: function () {}, none: null,"
        " text: '\\ud800 ü & = + 🙂'});",
    )
    assert values["tags"] == "a,-b"
    assert (values["n"], values["yes"], values["no"], values["empty"]) == ("0", "true", "false", "")
    assert values["when"] == "1970-01-01T00:00:00.000Z"
    assert values["nested"] == '{"a":{"b":1}}'
    assert values["text"] == "\ufffd ü & = + 🙂"
    assert "call" not in values and "none" not in values
    assert noise == []


@pytest.mark.parametrize(
    "params", ["[]", "{}", "null", "undefined", "''", "0", "(a = {}, a.a = a)", "10n"]
)
def test_odd_parameters_do_no_harm(
    tab: Page, stub: Tracker, noise: list[str], params: str
) -> None:  # S13
    values = sent(tab, stub, f"var a; mt('send', 'pageview', {params}, undefined);")
    assert values["page_title"] == "A page"
    assert noise == []


def test_fields_and_callbacks_work_in_one_call(tab: Page, site: Tracked) -> None:  # S32
    commands = (
        "mt('send', 'pageview', {email: 'ada@example.com', color: 'red'},"
        " {onload: function (detail) { window.got = detail; }});"
    )
    (hit,) = visit(tab, site, document(head=snippet(site.script, "mt", commands)))
    assert hit.data["params"]["color"] == "red"
    assert tab.evaluate("got.params.email") == "ada@example.com"
    assert tab.evaluate("got.response.success") == 1


def test_the_documented_dom_events_are_fired(tab: Page, stub: Tracker) -> None:  # S13
    listener = """<script>
      var seen = [];
      document.addEventListener('mauticPageEventDelivered', function (e) {
        seen.push(['delivered', e.detail.event[1], e.detail.params.page_title,
                   e.detail.response.id]);
      });
      document.addEventListener('eventAddedToMauticQueue', function (e) {
        seen.push(['added', e.detail[1]]);
      });
      document.addEventListener('mauticTrackedEvents', function (e) { seen.push(e.detail); });
    </script>"""
    stub.json = stub.json.replace("[]", '{"google_analytics":[{"action":"buy"}]}')
    sent(tab, stub, "mt('send', 'pageview');", listener)
    tab.evaluate("mt('send', 'pageview', {page_url: 'second'})")
    assert until(tab, lambda: len(stub.views) == 2)
    tab.wait_for_timeout(200)
    events = {"google_analytics": [{"action": "buy"}]}
    assert tab.evaluate("seen") == [
        events,
        ["delivered", "pageview", "A page", 7],
        ["added", "pageview"],
        events,
        ["delivered", "pageview", "A page", 7],
    ]
