"""One hit for each real visit, whatever way a page comes and goes."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page

from .bare import BareBrowser
from .chromium import ARGUMENTS, CHROMIUM, USER_AGENT
from .conftest import Tracked, document, settled, snippet, until


def paths(site: Tracked) -> list[str]:
    return [hit.url.removeprefix(site.url) for hit in site.hits()]


def count(tab: Page, site: Tracked, expected: int, quiet: int = 700) -> list[str]:
    """The addresses that are stored once nothing more comes."""
    settled(tab, lambda: len(site.hits()), expected, quiet)
    return paths(site)


@pytest.fixture(params=["tag", "snippet"])
def app(request: pytest.FixtureRequest, tab: Page, site: Tracked) -> Page:
    """A single-page application that has sent its first page view."""
    code = site.tag if request.param == "tag" else snippet(site.script)
    tab.goto(site.page("/app", document(head=code, title="First")))
    assert count(tab, site, 1, 300) == ["/app"]
    return tab


def go(tab: Page, url: str, title: str = "Next", method: str = "pushState") -> None:
    tab.evaluate(f"history.{method}({{}}, '', '{url}'); document.title = '{title}'")


def test_a_full_load_and_a_reload_are_two_visits(tab: Page, site: Tracked) -> None:  # S1
    tab.goto(site.page("/page", document(head=site.tag)))
    assert count(tab, site, 1) == ["/page"]
    tab.reload()
    assert count(tab, site, 2) == ["/page", "/page"]


# History API


def test_a_route_change_is_a_visit_with_its_own_title_and_referrer(
    app: Page, site: Tracked
) -> None:
    go(app, "/app/second", "Second")
    assert count(app, site, 2) == ["/app", "/app/second"]
    first, second = site.hits()
    assert second.title == "Second"
    assert second.referrer == site.url + "/app"
    assert first.engaged > 0 and first.left_at is not None
    assert "params" not in second.data or "mtc_page" not in second.data["params"]


def test_back_and_forward_are_visits(app: Page, site: Tracked) -> None:
    go(app, "/app/second")
    count(app, site, 2, 300)
    app.evaluate("history.back()")
    assert count(app, site, 3, 300) == ["/app", "/app/second", "/app"]
    app.evaluate("history.forward()")
    assert count(app, site, 4)[3] == "/app/second"


@pytest.mark.parametrize(
    ("method", "url", "visits"),
    [
        ("pushState", "/app", 1),
        ("pushState", "/app#part", 1),
        ("pushState", "/app?page=2", 2),
        ("replaceState", "/app", 1),
        ("replaceState", "/app?tidy=1", 1),
        ("replaceState", "/app/other", 2),
    ],
)
def test_only_a_changed_address_is_a_visit(
    app: Page, site: Tracked, method: str, url: str, visits: int
) -> None:
    go(app, url, method=method)
    assert len(count(app, site, visits)) == visits


def test_a_redirect_inside_the_application_is_one_visit(app: Page, site: Tracked) -> None:
    go(app, "/app/members")
    go(app, "/app/login", method="replaceState")
    assert count(app, site, 2) == ["/app", "/app/login"]
    assert site.hits()[1].referrer == site.url + "/app"


@pytest.mark.parametrize("delay", [0, 100, 600])
def test_a_site_that_sends_its_own_page_views_counts_once(
    app: Page, site: Tracked, delay: int
) -> None:
    app.evaluate("window.mt = window.mt || function () { MauticJS.sendPageview(arguments) }")
    go(app, "/app/second")
    app.wait_for_timeout(delay)
    app.evaluate("mt('send', 'pageview', {color: 'red'})")
    assert count(app, site, 2) == ["/app", "/app/second"]
    assert site.hits()[1].data["params"]["color"] == "red"


def test_a_page_that_never_sent_anything_does_not_start_on_a_route_change(
    tab: Page, site: Tracked
) -> None:
    tab.goto(site.page("/app", document(head=snippet(site.script, commands=""))))
    tab.wait_for_function("!!(window.MauticJS && MauticJS.run)")
    go(tab, "/app/second")
    assert count(tab, site, 0) == []


def test_own_addresses_are_page_views_of_their_own(app: Page, site: Tracked) -> None:
    app.evaluate("""
      MauticJS.sendPageview(['send', 'pageview', {page_url: 'myapp://cart'}]);
      MauticJS.sendPageview(['send', 'pageview', {page_url: 'myapp://cart'}]);
      MauticJS.sendPageview(['send', 'pageview', {page_url: 'wizard', page_title: 'Step 1'}]);
      MauticJS.sendPageview(['send', 'pageview', {page_url: 'wizard', page_title: 'Step 2'}]);
    """)
    assert len(count(app, site, 4)) == 4


# Hash routing


@pytest.mark.parametrize(("on", "visits"), [(False, 1), (True, 3)])
def test_hash_routes_count_when_they_are_switched_on(
    tab: Page, site: Tracked, configure: Any, on: bool, visits: int
) -> None:
    configure(TRACK_HASH_CHANGES=on)
    tab.goto(site.page("/app", document("<a href=#/products>on</a>", head=site.tag)) + "#/")
    count(tab, site, 1, 300)
    tab.click("a")
    tab.wait_for_timeout(400)
    tab.evaluate("history.back()")
    found = count(tab, site, visits)
    assert found == ["/app#/", "/app#/products", "/app#/"][:visits]


# Turbo Drive and htmx


def turbo_page(site: Tracked, path: str, title: str, links: str, place: str) -> str:
    library = f"<script src={site.url}/turbo.js></script>"
    tag = site.tag.replace('"12"', f'"{len(path)}"')
    code = {"body": "", "head": tag, "snippet": snippet(site.script)}[place]
    body = links + (tag if place == "body" else "")
    return site.page(path, document(body, head=library + code, title=title))


@pytest.mark.parametrize("place", ["body", "head", "snippet"])
def test_turbo_drive(tab: Page, site: Tracked, place: str) -> None:
    first = turbo_page(site, "/one", "One", "<a id=on href=/second>on</a>", place)
    turbo_page(site, "/second", "Two", "<a id=on href=/third-page>on</a>", place)
    turbo_page(site, "/third-page", "Three", "<a id=same href=/third-page>same</a>", place)
    tab.goto(first)
    tab.evaluate("window.kept = true")
    count(tab, site, 1, 200)
    tab.click("#on")
    count(tab, site, 2, 200)
    tab.click("#on")
    count(tab, site, 3, 200)
    tab.go_back()
    found = count(tab, site, 4)
    assert tab.evaluate("window.kept"), "Turbo did not drive"
    assert found == ["/one", "/second", "/third-page", "/second"]
    assert [hit.title for hit in site.hits()] == ["One", "Two", "Three", "Two"]
    assert site.hits()[1].referrer == first
    assert all(hit.engaged for hit in site.hits()[:3])


@pytest.mark.parametrize("place", ["body", "head", "snippet"])
def test_a_slow_turbo_visit_counts_when_the_page_is_there(
    tab: Page, site: Tracked, place: str
) -> None:
    first = turbo_page(site, "/one", "One", "<a id=on href=/second>on</a>", place)
    turbo_page(site, "/second", "Two", "", place)
    tab.goto(first)
    count(tab, site, 1, 200)

    def slow(route: Any) -> None:
        tab.wait_for_timeout(900)
        route.continue_()

    tab.route("**/second", slow)
    tab.click("#on")
    count(tab, site, 2)
    assert [hit.title for hit in site.hits()] == ["One", "Two"]


def test_a_failing_turbo_visit_counts_once(tab: Page, site: Tracked) -> None:
    """Turbo then loads the page in the ordinary way; the old document must not count it too."""
    first = turbo_page(site, "/one", "One", "<a id=on href=/plain>on</a>", "body")
    site.page("/plain", "<meta name=turbo-visit-control content=reload>" + site.tag)
    tab.goto(first)
    count(tab, site, 1, 200)
    tab.click("#on")
    tab.wait_for_url("**/plain")
    assert count(tab, site, 2) == ["/one", "/plain"]


@pytest.mark.parametrize("place", ["body", "head"])
def test_htmx_boost(tab: Page, site: Tracked, place: str) -> None:
    def page(path: str, title: str, links: str) -> str:
        html = document(
            links + (site.tag if place == "body" else ""),
            head=f"<script src={site.url}/htmx.js></script>"
            + (site.tag if place == "head" else ""),
            title=title,
        )
        return site.page(path, html.replace("<body>", "<body hx-boost=true>"))

    first = page("/one", "One", "<a id=on href=/two>on</a>")
    page("/two", "Two", "<a id=on href=/three>on</a>")
    page("/three", "Three", "")
    tab.goto(first)
    tab.evaluate("window.kept = true")
    count(tab, site, 1, 200)
    tab.click("#on")
    count(tab, site, 2, 200)
    tab.click("#on")
    count(tab, site, 3, 200)
    tab.go_back()
    found = count(tab, site, 4)
    assert tab.evaluate("window.kept"), "htmx did not boost"
    assert found == ["/one", "/two", "/three", "/two"]
    assert [hit.title for hit in site.hits()][:3] == ["One", "Two", "Three"]


# Back/forward cache


def test_a_page_from_the_back_forward_cache_is_visited_again(tab: Page, site: Tracked) -> None:
    watch = "<script>addEventListener('pageshow', function (e) { window.persisted = e.persisted })"
    link = "<a href=/two>on</a>"
    first = site.page("/one", document(f"{watch}</script>{link}", head=site.tag, title="One"))
    site.page("/two", document(head=site.tag, title="Two"))
    tab.goto(first)
    count(tab, site, 1, 300)
    tab.click("a")
    count(tab, site, 2, 300)
    tab.go_back(wait_until="commit")
    found = count(tab, site, 3)
    assert tab.evaluate("window.persisted") is True, "the page did not come from the cache"
    assert found == ["/one", "/two", "/one"]
    one, two, again = site.hits()
    assert one.engaged and two.engaged
    assert again.referrer == one.referrer


# Prerendering and tabs in the background, without a debugger

NOTE = """<script>
  function note(what) { new Image().src = '/note?' + what; }
  note(document.prerendering ? 'prerendering' : document.visibilityState);
  document.addEventListener('prerenderingchange', function () { note('activated') });
