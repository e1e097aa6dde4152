"""Lists: containers, totals, pages, conditions and orders."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.activity.making import NOON, agent, contact, device, did
from wagtail_contacttrack.api import listing
from wagtail_contacttrack.contacts import consent, points, tag_editing, utm
from wagtail_contacttrack.contacts.models import Company, CompanyMembership, Contact, Note, Tag
from wagtail_contacttrack.outbound.webhooks.models import Webhook
from wagtail_contacttrack.segments import members
from wagtail_contacttrack.segments.models import Segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return [
        contact(email=f"p{number}@site.example", points=number % 3, city="Graz" if number else "")
        for number in range(7)
    ]


def ids(body):
    return [int(number) for number in body["contacts"]]


@pytest.mark.parametrize(
    ("path", "empty"),
    [
        ("contacts", {"total": "0", "contacts": {}}),
        ("companies", {"total": "0", "companies": {}}),
        ("tags", {"total": 0, "tags": []}),
        ("segments", {"total": 0, "lists": []}),
        ("notes", {"total": 0, "notes": []}),
        ("devices", {"total": 0, "devices": []}),
    ],
)
def test_an_empty_list_is_written_as_mautic_writes_it(admin_program, path, empty):
    assert admin_program.ask(path) == empty


def test_start_and_limit_cut_pages_out_of_the_order_of_ids(admin_program, people):
    first = admin_program.ask("contacts?limit=3")
    second = admin_program.ask("contacts?limit=3&start=3")
    last = admin_program.ask("contacts?limit=3&start=6")
    assert ids(first) + ids(second) + ids(last) == [person.pk for person in people]
    assert {page["total"] for page in (first, second, last)} == {"7"}


def test_cursors_lead_through_all_pages_once_also_while_rows_come_and_go(admin_program, people):
    body = admin_program.ask("contacts?limit=3")
    seen = ids(body)
    people[0].delete()
    contact(email="late@site.example")
    while "next" in body:
        body = admin_program.ask(f"contacts?limit=3&cursor={body['next']}")
        seen += ids(body)
    assert seen[:7] == [person.pk or seen[0] for person in people]
    assert len(seen) == len(set(seen)) == 8


def test_a_cursor_of_another_order_is_refused(admin_program, people):
    cursor = admin_program.ask("contacts?limit=2")["next"]
    for query in ("&orderBy=email", "&orderBy=id&orderByDir=DESC"):
        body = admin_program.ask(f"contacts?cursor={cursor}{query}", 400)
        assert "cursor" in body["errors"][0]["details"]
    admin_program.ask("contacts?cursor=forged", 400)


@pytest.mark.parametrize("limit", ["", "0", "-1", "nonsense", "[]"])
def test_a_limit_that_says_nothing_is_the_usual_one(admin_program, limit, people):
    assert len(ids(admin_program.ask(f"contacts?limit={limit}"))) == 7


def test_no_page_is_longer_than_a_thousand(admin_program):
    Contact.objects.bulk_create([Contact(email=f"{n}@site.example") for n in range(1_003)])
    assert len(ids(admin_program.ask("contacts?limit=5000"))) == 1_000


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("where[0][col]=email&where[0][expr]=eq&where[0][val]=p3@site.example", [3]),
        ("where[0][col]=points&where[0][expr]=gte&where[0][val]=2", [2, 5]),
        ("where[0][col]=l.points&where[0][expr]=in&where[0][val]=1,2", [1, 2, 4, 5]),
        ("where[0][col]=city&where[0][expr]=isNull", [0]),
        ("search=email:p4@site.example", [4]),
        ("search=p4@site.example", [4]),
        ("search=!city:Graz", [0]),
        ("search=is:anonymous", []),
        ("orderBy=points,email&orderByDir=DESC&limit=2", [5, 2]),
        ("orderBy=date_added&limit=2", [0, 1]),
        ("order[0][col]=email&order[0][dir]=DESC&limit=1", [6]),
        ("rawData=false&publishedOnly=0", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_conditions_and_orders(admin_program, people, query, numbers):
    assert ids(admin_program.ask(f"contacts?{query}")) == [people[n].pk for n in numbers]


@pytest.mark.parametrize(
    "query",
    ["orderBy=password", "where[0][col]=owner__password&where[0][expr]=eq&where[0][val]=x",
     "where[0][col]=points&where[0][expr]=drop&where[0][val]=1", "order[0][col]=1;--"],
)  # fmt: skip
def test_columns_that_are_not_offered_are_refused(admin_program, people, query):
    body = admin_program.ask(f"contacts?{query}", 400)
    assert body["errors"][0]["details"]


def test_a_search_looks_for_tags_by_their_whole_name(admin_program, people):
    tag_editing.add_to([people[2].pk], ["VIP"], now=NOON)
    assert ids(admin_program.ask("contacts?search=tag:VIP")) == [people[2].pk]
    assert Tag.objects.count() == 1


def test_large_totals_are_remembered_and_small_ones_are_exact(admin_program, people, monkeypatch):
    monkeypatch.setattr(listing, "MANY", 3)
    assert admin_program.ask("contacts")["total"] == "7"
    contact(email="late@site.example")
    assert admin_program.ask("contacts")["total"] == "7"
    assert admin_program.ask("contacts?search=late")["total"] == "1"


@pytest.mark.parametrize(
    "query",
    [
        "search=email:nobody@site.example",
        "search=tag:nothing",
        "search=ids:999",
        "where[0][col]=email&where[0][expr]=in&where[0][val]=",
    ],
)
def test_what_matches_nobody_is_an_empty_list(admin_program, people, query):
    assert admin_program.ask(f"contacts?{query}") == {"total": "0", "contacts": {}}


@pytest.mark.parametrize(
    ("expression", "value", "found"),
    [
        ("eq", "P1@site.EXAMPLE", [1]),
        ("neq", "p1@site.example", [0, 2, 3, 4, 5, 6]),
        ("like", "p2%", [2]),
        ("like", "%3@site.example", [3]),
        ("notLike", "p%", []),
        ("in", "p1@site.example,p4@site.example", [1, 4]),
        ("eq", "p_@site.example", []),
    ],
)
def test_addresses_are_compared_with_their_index_as_without(
    admin_program, people, expression, value, found
):
    contact(date_identified=None)
    query = f"where[0][col]=email&where[0][expr]={expression}&where[0][val]={quote(value)}"
    body = admin_program.ask(f"contacts?{query}")
    assert ids(body) == [people[number].pk for number in found]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["letters", "old"]),
        ("?published=1", ["letters"]),
        ("?publishedOnly=true", ["letters"]),
        ("?search=is%3Apublished", ["letters"]),
        ("?search=is%3Aunpublished", ["old"]),
        ("?search=%21is%3Apublished&publishedOnly=0", ["old"]),
        ("?search=old+is%3Apublished", []),
        ("?search=OLD+is%3AUnpublished", ["old"]),
    ],
)
def test_segments_by_whether_they_are_in_use(admin_program, query, names):
    for name in ("letters", "old"):
        sent = {"name": name, "isPublished": name != "old"}
        admin_program.send("POST", "segments/new", sent, 201)
    lists = admin_program.ask(f"segments{query}")["lists"]
    assert [entry["name"] for entry in lists and lists.values()] == names


def test_contacts_are_all_published(admin_program, people):
    found = admin_program.ask("contacts?search=is%3Apublished+email%3Ap3%25&published=1")
    assert ids(found) == [people[3].pk]
    assert admin_program.ask("contacts?search=is%3Aunpublished")["total"] == "0"


@pytest.fixture
def plenty(admin_user):
    """Twelve of everything, each with all that is shown with it."""
    segment = Segment.objects.create(name="Readers", alias="readers")
    for number in range(12):
        person = contact(email=f"p{number}@site.example", owner=admin_user)
        used = device(person, agent("Firefox", str(number)))
        did(person, number, device=used, agent=used.agent, address="203.0.113.9")
        points.change(person.pk, "plus", 5, now=NOON)
        utm.record(person.pk, {"utm_campaign": "x"}, now=NOON)
        consent.forbid(person.pk, now=NOON)
        Note.objects.create(contact=person, text="x", author=admin_user)
        company = Company.objects.create(name=f"C{number}")
        CompanyMembership.objects.create(contact=person, company=company)
        Segment.objects.create(name=f"S{number}", alias=f"s{number}")
        Webhook.objects.create(name=f"W{number}", url="https://hooks.example/", secret="x")
    everybody = list(Contact.objects.values_list("pk", flat=True))
    tag_editing.add_to(everybody, [f"T{n}" for n in range(12)], now=NOON)
    members.add(segment, everybody, now=NOON)


@pytest.mark.parametrize(
    "path",
    [
        "contacts", "companies", "tags", "notes", "devices", "segments", "hooks", "users",
        "fields/contact", "fields/company", "contacts/activity", "stats/page_hits",
        "stats/lead_devices", "stats/lead_utmtags", "stats/companies_leads",
    ],
)  # fmt: skip
def test_a_page_costs_as_many_queries_as_any_other(admin_program, plenty, path):
    admin_program.ask(f"{path}?limit=1")
    counts = []
    for limit in (2, 11):
        with CaptureQueriesContext(connection) as queries:
            admin_program.ask(f"{path}?limit={limit}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
