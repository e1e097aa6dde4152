"""Tracked links: who follows them is counted, and they lead only where the site has sent them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tests.activity.making import contact, device
from tests.tracking.conftest import browser, counts, reason
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.merging import merge
from wagtail_contacttrack.contacts.models import Contact, Device, Presence
from wagtail_contacttrack.outbound.links import tracked_url
from wagtail_contacttrack.outbound.models import LinkVisitor, TrackedLink
from wagtail_contacttrack.tracking import clickthrough
from wagtail_contacttrack.tracking.paths import keep_out_of_page_cache

from .making import TARGET, kinds, link, message, token

pytestmark = pytest.mark.django_db


def follow(made: TrackedLink, query: str = "", client: Client | None = None, **extra):
    return (client or browser()).get(f"/r/{made.key}{query}", **extra)


def hits(made: TrackedLink) -> tuple[int, int]:
    made.refresh_from_db()
    return made.hits, made.unique_hits


# Where it leads


@pytest.mark.parametrize("path", ["r", "redirect", "index.php/r", "index.php/redirect"])
def test_a_link_leads_to_its_target_by_all_its_names(visitor, path):
    response = visitor.get(f"/{path}/{link().key}")
    assert response.status_code == 302
    assert response["Location"] == TARGET


@pytest.mark.parametrize(
    ("target", "query", "location"),
    [
        ("https://a.example", "?x=1", "https://a.example?x=1"),
        ("https://a.example/?", "?x=1", "https://a.example/?x=1"),
        ("https://a.example/p?a=1&", "?x=1", "https://a.example/p?a=1&x=1"),
        ("https://a.example/p#part?", "?x=1", "https://a.example/p?x=1#part?"),
        ("https://a.example/p", "?&&x=1&", "https://a.example/p?x=1"),
        ("https://a.example/p", "?utm_source=a%20b&c=%C3%A9+%26", None),
        ("https://a.example/ü?q=ä", "", "https://a.example/%C3%BC?q=%C3%A4"),
    ],
)
def test_the_parameters_go_along_before_the_fragment(target, query, location):
    expected = location or target + query
    assert follow(link(target), query)["Location"] == expected


def test_raw_bytes_go_along_as_they_came():
    # Servers hand each of them over as one Latin-1 letter.
    response = follow(link("https://a.example/p"), QUERY_STRING="q=\u00c3\u00a4")
    assert response["Location"] == "https://a.example/p?q=%C3%A4"


def test_the_click_token_goes_along():
    ct = token(message())
    query = parse_qs(urlsplit(follow(link(), f"?ct={ct}")["Location"]).query)
    assert query == {"plan": ["a"], "ct": [ct]}


@pytest.mark.parametrize(
    "key",
    [
        "0" * 25,
        "0" * 24,
        "0" * 26,
        "A" * 25,
        "%00" * 25,
        "https://evil.example",
        "..%2f..",
        "%0d%0aSet-Cookie:%20a=b",
        "é" * 25,
        "0" * 5000,
    ],
)
def test_an_unknown_id_is_not_found(key):
    link()
    # Wagtail may put a slash to what is no id at all, before it says the same.
    response = browser().get(f"/r/{key}", follow=True)
    assert response.status_code == 404
    assert not response.cookies


def test_an_id_counts_to_the_letter():
    made = link()
    TrackedLink.objects.filter(pk=made.pk).update(key=made.key.upper())
    assert browser().get(f"/r/{made.key}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "?url=https://evil.example",
        "?next=//evil.example",
        "?@evil.example",
        "?#@evil.example",
        "?%23@evil.example",
        "?%0d%0aLocation:%20https://evil.example",
        "?\r\nSet-Cookie: a=b",
        "?\\evil.example",
        "?" + "x" * 20_000,
        "?ct[]=1&ct[a]=2",
        "?ct=%00%ff",
        "?d=YTow&tags[]=x",
    ],
)
@pytest.mark.parametrize("target", ["https://shop.example.com", "https://shop.example.com/#x"])
def test_no_parameter_leads_elsewhere_or_adds_a_header(target, query):
    response = follow(link(target), query)
    assert response.status_code == 302
    assert urlsplit(response["Location"]).netloc == "shop.example.com"
    assert not response.cookies
    assert "\n" not in response["Location"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@example.org",
        "//evil.example",
        "/local",
        "https://",
        "https:///path",
        "https://[::1",
        "https://a.example/\nb",
        "https://a.example/a b",
        "https://a.example\\@b.example",
        "https://a.example/" + "x" * 9000,
        "",
    ],
)
def test_what_is_no_address_of_the_web_is_never_sent_to(url):
    with pytest.raises(ValueError, match="complete http and https"):
        tracked_url(url)
    made = link()
    TrackedLink.objects.filter(pk=made.pk).update(url=url)
    assert follow(made).status_code == 404


# What is counted


def test_hits_are_counted_in_all_and_by_visitor():
    made, sent = link(), message()
    for _time in range(2):
        assert reason(follow(made, f"?ct={token(sent)}")) == "recorded"
    assert hits(made) == (2, 1)
    follow(made)
    follow(made, REMOTE_ADDR="203.0.113.77")
    assert hits(made) == (4, 3)
    assert counts() == {"recorded": 4}


def test_a_device_counts_as_one_visitor_wherever_it_is():
    made = link()
    owner = contact()
    client = browser(HTTP_COOKIE=f"mautic_device_id={device(owner).tracking_id}")
    follow(made, client=client)
    follow(made, client=client, REMOTE_ADDR="203.0.113.77")
    assert hits(made) == (2, 1)
    assert kinds() == ["link.clicked"] * 2
    assert {row.contact_id for row in Activity.objects.all()} == {owner.pk}


def test_who_follows_a_link_as_a_stranger_becomes_nobody():
    response = follow(link())
    assert response.status_code == 302
    assert not Contact.objects.exists()
    assert not Device.objects.exists()
    assert not kinds()


def test_one_address_has_one_link_in_each_channel():
    assert link().key == link().key
    assert link(channel="link").key != link().key
    assert TrackedLink.objects.count() == 2


def test_head_leads_there_and_counts_nothing():
    made, sent = link(), message()
    response = browser().head(f"/r/{made.key}?ct={token(sent)}")
    assert response.status_code == 302
    assert urlsplit(response["Location"]).netloc == "shop.example.com"
    assert hits(made) == (0, 0)
    assert not kinds()


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"HTTP_USER_AGENT": "Googlebot/2.1"}, "bot"),
        ({"REMOTE_ADDR": "10.0.0.1"}, "private_ip"),
        ({"HTTP_DNT": "1"}, "dnt"),
        ({"HTTP_SEC_GPC": "1"}, "gpc"),
        ({"HTTP_SEC_PURPOSE": "prefetch"}, "prefetch"),
    ],
)
def test_who_may_not_be_tracked_is_led_there_and_not_counted(headers, refused):
    made, sent = link(), message()
    response = follow(made, f"?ct={token(sent)}", **headers)
    assert response.status_code == 302
    assert reason(response) == refused
    assert hits(made) == (0, 0)
    assert not kinds()
    sent.refresh_from_db()
    assert sent.clicks == 0
    assert counts() == {refused: 1}


def test_an_editor_is_not_counted(admin_client):
    made = link()
    response = admin_client.get(f"/r/{made.key}", REMOTE_ADDR="203.0.113.1")
    assert (response.status_code, reason(response)) == (302, "staff_excluded")
    assert hits(made) == (0, 0)


def test_a_flood_is_led_there_and_not_counted(configure):
    configure(RATE_LIMIT=2)
    made = link()
    assert [follow(made).status_code for _time in range(4)] == [302] * 4
    assert hits(made)[0] == 2
    assert counts() == {"recorded": 2, "rate_limited": 2}


def test_no_cache_keeps_the_answer_and_no_cookie_comes_with_it(rf):
    sent = message()
    for query in ("", f"?ct={token(sent)}", "?ct=rubbish"):
        response = follow(link(), query, HTTP_COOKIE="Blocked-Tracking=1")
        assert "no-store" in response["Cache-Control"]
        assert not response.cookies
        assert reason(response) == "recorded"


@pytest.mark.parametrize(
    "path",
    [
        f"/r/{'0' * 25}",
        f"/index.php/redirect/{'0' * 25}",
        "/email/x.gif",
        "/email/unsubscribe/x",
        "/email/resubscribe/x",
    ],
)
def test_page_caches_leave_these_doors_alone(rf, path):
    assert keep_out_of_page_cache(rf.get(path), True) is False


# Whose click it is


def test_a_click_of_a_recipient_stands_in_the_timeline():
    made, sent = link(), message()
    follow(made, f"?ct={token(sent)}")
    row = Activity.objects.get()
    assert (row.kind, row.contact_id, row.title) == ("email.clicked", sent.contact_id, sent.subject)
    assert row.url == TARGET
    assert row.agent.browser == "Firefox"
    assert row.data == {"message": sent.pk, "link": made.pk}
    sent.refresh_from_db()
    assert sent.clicks == 1
    assert sent.clicked_at == sent.opened_at == row.time
    assert Presence.objects.get().at == row.time


def test_a_click_identifies_nobody():
    sent, other = message(), contact(email="bob@example.org")
    used = device(other)
    client = browser(HTTP_COOKIE=f"mautic_device_id={used.tracking_id}")
    follow(link(), f"?ct={token(sent)}", client=client)
    used.refresh_from_db()
    assert used.contact_id == other.pk
    row = Activity.objects.get()
    assert (row.contact_id, row.device_id) == (sent.contact_id, None)


@pytest.mark.parametrize("spoil", [lambda ct: ct[:-1], lambda ct: "9" + ct, lambda ct: ct + "x"])
def test_a_forged_token_is_nobodys(spoil):
    sent = message()
    assert reason(follow(link(), f"?ct={spoil(token(sent))}")) == "recorded"
    assert not kinds()
    sent.refresh_from_db()
    assert sent.clicks == 0


def test_an_expired_token_is_nobodys_and_still_leads_there(configure):
    configure(CLICKTHROUGH_MAX_AGE=86_400)
    sent = message()
    response = follow(link(), f"?ct={token(sent, hours=25)}")
    assert response.status_code == 302
    assert not kinds()


def test_the_unsigned_form_counts_by_the_hash_of_a_message_and_only_if_allowed(configure):
    sent, other = message(), contact(email="eve@example.org")
    query = f"?ct[stat]={sent.key}&ct[lead]={other.pk}"
    follow(link(), query)
    assert not kinds()
    configure(TRACK_UNSIGNED_CLICKTHROUGH=True)
    follow(link(), query)
    assert Activity.objects.get().contact_id == sent.contact_id
    follow(link(), f"?ct[stat]={'0' * 32}&ct[lead]={other.pk}")
    assert not Activity.objects.filter(contact=other).exists()


def test_the_click_of_somebody_who_was_merged_goes_to_who_that_is_now():
    sent = message()
    ct = token(sent)
    survivor = contact(email="ada@example.com")
    merge(survivor.pk, sent.contact_id, rule="editor", now=timezone.now())
    follow(link(), f"?ct={ct}")
    sent.refresh_from_db()
    assert sent.contact_id == survivor.pk
    assert Activity.objects.get(kind="email.clicked").contact_id == survivor.pk


def test_the_click_of_somebody_who_was_deleted_is_nobodys():
    made, sent = link(), message()
    ct = token(sent)
    sent.contact.delete()
    assert reason(follow(made, f"?ct={ct}")) == "recorded"
    assert hits(made) == (1, 1)
    assert not kinds()


def test_a_link_for_one_contact_without_a_message():
    owner = contact(email="ada@example.org")
    url = tracked_url("https://shop.example.com/", contact_id=owner.pk)
    response = browser().get(urlsplit(url).path + "?" + urlsplit(url).query)
    assert response.status_code == 302
    row = Activity.objects.get()
    assert (row.kind, row.contact_id) == ("link.clicked", owner.pk)


# Machines


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (compatible; Barracuda Sentinel)", "Barracuda"),
        ("Mimecast-URL-Checker", "Mimecast"),
        ("Mozilla/5.0 Proofpoint URL Defense bot", "Proofpoint"),
        ("Microsoft Office Existence Discovery", "Microsoft Office"),
        ("Mozilla/5.0 (Windows NT 10.0) SafeLinks", "Microsoft Safe Links"),
    ],
)
def test_a_scanner_is_marked_and_counts_as_nobody(agent, name, contact_page):
    made, sent = link(), message()
    before = Presence.objects.get().at
    for _time in range(3):
        response = follow(made, f"?ct={token(sent)}", HTTP_USER_AGENT=agent)
        assert (response.status_code, reason(response)) == (302, "machine")
    assert hits(made) == (0, 0)
    assert not LinkVisitor.objects.exists()
    sent.refresh_from_db()
    assert (sent.clicks, sent.clicked_at, sent.opened_at) == (0, None, None)
    row = Activity.objects.get()
    assert (row.kind, row.data["machine"]) == ("email.clicked", name)
    assert Presence.objects.get().at == before
    assert f"By a machine: {name}" in contact_page(sent.contact).get_text()


def test_a_click_right_after_sending_is_a_scanners(contact_page):
    sent = message(sent_at=timezone.now() - timedelta(seconds=2))
    assert reason(follow(link(), f"?ct={token(sent)}")) == "machine"
    unsent = message(sent.contact, sent_at=None)
    assert reason(follow(link(), f"?ct={token(unsent)}")) == "machine"
    late = message(sent.contact, sent_at=timezone.now() - timedelta(seconds=6))
    assert reason(follow(link(), f"?ct={token(late)}")) == "recorded"
    assert [row.data.get("machine") for row in Activity.objects.order_by("id")] == [
        "haste",
        "haste",
        None,
    ]
    assert "as only scanners are" in contact_page(sent.contact).get_text()


def test_a_token_says_no_more_than_its_reader_may_know():
    sent = message()
    assert "ada" not in clickthrough.sign(sent.contact_id, message=sent.key, now=timezone.now())
