"""Caches keep working: pages are the same for all visitors, and no visitor's answer is kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail import hooks
from wagtail.models import Page, Site

from tests.testapp.models import PlainPage
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.tracking import sites
from wagtail_contacttrack.tracking.inject import serve_with_tracker

from .conftest import GIF, browser, counts, reason

pytestmark = pytest.mark.django_db

ID = "0123456789abcdefghijklm"
VISITORS = {
    "stranger": {},
    "returning": {"HTTP_COOKIE": f"mtc_id=7; mtc_sid={ID}; mautic_device_id={ID}"},
    "another": {"HTTP_COOKIE": f"mtc_id=8; mautic_device_id={ID[::-1]}; mautic_referer_id=8.1:x"},
    "refusing": {"HTTP_DNT": "1", "HTTP_SEC_GPC": "1"},
    "crawler": {"HTTP_USER_AGENT": "Googlebot/2.1"},
    "private": {"REMOTE_ADDR": "10.0.0.1"},
    "foreign": {"HTTP_ACCEPT_LANGUAGE": "fr", "HTTP_ORIGIN": "https://evil.example"},
    "from a mail": {"QUERY_STRING": "utm_source=news&ct=abc&email=a@example.com"},
}


@pytest.fixture(autouse=True)
def page() -> PlainPage:
    home = Page.objects.get(depth=2)
    found = home.add_child(instance=PlainPage(title="Prices", slug="prices"))
    site = Site.objects.get()
    site.root_page = found
    site.save()
    return found


def get(client: Client | None = None, **extra: Any) -> tuple[HttpResponse, list[str]]:
    """The page, and the queries that it took."""
    with CaptureQueriesContext(connection) as queries:
        response = (client or browser()).get("/", **extra)
    assert response.status_code == 200
    return response, [query["sql"] for query in queries]


@pytest.fixture
def without_us(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The same page as it is without this app: headers and queries."""
    get()
    with monkeypatch.context() as patched:
        hooks.get_hooks("on_serve_page")
        others = [
            entry for entry in hooks._hooks["on_serve_page"] if entry[0] is not serve_with_tracker
        ]
        assert len(others) == len(hooks._hooks["on_serve_page"]) - 1
        patched.setitem(hooks._hooks, "on_serve_page", others)
        response, queries = get()
    assert b"data-contacttrack" not in response.content
    return {"headers": dict(response.headers), "queries": queries, "content": response.content}


# The page itself


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_page_is_the_same_to_the_byte_for_every_visitor(visitor, without_us):
    first, _ = get()
    response, queries = get(**VISITORS[visitor])
    assert response.content == first.content
    assert b"data-contacttrack" in response.content
    assert not response.cookies
    assert "Vary" not in response
    headers = {**response.headers, "Content-Length": ""}
    assert headers == {**without_us["headers"], "Content-Length": ""}
    assert len(queries) == len(without_us["queries"])
    assert not response.wsgi_request.session.accessed


def test_the_tag_is_all_that_is_added(without_us):
    response, _ = get()
    start = response.content.index(b"<script async")
    end = response.content.index(b"</script>", start) + len(b"</script>")
    assert response.content[:start] + response.content[end:] == without_us["content"]


def test_the_sites_are_read_once_and_not_for_each_page(without_us):
    sites.clear()
    _, first = get()
    _, second = get()
    assert len(first) - len(second) == 3
    assert len(second) == len(without_us["queries"])


def test_old_options_are_good_enough_for_a_page(without_us, monkeypatch):
    """They are renewed aside, and the page does not wait."""
    renewed: list[Any] = []

    class Aside:
        def __init__(self, target: Any, args: list[Any], daemon: bool) -> None:
            renewed.append(target)

        def start(self) -> None:
            sites._renewing.release()

    monkeypatch.setattr(sites, "PAGE_MAX_AGE", -1.0)
    monkeypatch.setattr(sites.threading, "Thread", Aside)
    _, queries = get()
    assert len(queries) == len(without_us["queries"])
    assert renewed


def test_a_page_does_not_fail_while_the_sites_cannot_be_read(monkeypatch, page):
    """Neither as it is served, nor where its template places the tag."""
    sites.clear()

    def refuse() -> None:
        raise OperationalError("no database here")

    template = Template("{% load contacttrack %}<body>{% contacttrack %}</body>")

    def by_hand(self: Any, request: Any) -> HttpResponse:
        return HttpResponse(template.render(Context({"request": request, "page": self})))

    monkeypatch.setattr(sites, "renew", refuse)
    response, _ = get()
    assert b"data-contacttrack" not in response.content
    monkeypatch.setattr(PlainPage, "serve", by_hand)
    response, _ = get()
    assert b'data-page="%d"></script>' % page.pk in response.content


def test_a_visit_in_between_changes_nothing(visit):
    before, _ = get()
    visit()
    after, _ = get()
    assert after.content == before.content