</script>"""


@pytest.fixture
def notes(site: Tracked, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the pages have said about themselves."""
    from . import urls

    said: list[str] = []
    monkeypatch.setattr(urls, "noted", said.append)
    return said


@pytest.fixture
def bare() -> Any:
    with BareBrowser(CHROMIUM, [*ARGUMENTS, f"--user-agent={USER_AGENT}"]) as browser:
        yield browser


def quiet(condition: Any, expected: int, seconds: float = 6.0) -> None:
    from .serving import wait_until

    wait_until(lambda: condition() >= expected, seconds)
    time.sleep(0.8)


@pytest.mark.e2e
def test_a_prerendered_page_counts_when_it_is_looked_at(
    bare: BareBrowser, site: Tracked, notes: list[str]
) -> None:
    rules = '{"prerender":[{"source":"list","urls":["/next"],"eagerness":"immediate"}]}'
    go_on = "<script>onhashchange = function () { location = '/next' }</script>"
    first = site.page(
        "/first",
        document(f"<script type=speculationrules>{rules}</script>{go_on}", head=site.tag)
        + "<script>setTimeout(function () { location = '/next' }, 3000)</script>",
    )
    site.page("/next", document(NOTE, head=site.tag, title="Next"))
    bare.open(first)
    quiet(lambda: notes.count("prerendering"), 1)
    assert notes == ["prerendering"], "the page was not prerendered"
    assert paths(site) == ["/first"]
    quiet(lambda: len(site.hits()), 2)
    assert "activated" in notes, "the prerendered page was not activated"
    assert paths(site) == ["/first", "/next"]


