"""The tag in served pages: once, the same for everybody, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django import VERSION as DJANGO_VERSION
from django.contrib.auth.models import User
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template import Context, Template
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from wagtail.models import Locale, Page, Site

from tests.testapp.models import PlainPage
from wagtail_contacttrack.tracking.models import TrackingSettings
from wagtail_contacttrack.tracking.views import REASON_HEADER

from .conftest import browser

pytestmark = pytest.mark.django_db

TAG = re.compile(rb"<script[^>]*data-contacttrack[^>]*></script>")


@pytest.fixture(autouse=True)
def page() -> PlainPage:
    home = Page.objects.get(depth=2)
    found = home.add_child(instance=PlainPage(title="Prices & plans", slug="prices"))
    site = Site.objects.get()
    site.root_page = found
    site.save()
    return found


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Have the page answered with this response, or what a function makes of the request."""

    def answer(response: Any) -> None:
        def serve(self: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            return response(request) if callable(response) else response

        monkeypatch.setattr(PlainPage, "serve", serve)

    return answer


def html(text: str, **headers: str) -> HttpResponse:
    return HttpResponse(text, headers={"Content-Type": "text/html; charset=utf-8", **headers})


def body(text: str = "") -> str:
    return f"<html><head><title>x</title></head><body>{text}</body></html>"


def get(method: str = "get", path: str = "/", **extra: Any) -> HttpResponse:
    return getattr(browser(), method)(path, **extra)


def tags(response: HttpResponse) -> list[bytes]:
    return TAG.findall(response.content)


# Where it stands


def test_served_pages_get_the_tag_by_themselves_once(page):  # S7
    response = get()
    (tag,) = tags(response)
    assert tag == (
        b'<script async src="/mtc.js" data-contacttrack="pageview" data-page="%d" data-locale="en">'
        b"</script>" % page.pk
    )
    assert tag + b"</body></html>" in response.content


@pytest.mark.parametrize(
    ("position", "expected"),
    [("head", b"<title>x</title>TAG</head>"), ("body", b"aTAG</body>"), ("off", None)],
)
@pytest.mark.parametrize("by", ["editor", "project"])
def test_the_position_is_chosen_for_each_site(serving, configure, position, expected, by):  # S7
    serving(lambda request: html(body("a")))
    if by == "editor":
        TrackingSettings.objects.create(site=Site.objects.get(), script_position=position)
    else:
        # The project's word counts more.
        TrackingSettings.objects.create(site=Site.objects.get(), script_position="head")
        configure(SCRIPT_POSITION=position)
    content = TAG.sub(b"TAG", get().content)
    assert content.count(b"TAG") == (expected is not None)
    assert expected is None or expected in content


def test_two_sites_have_a_position_each(page):
    other = Site.objects.create(hostname="second.example", root_page=page)
    TrackingSettings.objects.create(site=other, script_position="off")
    assert len(tags(get(HTTP_HOST="testserver"))) == 1
    assert not tags(get(HTTP_HOST="second.example"))


def test_a_page_that_holds_the_tag_already_does_not_get_a_second(serving):  # S7
    template = Template("{% load contacttrack %}<head>{% contacttrack %}</head><body></body>")

    def by_hand(request: Any) -> HttpResponse:
        return html(template.render(Context({"request": request, "page": PlainPage.objects.get()})))

    serving(by_hand)
    response = get()
    assert len(tags(response)) == 1
    assert b"</script></head><body></body>" in response.content
    TrackingSettings.objects.create(site=Site.objects.get(), script_position="head")
    assert len(tags(get())) == 1


def test_with_the_position_off_the_tag_placed_by_hand_works(serving):  # S7
    TrackingSettings.objects.create(site=Site.objects.get(), script_position="off")
    template = Template("{% load contacttrack %}<body>{% contacttrack %}</body>")
    serving(lambda request: html(template.render(Context({"request": request}))))
    assert len(tags(get())) == 1


def test_the_tag_by_hand_names_the_same_as_the_injected_one(page):
    request = RequestFactory().get("/")
    template = Template("{% load contacttrack %}{% contacttrack %}")
    by_hand = template.render(Context({"request": request, "page": page}))
    assert by_hand.encode() == tags(get())[0]


def test_a_template_without_request_or_page_has_a_plain_tag():
    rendered = Template("{% load contacttrack %}{% contacttrack %}").render(Context())
    assert rendered == '<script async src="/mtc.js" data-contacttrack="pageview"></script>'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("<BODY>a</BODY >", "<BODY>aTAG</BODY >"),
        ("<body><script>w('</body>')</script></body>", "</script>TAG</body>"),
        ("<body>Zoë 日本</body>", "日本TAG</body>"),
    ],
)
def test_the_last_end_of_the_body_counts_in_any_spelling(serving, text, place):
    serving(lambda request: html(text))
    assert place in TAG.sub(b"TAG", get().content).decode()


def test_a_page_in_another_encoding_keeps_it(serving):
    serving(lambda request: HttpResponse(body("ü").encode("latin-1"),
                                         content_type="text/html; charset=iso-8859-1"))  # fmt: skip
    response = get()
    assert len(tags(response)) == 1
    assert "ü".encode("latin-1") in response.content


