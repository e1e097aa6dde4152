"""Batches of page hits and custom activity, each exactly once."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import DataError, connection, connections

from tests.activity.making import NOON, contact, device
from tests.api.conftest import PASSWORD, Program
from tests.tracking.conftest import at_once, browser, committed, processes, test_database
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.api.hits import ingest as ingesting
from wagtail_contacttrack.contacts import merging
from wagtail_contacttrack.contacts.identifiers import digest
from wagtail_contacttrack.contacts.models import Contact, Device, Identifier, Rule

__all__ = ["committed", "processes", "test_database"]

ADA = "ada@site.example"
PAGE = "https://shop.example/cart?step=2"
DEVICE = "a" * 23


def send(program, *hits, status=200):
    return program.send("POST", "hits/batch", {"hits": list(hits)}, status).get("results")


@pytest.mark.django_db
def test_a_page_hit_is_recorded_for_whom_an_address_names(admin_program):
    person = contact(email=ADA)
    Identifier.objects.create(field="email", value=ADA, contact=person, digest=digest("email", ADA))
    (result,) = send(
        admin_program,
        {
            "event_id": "order-1", "fields": {"email": ADA.upper()}, "page_url": PAGE,
            "page_title": "Cart", "time": "2026-03-01T12:00:00+01:00", "ip": "203.0.113.9",
            "user_agent": "Mozilla/5.0 Firefox/140.0", "utm_campaign": "spring",
            "page_referrer": "https://search.example/", "data": {"total": 3},
        },
    )  # fmt: skip
    row = Activity.objects.get(kind="page.hit")
    assert result == {
        "event_id": "order-1", "status": "recorded", "reason": "recorded", "message": "",
        "contact_id": person.pk, "activity_id": row.pk,
    }  # fmt: skip
    assert (row.url, row.title, row.address) == (PAGE, "Cart", "203.0.113.9")
    assert row.time.isoformat() == "2026-03-01T11:00:00+00:00"
    assert row.page.url == "https://shop.example/cart"
    assert row.data == {"door": "server", "utm": {"utm_campaign": "spring"}, "params": {"total": 3}}
    assert row.agent.browser == "Firefox"
    assert Contact.objects.count() == 1
    person.refresh_from_db()
    assert person.email == ADA


@pytest.mark.django_db
def test_custom_activity_of_a_contact_stands_in_the_timeline(admin_program):
    person = contact(email=ADA)
    (result,) = send(
        admin_program,
        {"contact": person.pk, "kind": "forum.post", "title": "Hello", "data": {"topic": 7}},
    )
    row = Activity.objects.get(pk=result["activity_id"])
    assert (row.kind, row.title, row.data) == ("forum.post", "Hello", {"topic": 7})
    person.presence.refresh_from_db()
    assert person.presence.at == row.time


@pytest.mark.django_db
def test_somebody_unknown_becomes_a_contact_once(admin_program):
    hit = {"fields": {"email": ADA, "firstname": "Ada"}, "page_url": PAGE}
    one, two = send(admin_program, hit, hit)
    assert one["contact_id"] == two["contact_id"]
    person = Contact.objects.get()
    assert (person.email, person.firstname) == (ADA, "Ada")
    assert Identifier.objects.get().rule == Rule.API


@pytest.mark.django_db
def test_the_same_event_counts_once_within_a_batch_and_in_the_next_one(admin_program):
    person = contact(email=ADA)
    hit = {"event_id": "x", "contact": person.pk, "page_url": PAGE}
    first, second = send(admin_program, hit, hit)
    (third,) = send(admin_program, hit)
    assert [first["status"], second["status"], third["status"]] == [
        "recorded", "duplicate", "duplicate",
    ]  # fmt: skip
    assert first["activity_id"] == second["activity_id"] == third["activity_id"]
    assert Activity.objects.filter(kind="page.hit").count() == 1


@pytest.mark.django_db
def test_what_the_browser_has_sent_itself_is_a_duplicate(admin_program):
    visitor = browser()
    visitor.cookies["mautic_device_id"] = DEVICE
    page = "http://testserver/cart"
    visitor.get("/mtracking.gif", {"page_url": page, "mtc_event_id": "e1"}, HTTP_REFERER=page)
    (result,) = send(admin_program, {"device": DEVICE, "event_id": "e1", "page_url": page})
    assert result["status"] == "duplicate"


@pytest.mark.django_db
def test_a_device_brings_its_contact_and_a_new_one_is_made(admin_program):
    person = contact(email=ADA)
    known = device(person)
    known.tracking_id = DEVICE
    known.save()
    other = "b" * 23
    one, two, three = send(
        admin_program,
        {"device": DEVICE, "page_url": PAGE},
        {"device": other, "page_url": PAGE},
        {"device": other, "page_url": PAGE, "contact": person.pk},
    )
    assert one["contact_id"] == person.pk
    assert two["status"] == "recorded"
    assert Device.objects.get(tracking_id=other).contact_id == two["contact_id"]
    # An anonymous visitor is whoever the server says.
    assert three["contact_id"] == person.pk
    assert Device.objects.get(tracking_id=other).contact_id == person.pk
    assert {row.contact_id for row in Activity.objects.filter(kind="page.hit")} == {person.pk}


@pytest.mark.django_db
def test_within_one_batch_a_visitor_turns_out_to_be_somebody(admin_program):
    visit, login = (
        {"device": DEVICE, "page_url": PAGE, **further}
        for further in ({}, {"fields": {"email": ADA}})
    )
    send(admin_program, {"fields": {"email": ADA}, "page_url": PAGE})
    person = Contact.objects.get()
    results = send(admin_program, visit, login, visit)
    assert {result["contact_id"] for result in results} == {person.pk}
    rows = Activity.objects.filter(kind="page.hit", contact=person, device__tracking_id=DEVICE)
    assert rows.count() == 3


@pytest.mark.django_db
def test_the_browser_of_somebody_identified_stays_theirs(admin_program):
    send(admin_program, {"device": DEVICE, "fields": {"email": ADA}, "page_url": PAGE})
    ada = Contact.objects.get()
    bob = {"device": DEVICE, "fields": {"email": "bob@site.example"}, "page_url": PAGE}
    one, two = send(admin_program, bob, bob)
    assert one["contact_id"] == two["contact_id"] != ada.pk
    assert Activity.objects.get(pk=one["activity_id"]).device is None
    ada.refresh_from_db()
    assert ada.email == ADA
    assert Device.objects.get().contact_id == ada.pk
    assert Contact.objects.current().count() == 2


@pytest.mark.django_db
def test_who_may_not_change_contacts_joins_none(program_with):
    person, visitor = contact(email=ADA), contact(date_identified=None)
    own = device(visitor)
    hit = {"device": own.tracking_id, "contact": person.pk, "page_url": PAGE}
    (result,) = send(program_with("add_activity"), hit)
    assert result["contact_id"] == person.pk
    visitor.refresh_from_db()
    assert visitor.merged_into_id is None


@pytest.mark.django_db
def test_a_merged_contact_is_meant_by_its_old_id(admin_program):
    old, new = contact(email="old@site.example"), contact(email=ADA)
    merging.merge(new.pk, old.pk, rule=Rule.EDITOR, now=NOON)
    (result,) = send(admin_program, {"contact": old.pk, "page_url": PAGE})
    assert result["contact_id"] == new.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hit", "reason"),
    [
        ({"page_url": PAGE}, "invalid"),
        ({"contact": 999, "page_url": PAGE}, "unknown_contact"),
        ({"contact": "x", "page_url": PAGE}, "invalid"),
        ({"contact": "ADA"}, "invalid"),
        ({"contact": "ADA", "page_url": PAGE, "time": "2999-01-01T00:00:00Z"}, "invalid"),
        ({"contact": "ADA", "page_url": PAGE, "time": "1999-01-01T00:00:00Z"}, "invalid"),
        ({"contact": "ADA", "page_url": PAGE, "time": "2024-05-31T12:00:00"}, "invalid"),
        ({"contact": "ADA", "page_url": PAGE, "time": "soon"}, "invalid"),
        ({"contact": "ADA", "page_url": PAGE, "ip": "1.2.3"}, "invalid"),
        ({"contact": "ADA", "kind": "email.sent"}, "invalid"),
        ({"contact": "ADA", "kind": "Not a kind"}, "invalid"),
        ({"contact": "ADA", "page_url": ["x"]}, "invalid"),
        ({"contact": "ADA", "page_url": PAGE, "data": [1]}, "invalid"),
        ({"device": "short", "page_url": PAGE}, "invalid"),
        ({"fields": {"email": "nope"}, "page_url": PAGE}, "invalid"),
        ("nonsense", "invalid"),
        (None, "invalid"),
    ],
)
def test_one_that_cannot_be_kept_says_why_and_takes_no_other_with_it(admin_program, hit, reason):
    person = contact(email=ADA)
    if isinstance(hit, dict) and hit.get("contact") == "ADA":
        hit = {**hit, "contact": person.pk}
    good = {"contact": person.pk, "page_url": PAGE}
    first, refused, last = send(admin_program, good, hit, good)
    assert (first["status"], last["status"]) == ("recorded", "recorded")
    assert (refused["status"], refused["reason"]) == ("refused", reason)
    assert refused["message"]
    assert Activity.objects.filter(kind="page.hit").count() == 2


@pytest.mark.django_db
def test_a_list_will_do_and_has_a_limit(admin_program):
    person = contact(email=ADA)
    hit = {"contact": person.pk, "page_url": PAGE}
    body = admin_program.send("POST", "hits/batch", [hit] * 1_000)
    assert body["total"] == 1_000
    admin_program.send("POST", "hits/batch", [hit] * 1_001, 400)
    admin_program.send("POST", "hits/batch", {"hits": "x"}, 400)
    assert admin_program.send("POST", "hits/batch", [], 200) == {"total": 0, "results": []}


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_batch(admin_program, django_assert_max_num_queries):
    person = contact(email=ADA)
    hit = {"contact": person.pk, "page_url": PAGE}
    send(admin_program, hit)
    with django_assert_max_num_queries(25):
        send(admin_program, *[{**hit, "event_id": str(n)} for n in range(50)])


@pytest.mark.django_db
def test_who_may_add_activity_alone_adds_no_contacts_and_changes_none(program_with):
    person = contact(email=ADA)
    program = program_with("add_activity")
    known, unknown, changing = send(
        program,
        {"contact": person.pk, "page_url": PAGE},
        {"fields": {"email": "bob@site.example"}, "page_url": PAGE},
        {"contact": person.pk, "fields": {"city": "Graz"}, "page_url": PAGE},
    )
    assert known["status"] == "recorded"
    assert (unknown["reason"], changing["reason"]) == ("unknown_contact", "forbidden")
    person.refresh_from_db()
    assert person.city == ""


@pytest.mark.django_db
def test_what_the_database_refuses_takes_no_other_with_it(admin_program, monkeypatch):
    person, original = contact(email=ADA), ingesting._Batch._row

    def refusing(self, sql, item, verdict):
        if item.title == "bad":
            raise DataError
        return original(self, sql, item, verdict)

    monkeypatch.setattr(ingesting._Batch, "_row", refusing)
    hits = [{"contact": person.pk, "page_url": PAGE, "page_title": t} for t in ("a", "bad", "c")]
    results = send(admin_program, *hits)
    assert [result["reason"] for result in results] == ["recorded", "invalid", "recorded"]
    assert Activity.objects.filter(kind="page.hit").count() == 2


@pytest.mark.django_db
def test_a_number_that_no_database_takes_is_refused(admin_program):
    sent = '{"hits": [{"contact": 1, "page_url": "/", "data": {"x": 1e400}}]}'
    response = admin_program.call("POST", "hits/batch", data=sent, content_type="application/json")
    assert response.status_code == 400


@pytest.fixture
def racer(committed):
    user = get_user_model().objects.create_superuser("racer", "r@site.example", PASSWORD)
    yield Program(user)
    user.delete()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("values", [{}, {"fields": {"city": "Graz"}}], ids=["hit", "with news"])
def test_of_a_contact_that_is_merged_meanwhile_the_winner_gets_it(racer, monkeypatch, values):
    ada, other = contact(email=ADA), contact(firstname="Ada")
    learn, merges = ingesting.lookups.learn_pages, [other.pk]

    def merged_meanwhile(*arguments):
        if merges:
            loser = merges.pop()
            at_once(lambda: merging.merge(ada.pk, loser, rule=Rule.EDITOR, now=NOON))
        learn(*arguments)

    monkeypatch.setattr(ingesting.lookups, "learn_pages", merged_meanwhile)
    (result,) = send(racer, {"contact": other.pk, "page_url": PAGE, **values})
    assert result["contact_id"] == ada.pk
    assert Activity.objects.get(kind="page.hit").contact_id == ada.pk


def test_the_same_batches_in_several_processes_are_recorded_once(racer, processes):
    hits = [
        {"event_id": f"e{n}", "fields": {"email": f"p{n}@site.example"}, "page_url": PAGE}
        for n in range(30)
    ]

    def work(number):
        return send(racer, *(hits if number % 2 else hits[::-1]))

    ends = sorted(result["status"] for results in processes(3, work) for result in results)
    assert ends == ["duplicate"] * 60 + ["recorded"] * 30
    assert Activity.objects.filter(kind="page.hit").count() == 30
    assert Contact.objects.count() == 30


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.usefixtures("committed")
def test_many_at_once_record_an_event_once_and_make_one_contact():
    user = get_user_model().objects.create_superuser("racer", "r@site.example", PASSWORD)
    results, start = [], threading.Barrier(6)

    def report():
        start.wait()
        hits = [
            {"event_id": f"e{n}", "fields": {"email": f"p{n % 3}@site.example"}, "page_url": PAGE}
            for n in range(20)
        ]
        results.extend(send(Program(user), *hits))
        connections.close_all()

    threads = [threading.Thread(target=report) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 120
    assert sum(result["status"] == "recorded" for result in results) == 20
    assert {result["status"] for result in results} == {"recorded", "duplicate"}
    assert Activity.objects.filter(kind="page.hit").count() == 20
    assert Contact.objects.count() == 3
    user.delete()
