"""A real Chromium, the real site, a website on another origin, and a tracker that misbehaves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from wagtail_contacttrack.tracking import admission, counters, lookups, sites

from . import urls
from .chromium import ARGUMENTS, CHROMIUM, USER_AGENT
from .serving import Page as Served
from .serving import Server, Tracker

# Playwright's own event loop runs in the thread of the tests; the ORM is used between its calls.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and "playwright" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The back/forward cache is on, as in everybody's browser; Playwright would turn it off."""
    started = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield started
    started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor: a browser profile of their own."""
    opened = browser.new_context(user_agent=USER_AGENT, locale="de-AT", timezone_id="Europe/Vienna")
    opened.set_default_timeout(8000)
    yield opened
    opened.close()


@pytest.fixture
def noise() -> list[str]:
    """What the browser's console said during the test, uncaught errors included."""
    return []


@pytest.fixture
def tab(context: BrowserContext, noise: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    return page


@pytest.fixture(scope="session")
def _other_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def other(_other_server: Server) -> Server:
    """A website that is not ours, on another host and port than the tracker."""
    _other_server.pages.clear()
    return _other_server


@pytest.fixture(scope="session")
def _stub_server() -> Iterator[Tracker]:
    server = Tracker()
    yield server
    server.stop()


@pytest.fixture
def stub(_stub_server: Tracker) -> Iterator[Tracker]:
    """A recording tracker that can be told to fail."""
    _stub_server.reset()
    yield _stub_server
    _stub_server.released.set()


class Tracked:
    """The real site with the real tracker, and what it has stored."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def script(self) -> str:
        return f"{self.url}/mtc.js"

    @property
    def tag(self) -> str:
        """The tag that is put into Wagtail pages."""
        return (
            f'<script async src="{self.script}" data-contacttrack="pageview" '
            'data-page="12" data-locale="de"></script>'
        )

    def page(self, path: str, body: str, **headers: str) -> str:
        """Put a page on the site itself and return its address."""
        urls.pages[path] = Served(
            body.encode(), headers={"Content-Type": "text/html; charset=utf-8", **headers}
        )
        return self.url + path

    def hits(self) -> list[Any]:
        from wagtail_contacttrack.activity.models import Activity

        return list(Activity.objects.filter(kind="page.hit").order_by("id"))

    def reasons(self) -> dict[str, int]:
        """How many requests ended with which reason."""
        from wagtail_contacttrack.tracking.models import HitCount

        counters.flush()
        found: dict[str, int] = {}
        for row in HitCount.objects.all():
            found[row.reason] = found.get(row.reason, 0) + row.count
        return found


@pytest.fixture
def configure(settings: Any) -> Callable[..., None]:
    """Change keys of CONTACTTRACK for one test."""
    # Counts are written at once: a timer would outlive the test and its tables.
    settings.CONTACTTRACK = {"TRACK_PRIVATE_IP_RANGES": True, "COUNTER_FLUSH_SECONDS": 0}

    def change(**values: Any) -> None:
        settings.CONTACTTRACK = {**settings.CONTACTTRACK, **values}
        sites.clear()

    return change


@pytest.fixture
def site(transactional_db: None, settings: Any, configure: Any, live_server: Any) -> Tracked:
    settings.ROOT_URLCONF = urls.__name__
    urls.pages.clear()
    # What the process remembers is about the database of the test before.
    for remembered in (lookups, counters, sites, admission.limiter):
        remembered.clear()
    configure()
    _add_site()
    return Tracked(live_server.url)


def _add_site() -> None:
    """Wagtail's own migrations make a default site, which a transactional test may have flushed."""
    from wagtail.models import Locale, Page, Site

    if not Site.objects.exists():
        Locale.objects.get_or_create(language_code="en")
        root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
        Site.objects.create(hostname="localhost", root_page=root, is_default_site=True)


def snippet(script: str, name: str = "mt", commands: str = "mt('send', 'pageview');") -> str:
    """The published loader, in its own words: a queue under any name, and the script behind it."""
    return f"""<script>
    (function (w, d, s, u, n) {{
      w.MauticTrackingObject = n;
      w[n] = w[n] || function () {{ (w[n].q = w[n].q || []).push(arguments); }};
      var a = d.createElement(s), m = d.getElementsByTagName(s)[0];
      a.async = 1; a.src = u; m.parentNode.insertBefore(a, m);
    }})(window, document, 'script', '{script}', '{name}');
    {commands}
    </script>"""


def served(html: str) -> Served:
    """A page for one of the small servers."""
    return Served(html.encode())


def document(body: str = "", head: str = "", title: str = "A page") -> str:
    return (
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{title}</title>"
        f"<link rel=icon href=data:,>{head}</head><body><h1>{title}</h1>{body}</body></html>"
    )


def until(tab: Page, condition: Callable[[], Any], seconds: float = 5.0) -> bool:
    """Whether `condition()` becomes true in time; the browser's events go on meanwhile."""
    for _ in range(int(seconds / 0.025)):
        if condition():
            return True
        tab.wait_for_timeout(25)
    return bool(condition())


def settled(tab: Page, count: Callable[[], int], expected: int, quiet: int = 500) -> int:
    """Wait for `expected`, then long enough that one too many would have arrived as well."""
    until(tab, lambda: count() >= expected)
    tab.wait_for_timeout(quiet)
    return count()
