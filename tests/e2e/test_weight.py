"""What the tracker costs a page: bytes, requests, time, globals; and what engines it needs."""

from __future__ import annotations

import subprocess
from typing import Any

import brotli
import pytest
from playwright.sync_api import BrowserContext, Page, Response

from .conftest import Tracked, document, settled, snippet, until
from .serving import MODULES, SCRIPT

BUDGET = 3000  # bytes, brotli
OURS = {"MauticJS", "MauticDomain", "MauticLang"}


def globals_of(tab: Page) -> set[str]:
    return set(tab.evaluate("Object.getOwnPropertyNames(window)"))


@pytest.mark.parametrize("hash_changes", [False, True])
@pytest.mark.parametrize("signals", [False, True])
def test_all_that_a_page_loads_is_one_small_file_of_our_own(
    tab: Page, site: Tracked, configure: Any, hash_changes: bool, signals: bool
) -> None:  # S14
    configure(TRACK_HASH_CHANGES=hash_changes, RESPECT_PRIVACY_SIGNALS=signals)
    answers: list[Response] = []
    tab.on("response", lambda answer: answers.append(answer))
    tab.goto(site.page("/page", document(head=site.tag)))
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert {answer.url for answer in answers} == {
        site.url + "/page",
        site.url + "/mtc.js",
        site.url + "/mtc/event",
    }
    (script,) = [answer for answer in answers if answer.url.endswith("/mtc.js")]
    assert len(brotli.compress(script.body(), mode=brotli.MODE_TEXT, quality=11)) <= BUDGET


def test_the_script_is_asked_for_once_and_then_only_whether_it_has_changed(
    tab: Page, context: BrowserContext, site: Tracked
) -> None:  # S14
    transferred = (
        "performance.getEntriesByType('resource')"
        ".filter(entry => entry.name.endsWith('/mtc.js')).map(entry => entry.transferSize)"
    )
    tab.goto(site.page("/one", document(head=site.tag)))
    assert settled(tab, lambda: len(site.hits()), 1, 100) == 1
    assert tab.evaluate(transferred) > [3000]
    tab.goto(site.page("/two", document(head=site.tag)))
    assert settled(tab, lambda: len(site.hits()), 2, 100) == 2
    assert tab.evaluate(transferred) == [0], "the second page had it already"
    first = context.request.get(site.script)
    assert first.status == 200 and "max-age=3600" in first.headers["cache-control"]
    again = context.request.get(site.script, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body()) == (304, b"")


def test_no_globals_but_the_documented_ones(tab: Page, site: Tracked, noise: list[str]) -> None:
    tab.goto(site.page("/bare", document()))
    before = globals_of(tab)
    tab.goto(site.page("/page", document(head=site.tag)))
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert globals_of(tab) - before == OURS
    assert noise == []


def test_the_page_is_neither_moved_nor_held_up(tab: Page, site: Tracked) -> None:  # S14
    watch = """<script>
      window.shifts = 0;
      new PerformanceObserver(function (list) {
        list.getEntries().forEach(function (entry) { shifts += entry.value });
      }).observe({type: 'layout-shift', buffered: true});
    </script>"""
    tab.goto(site.page("/page", document("<p>Text</p>" * 50, head=watch + site.tag)))
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert tab.evaluate("shifts") == 0
    elements = tab.evaluate("document.querySelectorAll('body *').length")
    assert elements == 51, "nothing was put into the page"
    # Running the whole script once more, in a frame that has never seen it.
    spent = tab.evaluate("""async () => {
      const source = await (await fetch('/mtc.js')).text();
      const times = [];
      for (let i = 0; i < 5; i++) {
        const frame = document.body.appendChild(document.createElement('iframe'));
        const tag = frame.contentDocument.createElement('script');
        tag.src = '/none/mtc.js';
        frame.contentDocument.head.append(tag);
        const run = new frame.contentWindow.Function(source);
        const began = performance.now();
        run();
        times.push(performance.now() - began);
      }
      return Math.min(...times);
    }""")
    assert spent < 50, "longer than that is what browsers call a long task"


def test_a_slow_tracker_does_not_hold_the_page_up(tab: Page, site: Tracked) -> None:  # S14
    tab.route("**/mtc.js", lambda route: None)
    for code in (site.tag, snippet(site.script)):
        tab.goto(site.page("/page", document(head=code)), wait_until="domcontentloaded")
        assert tab.inner_text("h1") == "A page"


@pytest.mark.e2e
def test_the_script_is_written_for_old_engines() -> None:
    """ES5 syntax: an engine that cannot parse a file stops at it, and says so to the visitor."""
    check = (
        "require(process.argv[1]).parse(require('fs').readFileSync(0, 'utf8'), {ecmaVersion: 5})"
    )
    source = SCRIPT.read_text().replace("__OPTIONS__", '{"hash":false,"privacy":true}')

    def parse(text: str) -> int:
        command = ["node", "-e", check, str(MODULES / "acorn")]
        return subprocess.run(command, input=text, text=True, capture_output=True).returncode

    assert parse(source) == 0
    assert parse(source + "let x = () => 1") != 0


def test_the_script_uses_neither_eval_nor_inline_code(tab: Page, site: Tracked) -> None:  # S14
    tab.goto(site.page("/page", document(head=site.tag)))
    assert until(tab, lambda: site.hits())
    text = tab.evaluate("fetch('/mtc.js').then(answer => answer.text())")
    for word in ("eval(", "new Function", "innerHTML", "document.write", "http://", "https://"):
        assert word not in text, word