@pytest.mark.e2e
def test_a_tab_in_the_background_counts_at_once_and_once(
    bare: BareBrowser, site: Tracked, notes: list[str]
) -> None:
    front = site.page("/front", document())
    late = f"<script>setTimeout(function () {{ document.head.append(Object.assign(document.createElement('script'), {{src: '{site.script}'}})) }}, 0)</script>"  # noqa: E501
    wait = "<script src=/slow.js></script>"
    site.page(
        "/behind",
        document(
            head="<script>MauticTrackingObject='mt';mt=function(){};mt.q=[['send','pageview']]</script>"
            + wait
            + NOTE
            + late
        ),
    )
    showing = bare.open(front)
    behind = bare.open(site.url + "/behind")
    bare.show(showing)
    quiet(lambda: len(site.hits()), 1)
    assert notes == ["hidden"]
    assert paths(site) == ["/behind"]
    assert site.hits()[0].engaged is None
    bare.show(behind)
    quiet(lambda: len(site.hits()), 2, 1.0)
    assert paths(site) == ["/behind"]
    bare.close(behind)
    quiet(lambda: site.hits()[0].engaged or 0, 1)
    assert 500 < site.hits()[0].engaged < 4000
    assert paths(site) == ["/behind"]


@pytest.mark.e2e
def test_looking_away_and_back_makes_no_hits(
    bare: BareBrowser, site: Tracked, notes: list[str]
) -> None:
    """Engaged time grows by what was looked at, not by what was not."""
    other = site.page("/other", document())
    page = bare.open(site.page("/page", document(head=site.tag)))
    quiet(lambda: len(site.hits()), 1)
    elsewhere = bare.open(other)
    quiet(lambda: site.hits()[0].engaged or 0, 1)
    once = site.hits()[0].engaged
    assert once > 0
    quiet(lambda: 0, 1, 1.0)
    assert site.hits()[0].engaged == once
    bare.show(page)
    quiet(lambda: 0, 1, 0.5)
    bare.show(elsewhere)
    quiet(lambda: site.hits()[0].engaged - once, 1)
    assert 0 < site.hits()[0].engaged - once < 2500
    assert paths(site) == ["/page"]