def test_lazy_responses_are_rendered_once_and_late(serving):
    def lazy(request: Any) -> HttpResponse:
        return TemplateResponse(request, "testapp/plain_page.html", {"page": {"title": "Lazy"}})

    serving(lazy)
    response = get()
    assert len(tags(response)) == 1
    assert response.content.count(b"<h1>Lazy</h1>") == 1


def test_a_form_that_is_shown_again_is_a_page_view_too(serving):
    serving(lambda request: html(body()))
    assert len(tags(get("post"))) == 1


def test_the_language_of_the_page_is_told_apart_from_the_visitors(page):  # S16
    german = Locale.objects.create(language_code="de")
    Page.objects.filter(pk=page.pk).update(locale=german)
    assert b'data-locale="de"' in tags(get(HTTP_ACCEPT_LANGUAGE="fr"))[0]


# Where it does not


def test_previews_stay_without(page):
    client = Client()
    client.force_login(User.objects.create_superuser("ada", "ada@example.com", "x"))
    page.save_revision()
    draft = client.get(f"/admin/pages/{page.pk}/view_draft/")
    assert draft.status_code == 200
    assert b"Prices" in draft.content
    assert not tags(draft)
    request = RequestFactory().get("/")
    request.is_preview = True
    both = "{% load contacttrack %}[{% contacttrack %}{% contacttrack_pixel %}]"
    assert Template(both).render(Context({"request": request, "page": page})) == "[]"


def test_the_admin_stays_without():
    client = Client()
    client.force_login(User.objects.create_superuser("ada", "ada@example.com", "x"))
    for address in ("/admin/", "/admin/pages/", "/admin/contacts/"):
        response = client.get(address, follow=True)
        assert b"</body>" in response.content or response.status_code == 404
        assert not tags(response)
    assert not tags(Client().get("/admin/login/"))


def test_a_view_can_keep_the_tag_out(serving):
    def private(request: Any) -> HttpResponse:
        request.contacttrack_disabled = True
        return html(body())

    serving(private)
    assert not tags(get())


@pytest.mark.parametrize(
    "make",
    [
        lambda request: JsonResponse({"html": "<body></body>"}),
        lambda request: HttpResponse(body(), content_type="text/plain"),
        lambda request: HttpResponse(body(), content_type="application/xhtml+xml"),
        lambda request: html(body(), **{"Content-Encoding": "gzip"}),
        lambda request: HttpResponse(body(), status=404),
        lambda request: HttpResponse(body(), status=503),
        lambda request: HttpResponse(body(), status=206),
        lambda request: html("<p>A fragment for htmx</p>"),
        lambda request: html(""),
        lambda request: HttpResponse(b"\x00\xff</bodyish>", content_type="text/html"),
    ],
)
def test_everything_else_stays_as_it_is_to_the_byte(serving, make):
    before = make(None)
    serving(make)
    response = get()
    assert response.content == before.content
    assert response.status_code == before.status_code
    assert "Vary" not in before
    for name, value in before.headers.items():
        assert response[name] == value


def test_streams_stay_streams(serving):
    serving(lambda request: StreamingHttpResponse(iter([b"<body>", b"</body>"])))
    response = get()
    assert b"".join(response.streaming_content) == b"<body></body>"
    serving(lambda request: FileResponse(iter([body().encode()]), content_type="text/html"))
    assert b"".join(get().streaming_content) == body().encode()


def test_redirects_stay_as_they_are(serving):
    serving(lambda request: HttpResponse(status=302, headers={"Location": "/x"}))
    assert get().content == b""


def test_a_question_for_the_head_is_told_what_the_page_is_like():
    """Caches drop a page whose length seems to have changed."""
    whole, head = get(), get("head")
    assert head.content == b""
    assert dict(head.headers) == dict(whole.headers)
    assert int(head["Content-Length"]) == len(whole.content)


@pytest.mark.urls("tests.tracking.test_injection")
def test_a_project_without_our_addresses_still_has_its_pages(page):
    assert get().status_code == 200
    assert not tags(get())
    request = RequestFactory().get("/")
    both = "{% load contacttrack %}[{% contacttrack %}{% contacttrack_pixel %}]"
    assert Template(both).render(Context({"request": request, "page": page})) == "[]"


# The URLs of the test above: Wagtail's pages and nothing of ours.
urlpatterns = [path("", include("wagtail.urls"))]


# Lengths, tags, compression


