"""Members who are logged in, in a real browser: their page views say who they are, signed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route
from wagtail.models import Site

from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.tracking import identity

from .conftest import Tracked, document, served, settled, snippet, until
from .serving import Server
from .test_wagtail_page import prices, template  # noqa: F401  (fixtures)

TAG = '<script async src="/mtc/identity.js" data-identity></script>'
EVENT = "**/mtc/event"
ENDPOINT = "**/mtc/identity"


@pytest.fixture
def members(site: Tracked, configure: Any) -> None:
    configure(TRACK_MEMBERS=True, IDENTITY_MODE="report")
    identity.clear()


def log_in(context: BrowserContext, site: Tracked, name: str = "ada") -> None:
    """Have the browser carry the session of a member."""
    user, _ = get_user_model().objects.get_or_create(
        username=name,
        defaults={"email": f"{name}@example.org", "first_name": name.title()},
    )
    client = Client()
    client.force_login(user)
    value = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": value, "url": site.url}])


def sent(tab: Page) -> list[dict[str, str]]:
    """What the page views of this tab carry, as they leave the browser."""
    found: list[dict[str, str]] = []

    def note(request: Any) -> None:
        if request.url.endswith("/mtc/event") and request.post_data:
            from urllib.parse import parse_qsl

            values = dict(parse_qsl(request.post_data))
            if "mtc_leave" not in values:
                found.append(values)

    tab.on("request", note)
    return found


def signed(values: dict[str, str]) -> dict[str, str]:
    """What the token in a page view says, if there is a good one."""
    token = values.get("mtc_identity", "")
    site_id = Site.objects.get().pk
    return identity.check(token, site_id, now=timezone.now()).values if token else {}


@pytest.fixture
def page(site: Tracked, members: None) -> str:
    return site.page("/page", document(head=TAG + site.tag))


def test_the_first_page_view_of_a_member_says_who_it_is(
    tab: Page, context: BrowserContext, site: Tracked, page: str, noise: list[str]
) -> None:  # S84
    log_in(context, site)
    views = sent(tab)
    tab.goto(page)
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    (view,) = views
    assert signed(view) == {"email": "ada@example.org", "firstname": "Ada"}
    contact = Contact.objects.get()
    assert (contact.email, contact.firstname, contact.is_known) == ("ada@example.org", "Ada", True)
    assert noise == []


@pytest.mark.usefixtures("prices", "template", "members")
def test_pages_of_wagtail_need_no_tag(
    tab: Page, context: BrowserContext, site: Tracked
) -> None:  # S84
    log_in(context, site)
    tab.goto(site.url + "/")
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert Contact.objects.get().email == "ada@example.org"


def test_a_visitor_who_is_not_logged_in_says_nothing(
    tab: Page, site: Tracked, page: str, noise: list[str]
) -> None:
    views = sent(tab)
    tab.goto(page)
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert "mtc_identity" not in views[0]
    assert not Contact.objects.get().is_known
    assert noise == []


@pytest.mark.parametrize("order", ["before", "after", "twice"])
def test_the_order_of_the_two_scripts_does_not_matter(
    tab: Page, context: BrowserContext, site: Tracked, members: None, order: str
) -> None:
    code = {"before": TAG + site.tag, "after": site.tag + TAG, "twice": TAG + site.tag + TAG}
    log_in(context, site)
    slow = "**/mtc.js" if order == "before" else "**/mtc/identity.js"

    def late(route: Route) -> None:
        tab.wait_for_timeout(200)
        route.continue_()

    tab.route(slow, late)
    views = sent(tab)
    tab.goto(site.page("/ordered", document(head=code[order])))
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert [signed(view)["email"] for view in views] == ["ada@example.org"]


def test_the_published_snippet_with_the_tag_does_it_as_well(
    tab: Page, context: BrowserContext, site: Tracked, members: None
) -> None:
    log_in(context, site)
    views = sent(tab)
    tab.goto(site.page("/snippet", document(TAG, head=snippet(site.script))))
    assert settled(tab, lambda: len(site.hits()), 1) == 1
    assert signed(views[0])["email"] == "ada@example.org"


def test_later_page_views_use_the_same_token_until_it_expires(
    tab: Page, context: BrowserContext, site: Tracked, page: str
) -> None:
    log_in(context, site)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    views = sent(tab)
    tab.goto(page)
    assert until(tab, lambda: len(site.hits()) == 1)
    tab.evaluate("mt = MauticJS.sendPageview; mt(['send', 'pageview', {page_url: 'second'}])")
    assert until(tab, lambda: len(site.hits()) == 2)
    assert views[0]["mtc_identity"] == views[1]["mtc_identity"]
    assert sum(url.endswith("/mtc/identity") for url in asked) == 1
    # Eleven minutes later.
    tab.evaluate("var then = Date.now; Date.now = () => then() + 66e4")
    for number in ("third", "fourth"):
        tab.evaluate(f"MauticJS.sendPageview(['send', 'pageview', {{page_url: '{number}'}}])")
        tab.wait_for_timeout(300)
    assert until(tab, lambda: len(site.hits()) == 4)
    assert "mtc_identity" not in views[2]
    assert views[3]["mtc_identity"] != views[0]["mtc_identity"]
    assert Contact.objects.count() == 1


def test_nothing_of_it_stays_in_the_browser(
    tab: Page, context: BrowserContext, site: Tracked, page: str
) -> None:
    log_in(context, site)
    views = sent(tab)
    # What cannot be sent is kept for later, without the token.
    tab.route(EVENT, lambda route: route.fulfill(status=503))
    tab.goto(page)
    assert until(tab, lambda: tab.evaluate("localStorage.mtc_queue"))
    token = views[0]["mtc_identity"]
    kept = tab.evaluate(
        "JSON.stringify([localStorage, sessionStorage, document.cookie, document.body.innerHTML])"
    )
    assert "page_url" in kept
    assert token not in kept
    assert "identity" not in kept


def test_who_logs_in_next_is_not_taken_for_who_logged_out(
    tab: Page, context: BrowserContext, site: Tracked, page: str
) -> None:
    log_in(context, site)
    views = sent(tab)
    tab.goto(page)
    assert until(tab, lambda: len(site.hits()) == 1)
    context.clear_cookies(name="sessionid")
    tab.goto(page + "?2")
    assert until(tab, lambda: len(site.hits()) == 2)
    log_in(context, site, "grace")
    tab.goto(page + "?3")
    assert until(tab, lambda: len(site.hits()) == 3)
    assert [signed(view).get("email") for view in views] == [
        "ada@example.org", None, "grace@example.org",
    ]  # fmt: skip
    assert {contact.email for contact in Contact.objects.all()} == {
        "ada@example.org", "grace@example.org",
    }  # fmt: skip


def test_a_page_that_the_browser_had_kept_says_what_is_true_now(
    tab: Page, context: BrowserContext, site: Tracked, page: str
) -> None:
    log_in(context, site)
    views = sent(tab)
    tab.goto(page)
    assert until(tab, lambda: len(site.hits()) == 1)
    context.clear_cookies(name="sessionid")
    tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert until(tab, lambda: len(site.hits()) == 2)
    assert "mtc_identity" in views[0]
    assert "mtc_identity" not in views[1]


def test_who_has_opted_out_is_not_even_asked_about(
    tab: Page, context: BrowserContext, site: Tracked, page: str
) -> None:
    log_in(context, site)
    context.add_init_script("localStorage.mtc_optout = 1")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url.rpartition("/mtc/")[2]))
    tab.goto(page)
    tab.wait_for_timeout(1500)
    assert "identity.js" in asked
    assert not {"identity", "event"} & set(asked)


# When it fails


@pytest.mark.parametrize("failure", ["500", "abort", "rubbish", "hang", "script"])
def test_the_page_view_arrives_all_the_same_and_soon(
    tab: Page, context: BrowserContext, site: Tracked, page: str, failure: str
) -> None:
    log_in(context, site)
    address = "**/mtc/identity.js" if failure == "script" else ENDPOINT
    held: list[Route] = []
    tab.route(
        address,
        lambda route: {
            "500": lambda: route.fulfill(status=500),
            "abort": route.abort,
            "rubbish": lambda: route.fulfill(body="<html>"),
            "hang": lambda: held.append(route),
            "script": route.abort,
        }[failure](),
    )
    tab.goto(page, wait_until="commit")
    assert until(tab, lambda: len(site.hits()) == 1, 3.0)
    assert not Contact.objects.get().is_known
    loaded = tab.evaluate("performance.timeOrigin")
    waited = site.hits()[0].time.timestamp() * 1000 - loaded
    assert waited < 2500, "a second, and what the machine needs"


def test_a_forged_token_in_the_page_does_nothing(
    tab: Page, context: BrowserContext, site: Tracked, page: str
) -> None:
    forge = """
      MauticJS.sendPageview(['send', 'pageview',
        {page_url: 'forged', mtc_identity: 'eyJzaXRlIjoxfQ.' + 'a'.repeat(43)}])"""
    tab.goto(page)
    assert until(tab, lambda: len(site.hits()) == 1)
    tab.evaluate(forge)
    assert until(tab, lambda: len(site.hits()) == 2)
    hit = site.hits()[-1]
    assert "identity_forged" in str(hit.data)
    assert "eyJ" not in str(hit.data)
    assert not Contact.objects.get().is_known


def test_who_objects_carries_nothing(
    tab: Page, context: BrowserContext, site: Tracked, page: str
) -> None:
    log_in(context, site)
    context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: 1})")
    views = sent(tab)
    tab.goto(page)
    assert until(tab, lambda: views)
    assert "mtc_identity" not in views[0]


def test_a_website_of_another_origin_cannot_read_it(
    tab: Page, context: BrowserContext, site: Tracked, members: None, other: Server, configure: Any
) -> None:
    log_in(context, site)
    configure(CORS_RESTRICT_DOMAINS=False)
    other.pages["/"] = served(document())
    tab.goto(other.url)
    read = """async address => {
      try {
        const answer = await fetch(address, {credentials: 'include'});
        return await answer.text();
      } catch (error) {
        return 'refused';
      }
    }"""
    assert tab.evaluate(read, f"{site.url}/mtc").startswith("{"), "other doors are open"
    assert tab.evaluate(read, f"{site.url}/mtc/identity") == "refused"
    # As a script or a picture, nothing is said in the first place.
    answers: list[str] = []
    tab.on("response", lambda answer: answers.append(answer.url))
    tab.evaluate(
        "address => { document.body.append(Object.assign(document.createElement('script'), "
        "{src: address})) }",
        f"{site.url}/mtc/identity",
    )
    tab.wait_for_timeout(300)
    assert tab.evaluate("typeof identity") == "undefined"