# Behind caches


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """A cache of its own for the test: in memory, or in a real Redis."""
    prefix = uuid.uuid4().hex
    if request.param == "memory":
        backend = "django.core.cache.backends.locmem.LocMemCache"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": prefix}}
        yield
        return
    redis = pytest.importorskip("redis", reason="the Redis client is not installed")
    server = redis.Redis("127.0.0.1", 6379, socket_connect_timeout=1)
    try:
        server.ping()
    except redis.RedisError:
        pytest.skip("no Redis on 127.0.0.1:6379")
    backend = "django.core.cache.backends.redis.RedisCache"
    url = "redis://127.0.0.1:6379"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": url, "KEY_PREFIX": prefix}}
    yield
    assert server.keys(f"{prefix}*"), "nothing ever came to Redis"
    server.delete(*server.keys(f"{prefix}*"))
    caches["default"].close()
    server.close()


CACHES = {
    "Django": "django.middleware.cache",
    "wagtail-cache": "wagtailcache.cache",
}


@pytest.fixture(params=CACHES)
def module(request: pytest.FixtureRequest) -> str:
    """Which cache middleware; before `store`, which wants to see it used."""
    module = CACHES[request.param]
    reason = f"{request.param} is not installed, or does not work with this Django"
    pytest.importorskip(module, reason=reason, exc_type=ImportError)
    return module


@pytest.fixture
def served(
    module: str, store: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> list[PlainPage]:
    """The pages that were really served behind a whole-site cache."""
    settings.MIDDLEWARE = [
        f"{module}.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        f"{module}.FetchFromCacheMiddleware",
    ]
    found, serve = [], PlainPage.serve

    def counted(self: PlainPage, *args: Any, **kwargs: Any) -> HttpResponse:
        found.append(self)
        return serve(self, *args, **kwargs)

    monkeypatch.setattr(PlainPage, "serve", counted)
    # Whoever tests the doors alone has something in the cache as well.
    browser().get("/")
    assert len(found) == 1
    return found


def test_one_page_out_of_the_cache_serves_everybody(served):
    first, _ = get()
    for name in VISITORS:
        if name == "from a mail":
            continue  # another address
        response, queries = get(**VISITORS[name])
        assert response.content == first.content
        assert b"data-contacttrack" in response.content
        assert queries == []
        assert not response.cookies
    assert len(served) == 1


def test_a_visit_to_a_page_out_of_the_cache_is_recorded(served, visit):
    get()
    assert reason(visit("https://testserver/")) == "recorded"
    get()
    assert reason(visit("https://testserver/")) == "recorded"
    assert len(served) == 1


@pytest.mark.parametrize("door", ["/mtc/event", "/mtracking.gif"])
def test_no_visitors_answer_is_kept(served, door):
    """The same address, asked by many: each is recorded, and each gets an answer of their own."""
    answers = [browser().get(f"{door}?page_url=x") for _ in range(3)]
    assert [reason(answer) for answer in answers] == ["recorded"] * 3
    assert len({answer.cookies["mautic_device_id"].value for answer in answers}) == 3
    assert len({answer.cookies["mtc_id"].value for answer in answers}) == 3
    assert Contact.objects.count() == 3
    assert counts() == {"recorded": 3}
    refused = browser(HTTP_DNT="1").get(f"{door}?page_url=x")
    assert reason(refused) == "dnt"
    assert reason(browser().get(f"{door}?page_url=x")) == "recorded"


def test_nobody_learns_who_somebody_else_is(served):
    one, other = browser(), browser()
    ids = [client.post("/mtc/event", {"page_url": "x"}).json() for client in (one, other)]
    for client, own in zip((one, other), ids, strict=True):
        assert client.get("/mtc").json()["id"] == own["id"]
    assert browser().get("/mtc").json()["id"] is None


def test_a_visitor_stays_the_same_behind_the_cache_and_keeps_the_campaign(served):  # S9 S37
    visitor = browser()
    address = "/mtracking.gif?page_url=https%3A%2F%2Ftestserver%2F&utm_source=news&fbclid=1"
    for _ in range(2):
        response = visitor.get(address)
        assert (reason(response), response.content) == ("recorded", GIF)
    assert visitor.head(address).status_code == 200
    assert Contact.objects.count() == 1
    assert [row.data.get("utm") for row in Activity.objects.all()] == [{"utm_source": "news"}] * 3
    assert Activity.objects.earliest("id").data["params"] == {"fbclid": "1"}
    assert visitor.get("/mtc").json()["id"] == Contact.objects.get().pk


def test_the_script_is_kept_by_browsers_and_proxies_alike(served):  # S14
    first, second = browser().get("/mtc.js"), browser(HTTP_COOKIE="mtc_id=7").get("/mtc.js")
    assert first.content == second.content
    assert first["ETag"] == second["ETag"]
    for response in (first, second):
        assert "public" in response["Cache-Control"]
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()


def test_who_has_the_script_already_does_not_take_it_from_the_others(served):  # S14
    etag = Client().get("/mtc.js", HTTP_HOST="elsewhere").headers["ETag"]
    known = browser().get("/mtc.js", HTTP_IF_NONE_MATCH=etag)
    assert (known.status_code, known.content) == (304, b"")
    fresh = browser().get("/mtc.js")
    assert fresh.status_code == 200
    assert fresh["ETag"] == etag
    assert b"pageview" in fresh.content
