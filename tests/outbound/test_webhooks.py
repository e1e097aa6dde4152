"""Webhooks are delivered: signed, in order, at least once, and to nobody who must not get them."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry, Site

from tests.activity.making import contact, did
from tests.outbound.receiving import Receiver
from tests.tracking.conftest import browser
from wagtail_contacttrack import reactions
from wagtail_contacttrack.activity.adding import add
from wagtail_contacttrack.outbound.webhooks import delivery, queue, sending, tasks, triggers
from wagtail_contacttrack.outbound.webhooks.models import Webhook, WebhookEvent
from wagtail_contacttrack.outbound.webhooks.triggers import Trigger

pytestmark = pytest.mark.django_db

HIT = "mautic.page_on_hit"
NOW = timezone.now()


def later(**delta):
    return NOW + timedelta(**delta)


def happens(*minutes_ago, title="Shop"):
    """Visits of one contact so many minutes ago."""
    ada = contact(firstname="Ada")
    for ago in minutes_ago or (1,):
        at = NOW - timedelta(minutes=ago)
        add("page.hit", ada.pk, now=at, url="https://testserver/", title=f"{title} {ago}")
    return ada


def titles(receiver: Receiver) -> list[str]:
    return [item["hit"]["urlTitle"] for item in receiver.items]


# What is sent


def test_a_delivery_is_signed_json_with_what_happened(receiver):
    receiver.webhook(HIT)
    ada = happens(1)

    assert delivery.deliver(now=NOW) == 1

    (came,) = receiver.deliveries
    assert came.path == "/hook?from=us"
    assert came.headers["Content-Type"] == "application/json"
    assert came.headers["X-Origin-Base-URL"] == Site.objects.get().root_url
    assert came.is_signed()
    assert not came.is_signed("something else")
    (item,) = came.events[HIT]
    assert item["hit"]["lead"]["fields"]["all"]["firstname"] == "Ada"
    assert item["hit"]["lead"]["id"] == ada.pk
    assert item["timestamp"] == (NOW - timedelta(minutes=1)).replace(microsecond=0).isoformat()
    event = WebhookEvent.objects.get()
    assert item["eventId"] == event.pk
    assert (event.delivered_at, event.next_try, event.last_status) == (
        event.delivered_at, None, 200,
    )  # fmt: skip
    assert event.delivered_at is not None


def test_nothing_is_sent_twice(receiver):
    receiver.webhook(HIT)
    happens(1)

    assert [delivery.deliver(now=NOW), delivery.deliver(now=later(days=1))] == [1, 0]
    assert len(receiver.deliveries) == 1


def test_what_waits_goes_together_and_each_kind_by_itself(receiver):
    receiver.webhook(HIT, "mautic.lead_points_change")
    ada = happens(3, 2, 1)
    data = {"delta": 5, "points": 7}
    add("points", ada.pk, now=NOW, data=data)

    assert delivery.deliver(now=NOW) == 4
    assert receiver.triggers == [HIT, "mautic.lead_points_change"]
    assert receiver.items[-1]["points"] == {"old_points": 2, "new_points": 7}


@pytest.mark.parametrize(
    ("order", "expected"),
    [("ASC", ["Shop 3", "Shop 2", "Shop 1"]), ("DESC", ["Shop 1", "Shop 2", "Shop 3"])],
)
@pytest.mark.parametrize("batch", [2, 100])
def test_events_come_in_the_order_that_the_webhook_wants(
    receiver, monkeypatch, order, expected, batch
):
    monkeypatch.setattr(delivery, "BATCH", batch)
    receiver.webhook(HIT, events_order=order)
    happens(3, 2, 1)

    delivery.deliver(now=NOW)

    assert titles(receiver) == expected


def test_each_webhook_gets_what_it_wants_and_only_published_ones(receiver):
    receiver.webhook(HIT, url=f"{receiver.url}&a")
    receiver.webhook(HIT, url=f"{receiver.url}&b")
    receiver.webhook("mautic.email_on_open", url=f"{receiver.url}&c")
    receiver.webhook(HIT, url=f"{receiver.url}&d", is_published=False)
    happens(1)

    delivery.deliver(now=NOW)

    assert {came.path[-1] for came in receiver.deliveries} == {"a", "b"}


def test_a_project_adds_its_own_trigger(receiver, monkeypatch):
    monkeypatch.setattr(triggers, "_triggers", dict(triggers._triggers))
    triggers.register(
        Trigger("shop.order", "Order", "", "order", lambda rows: [e.facts for e in rows])
    )
    receiver.webhook("shop.order")

    assert reactions.wanted("order")
    add("order", happens(1).pk, now=NOW)
    delivery.deliver(now=NOW)

    assert receiver.triggers == ["shop.order"]


def test_a_mistake_in_making_events_holds_up_no_other_webhook(receiver, monkeypatch):
    monkeypatch.setattr(triggers, "_triggers", dict(triggers._triggers))
    triggers.register(Trigger("shop.order", "Order", "", "order", lambda rows: 1 / 0))
    receiver.webhook("shop.order", HIT)
    add("order", happens(1).pk, now=NOW - timedelta(hours=1))

    assert delivery.deliver(now=NOW) == 1
    assert receiver.triggers == [HIT]
    assert WebhookEvent.objects.get(trigger="shop.order").last_error == "payload"


# When it fails


def test_it_is_tried_again_after_longer_and_longer_pauses_and_then_given_up(receiver):
    receiver.webhook(HIT)
    receiver.status = 500
    happens(1)
    now, pauses = NOW, []
    while len(pauses) < 10:
        assert delivery.deliver(now=now) == 0
        event = WebhookEvent.objects.get()
        if event.next_try is None:
            break
        pause = event.next_try - now
        pauses.append(round(pause.total_seconds() / 60))
        # Not a moment earlier.
        before = len(receiver.deliveries)
        delivery.deliver(now=event.next_try - timedelta(seconds=5))
        assert len(receiver.deliveries) == before
        now = event.next_try + timedelta(seconds=1)

    assert pauses == [1, 5, 30, 120, 360, 1440]
    assert event.attempts == len(receiver.deliveries) == 7
    assert event.delivered_at is None
    assert event.last_status == 500
    assert "said by the receiver" in event.last_error


def test_what_failed_arrives_later_as_it_was(receiver):
    receiver.webhook(HIT)
    receiver.status = 503
    ada = happens(1)
    delivery.deliver(now=NOW)
    ada.firstname = "Grace"
    ada.save()

    receiver.status = 204
    assert delivery.deliver(now=later(minutes=2)) == 1

    first, second = receiver.deliveries
    assert first.body == second.body
    assert WebhookEvent.objects.get().last_error == ""


def test_a_receiver_that_fails_gets_nothing_more_in_the_same_run(receiver, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 1)
    receiver.webhook(HIT)
    receiver.status = 500
    happens(3, 2, 1)

    delivery.deliver(now=NOW)

    assert len(receiver.deliveries) == 1


def test_gone_means_that_nothing_is_sent_any_more(receiver):
    webhook = receiver.webhook(HIT)
    receiver.status = 410
    happens(2, 1)

    delivery.deliver(now=NOW)

    webhook.refresh_from_db()
    assert not webhook.is_published
    assert not queue.waiting(webhook).exists()
    assert ModelLogEntry.objects.get(action=delivery.STOPPED).object_id == str(webhook.pk)
    happens(1)
    assert WebhookEvent.objects.count() == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_sent_to_another_place(receiver, status):
    receiver.webhook(HIT)
    with Receiver() as other:
        receiver.status, receiver.answer_headers = status, {"Location": other.url}
        happens(1)

        assert delivery.deliver(now=NOW) == 0

        assert other.deliveries == []
        assert WebhookEvent.objects.get().last_error == f"redirect: {other.url}"


def test_a_slow_receiver_is_given_up_in_time(receiver, monkeypatch):
    """Also one that sends a byte now and then."""

    def drip(handler):
        for _ in range(40):
            handler.wfile.write(b"H")
            time.sleep(0.1)

    receiver.before = drip
    post = sending.post
    monkeypatch.setattr(delivery, "post", lambda *a, **k: post(*a, **k, timeout=0.5))
    receiver.webhook(HIT)
    happens(1)

    began = time.monotonic()
    delivery.deliver(now=NOW)

    assert time.monotonic() - began < 2
    assert WebhookEvent.objects.get().last_error == "timeout"


def test_nobody_there(receiver):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    receiver.webhook(HIT, url=url)
    happens(1)

    delivery.deliver(now=NOW)

    assert WebhookEvent.objects.get().last_error.startswith("connect")


# Where it may lead


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "::", "ff02::1",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address):
    assert not sending.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_others_are(address):
    assert sending.is_public(address)


def test_private_addresses_are_refused_whatever_their_name(receiver, settings, monkeypatch):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "WEBHOOK_ALLOW_PRIVATE": False}
    found = socket.getaddrinfo("127.0.0.1", receiver.server.server_port, type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    url = f"http://public.example:{receiver.server.server_port}/"
    receiver.webhook(HIT, url=url)
    happens(1)

    assert delivery.deliver(now=NOW) == 0
    assert receiver.deliveries == []
    assert WebhookEvent.objects.get().last_error == "private: 127.0.0.1"


def test_the_connection_goes_to_the_address_that_was_looked_at(receiver, monkeypatch):
    """A name server that answers differently the next time is not asked a second time."""
    asked = []

    def resolve(host, port, **kwargs):
        asked.append(host)
        assert len(asked) == 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    url = f"http://rebinding.example:{receiver.server.server_port}/x"

    answer = sending.post(url, b"{}", {}, allow_private=True)

    assert answer.status == 200
    (came,) = receiver.deliveries
    assert came.headers["Host"] == f"rebinding.example:{receiver.server.server_port}"


@pytest.mark.parametrize(
    "url", ["", "ftp://a.example/", "http://", "/path", "http://a:b@c.example/", "http://a:99999/"]
)
def test_only_addresses_of_the_web_count(url):
    with pytest.raises(sending.Refused):
        sending.target_of(url)


# Who delivers


def test_a_worker_that_died_between_claim_and_sending_loses_nothing(receiver, monkeypatch):
    receiver.webhook(HIT)
    happens(1)

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(delivery, "post", die)
        # It does not even come to take its mark away.
        patched.setattr(delivery, "_release", lambda webhook, mark: None)
        delivery.deliver(now=NOW)

    assert delivery.deliver(now=later(seconds=30)) == 0
    assert delivery.deliver(now=later(minutes=5)) == 1
    assert len(receiver.deliveries) == 1


def test_a_worker_that_was_too_slow_leaves_the_rest_to_its_successor(receiver, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 1)
    webhook = receiver.webhook(HIT)
    happens(3, 2, 1)

    def taken_over(handler):
        if len(receiver.deliveries) == 1:
            Webhook.objects.filter(pk=webhook.pk).update(lease=None)

    monkeypatch.setattr(
        delivery, "post", lambda *a, **k: (sending.post(*a, **k), taken_over(None))[0]
    )
    assert delivery.deliver(now=NOW) == 1


# What it costs, and what is left


def test_visits_cost_no_query_more_without_a_webhook(receiver, visits_measured):
    plain = visits_measured()
    receiver.webhook("mautic.email_on_open")
    assert visits_measured() == plain
    receiver.webhook(HIT)
    assert visits_measured() == plain + 1


@pytest.fixture
def visits_measured(db):
    visitor = browser()

    def measure():
        body = {"page_url": "https://testserver/", "page_title": "A"}
        visitor.post("/mtc/event", body)
        with CaptureQueriesContext(connection) as queries:
            visitor.post("/mtc/event", body)
        return len(queries)

    measure()
    return measure


def test_what_is_rolled_back_is_never_sent(receiver):
    receiver.webhook(HIT)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        happens(1)
        1 / 0  # noqa: B018

    assert not WebhookEvent.objects.exists()


def test_a_webhook_that_is_deleted_meanwhile_holds_up_no_visit(receiver):
    webhook = receiver.webhook(HIT)
    assert reactions.wanted("page.hit")
    Webhook.objects.filter(pk=webhook.pk)._raw_delete("default")

    happens(1)

    assert delivery.deliver(now=NOW) == 0


def test_the_command_delivers_and_removes_what_is_too_old(receiver):
    webhook = receiver.webhook(HIT)
    now = timezone.now()
    ages = {"fresh": 6, "delivered": 8, "failed": 20, "too old": 31}
    for name, days in ages.items():
        at = now - timedelta(days=days)
        delivered = at if name in ("fresh", "delivered") else None
        WebhookEvent.objects.create(
            webhook=webhook,
            trigger=HIT,
            facts={"name": name},
            date_added=at,
            delivered_at=delivered,
        )
    did(contact(), 0)
    happens(1)

    out = StringIO()
    call_command("deliver_webhooks", stdout=out)

    assert "Delivered: 1" in out.getvalue()
    kept = WebhookEvent.objects.exclude(facts__has_key="activity")
    assert {row.facts["name"] for row in kept} == {"fresh", "failed"}


def test_a_test_is_sent_once_and_at_once(receiver):
    webhook = receiver.webhook(HIT, is_published=False)
    receiver.status = 500

    event = delivery.send_test(webhook, now=NOW)

    assert (event.last_status, event.next_try) == (500, None)
    assert receiver.deliveries[0].events["mautic.test"][0]["test"] is True
    assert receiver.deliveries[0].is_signed()


DOCS = Path(__file__).parents[2] / "docs" / "webhooks.md"


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    return found.group(1)


@pytest.mark.parametrize(
    ("secret", "expected"), [("sécret", True), ("another", False), ("", False)]
)
def test_the_documentation_verifies_signatures_in_python(secret, expected):
    body = '{"name": "Zoë"}'.encode()
    known: dict = {}
    exec(block("python"), known)

    assert known["is_genuine"](body, delivery.signature(body, "sécret"), secret) is expected
    assert not known["is_genuine"](body, "", secret)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.parametrize(("secret", "expected"), [("sécret", "true"), ("another", "false")])
def test_the_documentation_verifies_signatures_in_node(secret, expected):
    body = '{"name": "Zoë"}'
    given = [body, delivery.signature(body.encode(), "sécret"), secret]
    call = "isGenuine(Buffer.from(process.argv[1]), ...process.argv.slice(2))"
    code = f"{block('js')}\nconsole.log({call})"
    found = subprocess.run(["node", "-e", code, *given], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == expected


def test_a_worker_of_the_project_is_woken_once_it_is_committed(
    receiver, monkeypatch, django_capture_on_commit_callbacks
):
    woken = []

    class Worker:
        supports_defer = True

    class Task:
        def get_backend(self):
            return Worker()

        def using(self, run_after):
            return self

        def enqueue(self):
            woken.append(1)

    monkeypatch.setattr(tasks, "deliver_webhooks", Task())
    monkeypatch.setattr(tasks, "_gathering_until", 0.0)
    receiver.webhook(HIT)
    with django_capture_on_commit_callbacks(execute=True):
        happens(3, 2, 1)
        assert woken == []
    # What comes in within a second is gathered.
    assert woken == [1]


def test_nobody_is_woken_without_a_worker(receiver, django_capture_on_commit_callbacks):
    receiver.webhook(HIT)
    with django_capture_on_commit_callbacks() as waiting:
        add("page.hit", contact().pk, now=NOW)
    assert waiting == []


def test_a_receiver_that_answers_in_bytes_keeps_no_other_waiting(receiver):
    receiver.status, receiver.body = 500, b"gz\0\x1f\xffbin"
    with Receiver() as other:
        receiver.webhook(HIT)
        other.webhook(HIT)
        happens(1)
        assert delivery.deliver(now=NOW) == 1
    failed = WebhookEvent.objects.get(delivered_at=None)
    assert failed.attempts == 1
    assert failed.last_error.startswith("status: gz")
    assert "\0" not in failed.last_error


def test_what_goes_wrong_at_one_webhook_stays_there(receiver, monkeypatch):
    with Receiver() as other:
        broken = receiver.webhook(HIT)
        other.webhook(HIT)
        happens(1)
        real = delivery._try

        def fail(webhook, *args):
            if webhook == broken:
                raise UnicodeEncodeError("latin-1", "x", 0, 1, "no")
            return real(webhook, *args)

        monkeypatch.setattr(delivery, "_try", fail)
        assert delivery.deliver(now=NOW) == 1
        assert len(other.deliveries) == 1