def test_the_length_and_the_etag_are_those_of_what_is_sent(serving, settings):
    serving(lambda request: html(body(), **{"Content-Length": str(len(body()))}))
    response = get()
    assert int(response["Content-Length"]) == len(response.content) > len(body())
    settings.MIDDLEWARE = ["django.middleware.http.ConditionalGetMiddleware", *settings.MIDDLEWARE]
    first, second = get(), get()
    assert first["ETag"] == second["ETag"]
    assert get(HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    untracked = {**settings.CONTACTTRACK, "SCRIPT_POSITION": "off"}
    with override_settings(CONTACTTRACK=untracked):
        assert get()["ETag"] != first["ETag"]


def test_compression_comes_after_the_tag(serving, settings):
    import gzip

    settings.MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *settings.MIDDLEWARE]
    serving(lambda request: html(body("a" * 1000)))
    response = get(HTTP_ACCEPT_ENCODING="gzip")
    assert response["Content-Encoding"] == "gzip"
    assert len(TAG.findall(gzip.decompress(response.content))) == 1


# The pixel for visitors without JavaScript


def test_the_pixel_stands_in_noscript_and_is_the_same_for_everybody(page):  # S37 S46 S84
    template = Template("{% load contacttrack %}{% contacttrack_pixel %}")
    requests = [
        RequestFactory().get("/prices/?email=a@example.com", headers={"cookie": "a=b"}),
        RequestFactory().get("/prices/"),
    ]
    first, second = (template.render(Context({"request": r, "page": page})) for r in requests)
    assert first == second
    assert first == (
        '<noscript><img src="/mtracking.gif?page_url=http%3A%2F%2Ftestserver%2Fprices%2F'
        '&amp;page_title=Prices+%26+plans" alt="" width="1" height="1"></noscript>'
    )


def test_the_pixel_does_not_stand_for_the_script(serving):
    template = Template("{% load contacttrack %}<body>{% contacttrack_pixel %}</body>")
    serving(lambda request: html(template.render(Context({"request": request}))))
    assert len(tags(get())) == 1


def test_a_visitor_without_javascript_is_recorded_by_it(serving):  # S46
    from html import unescape

    template = Template("{% load contacttrack %}<body>{% contacttrack_pixel %}</body>")
    serving(lambda request: html(template.render(Context({"request": request}))))
    source = re.search(r'img src="([^"]+)"', get().content.decode())
    answer = browser().get(unescape(source.group(1)))
    assert answer[REASON_HEADER] == "recorded"


# Content Security Policy


def nonce_of(response: HttpResponse) -> str:
    found = re.search(rb'nonce="([^"]+)"', tags(response)[0])
    return found.group(1).decode() if found else ""


@pytest.mark.skipif(DJANGO_VERSION < (6, 0), reason="Django has its own CSP from 6.0 on")
def test_the_tag_carries_the_nonce_of_djangos_policy(settings):
    from django.utils.csp import CSP

    middleware = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    settings.MIDDLEWARE = [middleware, *settings.MIDDLEWARE]
    for name, header in (
        ("SECURE_CSP", "Content-Security-Policy"),
        ("SECURE_CSP_REPORT_ONLY", "Content-Security-Policy-Report-Only"),
    ):
        with override_settings(**{name: {"script-src": [CSP.SELF, CSP.NONCE]}}):
            response = get()
            assert nonce_of(response)
            assert f"'nonce-{nonce_of(response)}'" in response[header]
            assert nonce_of(get()) != nonce_of(response)
    with override_settings(SECURE_CSP={"script-src": [CSP.SELF]}):
        assert not nonce_of(get())
        assert get().content == get().content


POLICIES = [
    {"CSP_INCLUDE_NONCE_IN": ["script-src"]},
    {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"script-src": ["'self'", "NONCE"]}}},
    {"CONTENT_SECURITY_POLICY_REPORT_ONLY": {"DIRECTIVES": {"script-src": ["'self'", "NONCE"]}}},
]


@pytest.mark.parametrize("policy", POLICIES)
def test_the_tag_carries_the_nonce_of_django_csp(settings, serving, policy):
    class Nonce:
        """As the package's middleware provides it: made, and put into the header, when read."""

        def __bool__(self) -> bool:
            return False

        def __str__(self) -> str:
            return "r4nd0m"

    def with_nonce(request: Any) -> HttpResponse:
        request.csp_nonce = Nonce()
        return html(body())

    serving(with_nonce)
    assert not nonce_of(get())
    for name, value in policy.items():
        setattr(settings, name, value)
    assert nonce_of(get()) == "r4nd0m"


def test_the_nonce_of_django_csp_is_that_of_its_header(settings):
    constants = pytest.importorskip("csp.constants", reason="django-csp is not installed")
    settings.MIDDLEWARE = ["csp.middleware.CSPMiddleware", *settings.MIDDLEWARE]
    for values, has_nonce in (([constants.SELF, constants.NONCE], True), ([constants.SELF], False)):
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": values}}
        response = get()
        nonce = nonce_of(response)
        assert bool(nonce) is has_nonce
        assert ("'nonce-" in response["Content-Security-Policy"]) is has_nonce
        assert nonce in response["Content-Security-Policy"]


def test_a_policy_without_its_middleware_has_no_nonce(settings):
    settings.CONTENT_SECURITY_POLICY = POLICIES[1]["CONTENT_SECURITY_POLICY"]
    settings.SECURE_CSP = {"script-src": ["<CSP_NONCE_SENTINEL>"]}
    assert len(tags(get())) == 1
    assert not nonce_of(get())
