"""Flat tables of what happened, by Mautic's names."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.activity.making import NOON, agent, contact, device, did
from wagtail_contacttrack.api.stats.declared import TABLES
from wagtail_contacttrack.contacts import consent, history, points, tag_editing, utm
from wagtail_contacttrack.contacts.models import Company, CompanyMembership
from wagtail_contacttrack.outbound.models import Message, TrackedLink
from wagtail_contacttrack.wire.phpserialize import loads

pytestmark = pytest.mark.django_db

HIT = {
    "utm": {"utm_campaign": "spring"},
    "language": "de",
    "browser_languages": ["de-AT", "en"],
    "params": {"cart": {"size": "3"}},
}


@pytest.fixture
def ask(admin_program):
    def ask(table, **query):
        return admin_program.ask(f"stats/{table}?{urlencode(query)}")

    return ask


def condition(column, expression, value):
    return {"where[0][col]": column, "where[0][expr]": expression, "where[0][val]": value}


def test_the_tables_and_their_columns_are_told(admin_program):
    body = admin_program.ask("stats")
    assert {"page_hits", "lead_devices", "lead_utmtags", "lead_event_log"} <= {
        *body["availableTables"]
    }
    assert body["tableColumns"].keys() == {*body["availableTables"]}
    assert {"id", "date_hit", "lead_id", "url", "query"} <= {*body["tableColumns"]["page_hits"]}


def test_an_unknown_table_gives_the_tables_that_there_are(admin_program, ask):
    assert ask("no_such_table") == admin_program.ask("stats")


def test_a_page_hit_has_mautics_columns_as_texts(ask):
    ada = contact()
    phone = device(ada, agent("Firefox"))
    (row,) = did(
        ada, 1, data=HIT, device=phone, agent=phone.agent, address="203.0.113.9",
        referrer="https://search.example/",
    )  # fmt: skip

    body = ask("page_hits")

    assert body["total"] == "1"
    (found,) = body["stats"]
    assert loads(found.pop("query").encode()) == {
        "page_url": row.url,
        "page_title": "at 1",
        "page_referrer": "https://search.example/",
        "page_language": "de",
        "utm_campaign": "spring",
        "cart": {"size": "3"},
    }
    assert found == {
        "id": str(row.pk),
        "lead_id": str(ada.pk),
        "device_id": str(phone.pk),
        "tracking_id": phone.tracking_id,
        "date_hit": "2026-03-20 12:01:00",
        "code": "200",
        "referer": "https://search.example/",
        "url": "https://example.org/",
        "url_title": "at 1",
        "user_agent": phone.agent.raw,
        "remote_host": "203.0.113.9",
        "page_language": "de",
        "browser_languages": 'a:2:{i:0;s:5:"de-AT";i:1;s:2:"en";}',
    }


def test_what_is_absent_is_left_out(ask):
    did(contact(), 1)
    (found,) = ask("page_hits")["stats"]
    assert found.keys() == {"id", "lead_id", "date_hit", "code", "url", "url_title", "query"}


def test_links_that_were_followed_are_hits_with_their_redirect(ask):
    did(contact(), 1, kind="email.clicked", data={"link": 7, "message": 9})
    (found,) = ask("page_hits")["stats"]
    assert (found["code"], found["redirect_id"]) == ("302", "7")
    assert (found["source"], found["source_id"]) == ("email", "9")


def test_rows_are_counted_cut_and_sorted(ask):
    rows = did(contact(), *range(5))
    body = ask("page_hits", start=1, limit=2)
    assert body["total"] == "5"
    assert [found["id"] for found in body["stats"]] == [str(row.pk) for row in rows[1:3]]
    order = {"order[0][col]": "date_hit", "order[0][dir]": "DESC"}
    assert ask("page_hits", limit=1, **order)["stats"][0]["id"] == str(rows[-1].pk)
    did(contact(), *range(120))
    assert len(ask("page_hits")["stats"]) == len(ask("page_hits", limit=0)["stats"]) == 100


@pytest.mark.parametrize(
    ("column", "expression", "value", "minutes"),
    [
        ("date_hit", "gte", "2026-03-20 12:02:00", [2, 3]),
        ("url_title", "eq", "at 3", [3]),
        ("page_language", "eq", "de", [1]),
        ("redirect_id", "isNull", "", [1, 2, 3]),
    ],
)
def test_rows_are_narrowed_by_conditions(ask, column, expression, value, minutes):
    ada = contact()
    did(ada, 1, data=HIT)
    did(ada, 2, 3)
    found = ask("page_hits", **condition(column, expression, value))
    assert [row["url_title"] for row in found["stats"]] == [f"at {m}" for m in minutes]
    assert found["total"] == str(len(minutes))


@pytest.mark.parametrize(
    "query",
    [
        condition("no_such_column", "eq", "1"),
        condition("query", "eq", "1"),
        condition("id", "resembles", "1"),
        {"order[0][col]": "no_such_column"},
    ],
)
def test_what_is_wrong_with_a_question_is_said_with_status_200(ask, query):
    body = ask("page_hits", **query)
    assert body.keys() == {"errors"}
    assert body["errors"][0]["code"] == 400
    assert body["errors"][0]["message"]


def test_every_other_table_shows_what_is_known(ask):
    ada, now = contact(email="ada@site.example"), NOON
    phone = device(ada, agent("Firefox", "Linux", brand="Acme", browser_version="140"))
    utm.record(ada.pk, {"utm_source": "mail", "utm_campaign": "spring"}, now=now)
    did(ada, 1, kind=history.IDENTIFIED, data={"rule": "api", "actor": 5})
    points.change(ada.pk, "plus", 5, now=now, event="Webinar", action="seen")
    consent.forbid(ada.pk, comments="by phone", now=now)
    company = Company.objects.create(name="Acme")
    CompanyMembership.objects.create(contact=ada, company=company, is_primary=True, date_added=NOON)
    tag_editing.add_to([ada.pk], ["vip"], now=now)
    link = TrackedLink.objects.create(
        key="k", digest="0" * 32, url="https://example.org/", channel="email", hits=3,
        unique_hits=2, date_added=NOON,
    )  # fmt: skip
    Message.objects.create(
        contact=ada, recipient="ada@site.example", subject="Hello", key="secret", sent_at=NOON
    )

    def only(table):
        body = ask(table)
        (row,) = body["stats"]
        assert body["total"] == "1"
        row.pop("id", None)
        return row

    lead, noon = {"lead_id": str(ada.pk)}, "2026-03-20 12:00:00"
    added = {**lead, "date_added": noon}
    assert only("lead_utmtags") == {**added, "utm_source": "mail", "utm_campaign": "spring"}
    assert only("lead_points_change_log") == {
        **added, "type": "api", "event_name": "Webinar", "action_name": "seen", "delta": "5",
    }  # fmt: skip
    assert only("lead_event_log") == {
        **lead, "date_added": "2026-03-20 12:01:00", "user_id": "5", "bundle": "lead",
        "object": "contact.identified", "action": "identified",
        "properties": 'a:2:{s:4:"rule";s:3:"api";s:5:"actor";i:5;}',
    }  # fmt: skip
    assert only("lead_donotcontact") == {
        **added, "reason": "3", "channel": "email", "comments": "by phone",
    }  # fmt: skip
    assert only("companies_leads") == {
        **added, "company_id": str(company.pk), "is_primary": "1",
    }  # fmt: skip
    assert only("lead_tags_xref").keys() == {"lead_id", "tag_id"}
    assert only("page_redirects") == {
        "redirect_id": "k", "url": link.url, "hits": "3", "unique_hits": "2", "date_added": noon,
    }  # fmt: skip
    assert only("channel_url_trackables")["channel"] == "email"
    mail = only("email_stats")
    assert mail["email_address"] == "ada@site.example"
    assert (mail["is_read"], mail["open_count"]) == ("0", "0")
    # Whoever has it can unsubscribe its recipient.
    assert "secret" not in str(mail)
    found = only("lead_devices")
    assert found["tracking_id"] == phone.tracking_id
    assert found["device_os_name"] == "Linux"
    assert loads(found["client_info"].encode()) == {
        "type": "browser", "name": "Firefox", "version": "140",
    }  # fmt: skip


def test_tags_of_campaigns_are_compared(ask):
    ada = contact()
    utm.record(ada.pk, {"utm_source": "mail"}, now=NOON)
    utm.record(ada.pk, {"utm_source": "search"}, now=NOON)
    found = ask("lead_utmtags", **condition("utm_source", "eq", "search"))
    assert [row["utm_source"] for row in found["stats"]] == ["search"]


@pytest.mark.parametrize("table", list(TABLES))
def test_every_column_that_can_be_compared_can_be(ask, table):
    for column in TABLES[table].comparable:
        for query in (condition(column, "isNotNull", ""), {"order[0][col]": column}):
            assert "stats" in ask(table, **query), (column, query)


@pytest.mark.parametrize("table", ["page_hits", "lead_devices", "lead_event_log"])
def test_a_page_costs_the_same_however_long_it_is(ask, table):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            ask(table)
        return len(caught)

    def more():
        ada = contact()
        phone = device(ada, agent(f"Firefox {ada.pk}"))
        did(ada, *range(9), device=phone, agent=phone.agent)
        did(ada, *range(9), kind=history.MERGED)

    more()
    ask(table)
    before = queries()
    for _ in range(3):
        more()
    assert queries() == before


def test_who_may_not_view_contacts_sees_no_table(program_with):
    did(contact(), 1)
    program = program_with()
    for path in ("stats", "stats/page_hits", "stats/no_such_table"):
        program.ask(path, 403)
    assert program_with("view_contact").ask("stats/page_hits")["total"] == "1"
