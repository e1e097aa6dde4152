"""Pages of Wagtail itself: the injected tag, tags placed by hand, editors, previews and CSP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django import VERSION as DJANGO_VERSION
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from playwright.sync_api import Browser, BrowserContext, Page
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.models import Page as WagtailPage
from wagtail.models import Site

from tests.testapp.models import PlainPage
from wagtail_contacttrack.tracking import sites
from wagtail_contacttrack.tracking.snippet import javascript

from .conftest import Tracked, settled, until

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("", include("wagtail_contacttrack.urls")),
    path("", include(wagtail_urls)),
]


@pytest.fixture
def prices(site: Tracked, settings: Any) -> PlainPage:
    """A page of the site, which is served as projects do it."""
    settings.ROOT_URLCONF = __name__
    root = WagtailPage.get_first_root_node()
    found: PlainPage = root.add_child(instance=PlainPage(title="Prices & plans", slug="prices"))
    Site.objects.update(hostname="localhost", port=urlsplit(site.url).port, root_page=found)
    sites.clear()
    return found


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Have pages rendered with this in their head and at the end of their body."""

    def change(head: str = "", body: str = "") -> None:
        source = (
            "{% load contacttrack %}<!DOCTYPE html><html lang=en><head><meta charset=utf-8>"
            "<title>{{ page.title }}</title><link rel=icon href=data:,>"
            + head
            + "</head><body><h1>{{ page.title }}</h1>"
            + body
            + "</body></html>"
        )

        def serve(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            context = self.get_context(request)
            return HttpResponse(engines["django"].from_string(source).render(context, request))

        monkeypatch.setattr(PlainPage, "serve", serve)

    change()
    return change


def visit(tab: Page, site: Tracked, expected: int = 1) -> list[Any]:
    tab.goto(site.url + "/")
    settled(tab, lambda: len(site.hits()), expected)
    return site.hits()


def test_the_injected_tag_says_which_page_was_seen(
    tab: Page, site: Tracked, prices: PlainPage, noise: list[str], template: Any
) -> None:  # S7 S15 S18
    (hit,) = visit(tab, site)
    assert (hit.title, hit.url) == ("Prices & plans", site.url + "/")
    assert hit.page.wagtail_page == prices.pk
    assert hit.data["locale"] == "en"
    assert hit.data["language"] == "de-AT"
    assert tab.locator("script[data-contacttrack]").count() == 1
    assert noise == []


def test_the_visit_stands_in_the_contact_s_timeline(
    tab: Page, browser: Browser, site: Tracked, prices: PlainPage, template: Any
) -> None:  # S75
    (hit,) = visit(tab, site)
    editor = log_in(browser, site)
    try:
        page = editor.new_page()
        page.goto(site.url + hit.contact.get_absolute_url())
        text = page.inner_text("main")
        assert "Prices & plans" in text
        assert site.url in page.content()
    finally:
        editor.close()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("{% contacttrack %}", ""),
        ("", "{% contacttrack %}"),
        ("{% contacttrack %}", "{% contacttrack_pixel %}"),
        ("SNIPPET", ""),
        ("", "SNIPPET"),
        ("SNIPPET", "{% contacttrack %}{% contacttrack_pixel %}"),
    ],
)
def test_whatever_else_is_placed_by_hand_one_visit_is_one_hit(
    tab: Page,
    site: Tracked,
    prices: PlainPage,
    template: Any,
    noise: list[str],
    head: str,
    body: str,
) -> None:  # S7 S74
    code = javascript(Site.objects.get())
    template(head.replace("SNIPPET", code), body.replace("SNIPPET", code))
    (hit,) = visit(tab, site)
    assert hit.page.wagtail_page == prices.pk
    assert site.reasons() == {"recorded": 1}
    assert tab.locator("script[data-contacttrack]").count() == 1
    assert noise == []