# Twice on one page


def test_two_snippets_are_one_visit(tab: Page, site: Tracked) -> None:  # S7
    code = snippet(site.script)
    tab.goto(site.page("/page", document(code, head=code)))
    assert count(tab, site, 1) == ["/page"]
    assert site.reasons() == {"recorded": 1}


def test_two_snippets_with_different_names_are_one_visit(tab: Page, site: Tracked) -> None:
    one = snippet(site.script)
    two = snippet(site.script, "other", "other('send', 'pageview', {color: 'red'});")
    tab.goto(site.page("/page", document(two, head=one)))
    assert count(tab, site, 1) == ["/page"]
    assert site.hits()[0].data["params"]["color"] == "red"


@pytest.mark.parametrize("order", ["tag first", "snippet first", "tag long before"])
def test_an_injected_tag_and_a_snippet_are_one_visit(
    tab: Page, site: Tracked, order: str
) -> None:  # S7
    code = snippet(site.script, commands="mt('send', 'pageview', {color: 'red'});")
    if order == "snippet first":
        html = document(site.tag, head=code)
    elif order == "tag first":
        html = document(code, head=site.tag)
    else:
        html = document(head=site.tag)
    tab.goto(site.page("/page", html))
    if order == "tag long before":
        count(tab, site, 1, 300)
        tab.evaluate(
            "code => document.body.append(document.createRange().createContextualFragment(code))",
            code,
        )
    assert count(tab, site, 1) == ["/page"]
    tab.wait_for_timeout(300)
    assert site.hits()[0].data["params"]["color"] == "red"
    assert site.hits()[0].page.wagtail_page == 12


def test_the_script_may_be_loaded_again_and_again(tab: Page, site: Tracked) -> None:
    again = f"<script src={site.script}></script>" * 3
    tab.goto(site.page("/page", document(again, head=snippet(site.script))))
    assert count(tab, site, 1) == ["/page"]
    go(tab, "/page/2")
    assert count(tab, site, 2) == ["/page", "/page/2"]


def test_script_and_pixel_on_one_page_are_one_visit(tab: Page, site: Tracked) -> None:  # S74
    pixel = f"<img src='{site.url}/mtracking.gif?page_url={site.url}/page&color=red' width=1>"
    tab.goto(site.page("/page", document(pixel, head=site.tag)))
    assert until(tab, lambda: sum(site.reasons().values()) == 2)
    assert count(tab, site, 1) == ["/page"]
    (hit,) = site.hits()
    assert hit.data["door"] == "both"
    assert site.reasons() == {"recorded": 1, "duplicate": 1}


def test_a_hanging_pixel_does_not_hold_the_script_back_for_long(
    tab: Page, site: Tracked
) -> None:  # S74
    tab.route("**/mtracking.gif*", lambda route: None)
    pixel = f"<img src='{site.url}/mtracking.gif?x=1'>"
    tab.goto(site.page("/page", document(pixel, head=site.tag)), wait_until="commit")
    assert until(tab, lambda: len(site.hits()) == 1, 2.0)
