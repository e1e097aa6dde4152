"""Rows by the names of Mautic's tables."""

from __future__ import annotations

import pytest

from tests.activity.making import NOON, agent, contact, device, did, tracked_page
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import consent, points, tag_editing, utm
from wagtail_contacttrack.contacts.models import Company, CompanyMembership
from wagtail_contacttrack.segments import members
from wagtail_contacttrack.segments.models import Segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return contact(email="ada@site.example")


def test_the_tables_are_told_also_for_a_name_that_is_none(admin_program):
    body = admin_program.ask("stats")
    assert {"page_hits", "lead_devices", "lead_utmtags", "lead_event_log"} <= set(
        body["availableTables"]
    )
    assert "date_hit" in body["tableColumns"]["page_hits"]
    assert admin_program.ask("stats/users") == body


def test_a_page_hit_is_text_and_leaves_out_what_is_absent(admin_program, ada):
    browser = agent("Firefox", "Windows")
    used = device(ada, browser)
    page = tracked_page("https://example.org/")
    data = {
        "utm": {"utm_source": "letter"}, "params": {"size": "L"}, "language": "de",
        "browser_languages": ["de", "en"], "door": "script",
    }  # fmt: skip
    (row,) = did(ada, 1, data=data, device=used, agent=browser, page=page, address="203.0.113.9")
    did(ada, 2, kind="forum.post")
    body = admin_program.ask("stats/page_hits")
    assert body == {
        "total": "1",
        "stats": [
            {
                "id": str(row.pk), "page_id": str(page.pk), "lead_id": str(ada.pk),
                "device_id": str(used.pk), "date_hit": "2026-03-20 12:01:00", "code": "200",
                "url": "https://example.org/", "url_title": "at 1", "user_agent": browser.raw,
                "tracking_id": used.tracking_id, "ip_address": "203.0.113.9",
                "page_language": "de", "browser_languages": 'a:2:{i:0;s:2:"de";i:1;s:2:"en";}',
                "query": 'a:2:{s:10:"utm_source";s:6:"letter";s:4:"size";s:1:"L";}',
            }
        ],
    }  # fmt: skip


def test_every_table_shows_what_there_is(admin_program, ada):
    company = Company.objects.create(name="Acme")
    CompanyMembership.objects.create(contact=ada, company=company, is_primary=True)
    device(ada, agent("Firefox"))
    consent.forbid(ada.pk, now=NOON)
    points.change(ada.pk, "plus", 5, now=NOON, event="Quiz", action="won")
    utm.record(ada.pk, {"utm_campaign": "spring"}, now=NOON, further={"query": {"a": "b"}})
    tag_editing.add_to([ada.pk], ["VIP"], now=NOON)
    members.add(Segment.objects.create(name="x", alias="x"), [ada.pk], now=NOON)
    did(ada, 1)
    did(ada, 2, kind="contact.identified", data={"rule": "api", "actor": 7})

    found = {
        name: admin_program.ask(f"stats/{name}")
        for name in admin_program.ask("stats")["availableTables"]
    }
    empty = {"email_stats", "page_redirects"}
    assert {name for name, body in found.items() if body["total"] == "0"} == empty
    for name, body in found.items():
        if name not in empty:
            (row,) = body["stats"]
            assert row["lead_id"] == str(ada.pk)
            assert all(isinstance(value, str) for value in row.values())
    assert found["lead_points_change_log"]["stats"][0]["delta"] == "5"
    assert found["lead_utmtags"]["stats"][0]["utm_campaign"] == "spring"
    assert found["lead_event_log"]["stats"][0]["user_id"] == "7"
    assert found["companies_leads"]["stats"][0]["is_primary"] == "1"


@pytest.mark.parametrize(
    ("query", "minutes"),
    [
        ("start=1&limit=1", [1]),
        ("order[0][col]=date_hit&order[0][dir]=DESC&limit=1", [2]),
        ("where[0][col]=date_hit&where[0][expr]=gt&where[0][val]=2026-03-20 12:00:30", [1, 2]),
        ("where[0][col]=url_title&where[0][expr]=eq&where[0][val]=at 1", [1]),
    ],
)
def test_rows_are_compared_and_sorted(admin_program, ada, query, minutes):
    did(ada, 0, 1, 2)
    stats = admin_program.ask(f"stats/page_hits?{query}")["stats"]
    assert [row["url_title"] for row in stats] == [f"at {minute}" for minute in minutes]


def test_what_cannot_be_compared_is_an_error_with_200(admin_program, ada):
    body = admin_program.ask(
        "stats/page_hits?where[0][col]=nonsense&where[0][expr]=eq&where[0][val]=1"
    )
    assert body["errors"][0]["code"] == 400
    assert "stats" not in body


def test_a_hundred_rows_come_without_a_limit_at_the_same_cost(
    admin_program, ada, django_assert_max_num_queries
):
    did(ada, *range(120))
    with django_assert_max_num_queries(12):
        assert len(admin_program.ask("stats/page_hits")["stats"]) == 100
    with django_assert_max_num_queries(12):
        assert len(admin_program.ask("stats/page_hits?limit=1000")["stats"]) == 120
    assert Activity.objects.count() == 120