def test_without_javascript_the_noscript_pixel_counts_once(
    browser: Browser, site: Tracked, prices: PlainPage, template: Any
) -> None:  # S1 S74
    template("{% contacttrack %}", "{% contacttrack_pixel %}")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    context = browser.new_context(java_script_enabled=False, user_agent=agent)
    try:
        (hit,) = visit(context.new_page(), site)
    finally:
        context.close()
    assert (hit.title, hit.url) == ("Prices & plans", site.url + "/")
    assert site.reasons() == {"recorded": 1}


class NonceMiddleware:
    """What django-csp does: a nonce on the request, and the policy that names it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = "r4nd0m"  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'nonce-r4nd0m'; connect-src 'self'; img-src data:"
        )
        return response


@pytest.fixture(
    params=[
        pytest.param(
            "django",
            marks=pytest.mark.skipif(DJANGO_VERSION < (6, 0), reason="from Django 6.0 on"),
        ),
        "django-csp",
    ]
)
def policy(request: pytest.FixtureRequest, settings: Any) -> None:
    """Only scripts with a nonce may run. Set before the live server's handler loads middleware."""
    if request.param == "django":
        from django.utils.csp import CSP

        settings.SECURE_CSP = {
            "default-src": [CSP.NONE],
            "script-src": [CSP.NONCE],
            "connect-src": [CSP.SELF],
            "img-src": ["data:"],
        }
        name = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    else:
        settings.CSP_INCLUDE_NONCE_IN = ["script-src"]
        name = f"{__name__}.NonceMiddleware"
    settings.MIDDLEWARE = [name, *settings.MIDDLEWARE]


@pytest.fixture
def reloaded(policy: None, live_server: Any) -> Iterator[None]:
    """The live server with the middleware of this test, and as before afterwards."""
    handler = live_server.thread.httpd.get_app().application
    before = handler._middleware_chain
    handler.load_middleware()
    yield
    handler._middleware_chain = before


def test_a_policy_with_a_nonce_lets_the_injected_tag_work(
    tab: Page, site: Tracked, prices: PlainPage, template: Any, reloaded: None, noise: list[str]
) -> None:  # S7
    template(body="<script>window.evil = 1</script>")
    visit(tab, site)
    assert len(site.hits()) == 1
    assert tab.evaluate("window.evil") is None, "the policy does not hold"
    assert len(noise) == 1 and "Content Security Policy" in noise[0]


def log_in(browser: Browser, site: Tracked) -> BrowserContext:
    """A browser in which an editor is logged in."""
    get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    context = browser.new_context(user_agent=agent)
    page = context.new_page()
    page.goto(site.url + "/admin/login/")
    page.fill("[name=username]", "editor")
    page.fill("[name=password]", "secret")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    page.close()
    return context


def test_an_editor_is_not_counted_until_logged_out(
    browser: Browser, site: Tracked, prices: PlainPage, template: Any
) -> None:  # S2
    editor = log_in(browser, site)
    try:
        tab = editor.new_page()
        tab.goto(site.url + "/")
        assert until(tab, lambda: site.reasons().get("staff_excluded"))
        assert tab.locator("script[data-contacttrack]").count() == 1, "the same for everybody"
        assert site.hits() == []
        assert "mtc_id" not in {cookie["name"] for cookie in editor.cookies()}
        editor.clear_cookies(name="sessionid")
        assert len(visit(tab, site)) == 1
    finally:
        editor.close()


def test_a_preview_has_no_tag(
    browser: Browser, site: Tracked, prices: PlainPage, template: Any
) -> None:  # S2
    prices.save_revision()
    editor = log_in(browser, site)
    try:
        tab = editor.new_page()
        tab.goto(f"{site.url}/admin/pages/{prices.pk}/revisions/{prices.latest_revision_id}/view/")
        assert tab.inner_text("h1") == "Prices & plans"
        tab.wait_for_timeout(500)
        assert tab.locator("script[data-contacttrack]").count() == 0
        assert site.reasons() == {}
    finally:
        editor.close()
