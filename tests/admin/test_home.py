"""The home page: a summary item, and the visitors of the last 30 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from wagtail_contacttrack.contacts import listing
from wagtail_contacttrack.contacts.models import Contact, Presence
from wagtail_contacttrack.tracking import counters
from wagtail_contacttrack.tracking.traffic import last_days

from ..tracking.conftest import FIREFOX, PUBLIC

pytestmark = pytest.mark.django_db

VIENNA = timezone.get_default_timezone()
NOON = datetime(2026, 3, 30, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_cached():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def home(admin_client):
    def get(client=admin_client):
        return BeautifulSoup(client.get("/admin/").content, "html.parser")

    return get


def seen(at, known=False):
    """A contact that was active last at this time."""
    contact = Contact.objects.create(date_identified=at if known else None)
    Presence.objects.filter(contact=contact).update(at=at)
    return contact


def viewed(at, number=1, reason="recorded", site=None):
    counters.count((site or Site.objects.first()).pk, reason, at, number)


def totals(soup):
    return {item.dt.text: item.dd.text for item in soup.select(".ct-totals div")}


# The numbers


def test_page_views_count_on_their_day_and_visitors_on_their_latest():
    for days_ago, known in ((0, True), (0, False), (1, False), (29, True), (30, True)):
        seen(NOON - timedelta(days=days_ago), known)
    viewed(NOON, 3)
    viewed(NOON - timedelta(days=29), 4)
    viewed(NOON - timedelta(days=30), 50)
    viewed(NOON, 60, reason="bot")
    days = last_days(30, now=NOON, zone=VIENNA)
    assert len(days) == 30
    assert [str(days[0].date), str(days[-1].date)] == ["2026-03-01", "2026-03-30"]
    assert (days[-1].page_views, days[-1].visitors, days[-1].known) == (3, 2, 1)
    assert (days[-2].page_views, days[-2].visitors, days[-2].known) == (0, 1, 0)
    assert (days[0].page_views, days[0].visitors, days[0].known) == (4, 1, 1)
    assert sum(day.visitors for day in days) == 4


def test_days_begin_at_midnight_of_the_time_zone_also_when_clocks_change():
    midnight = datetime(2026, 3, 29, tzinfo=VIENNA)  # a day of 23 hours
    for moment in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=22)):
        seen(moment)
        viewed(moment)
    seen(datetime(2026, 3, 30, tzinfo=VIENNA))
    days = {str(day.date): day for day in last_days(30, now=NOON, zone=VIENNA)}
    visitors = [days[f"2026-03-{number}"].visitors for number in (28, 29, 30)]
    assert visitors == [1, 2, 1]
    assert [days[f"2026-03-{number}"].page_views for number in (28, 29)] == [1, 2]


def test_page_views_of_all_sites_add_up():
    first = Site.objects.get()
    other = Site.objects.create(hostname="other.example", root_page=first.root_page)
    viewed(NOON, 2)
    viewed(NOON, 5, site=other)
    assert last_days(30, now=NOON, zone=VIENNA)[-1].page_views == 7


def test_the_numbers_cost_three_queries_and_none_for_five_minutes(
    home, admin_client, django_assert_num_queries
):
    with django_assert_num_queries(3):
        last_days(30, now=NOON, zone=VIENNA)
    seen(timezone.now())
    viewed(timezone.now())
    before = totals(home())
    seen(timezone.now())
    assert totals(home()) == before
    cache.clear()
    assert totals(home()) != before


# The panel


def test_a_visit_shows_on_the_home_page(home):
    visitor = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR=PUBLIC)
    for page in ("a", "b"):
        visitor.post("/mtc/event", {"page_url": f"https://testserver/{page}"})
    seen(timezone.now(), known=True)
    soup = home()
    assert totals(soup) == {
        "Visitors": "2",
        "Known contacts among them": "1",
        "Page views": "2",
    }
    heading = soup.select_one("#contacttrack-visitors-heading").text.strip()
    assert heading == "Visitors and known contacts over the last 30 days"


@override_settings(USE_THOUSAND_SEPARATOR=True, LANGUAGE_CODE="de")
def test_the_chart_is_a_picture_of_the_numbers(home):
    for _ in range(4):
        seen(timezone.now())
    seen(timezone.now(), known=True)
    seen(timezone.now() - timedelta(days=3))
    viewed(timezone.now(), 2000)
    visitors, views = home().select("svg.ct-chart__bars")
    for chart in (visitors, views):
        assert len(chart.select("g")) == 30
        for rect in chart.select("rect"):
            assert float(rect["y"]) + float(rect["height"]) == 60
    bars = {bar.title.text: bar for bar in visitors.select("g")}
    (today,) = [bar for title, bar in bars.items() if "5" in title.split(":")[1]]
    assert today.select_one(".ct-chart__outer")["height"] == "60.0"
    assert today.select_one(".ct-chart__inner")["height"] == "12.0"
    heights = sorted(float(bar["height"]) for bar in visitors.select(".ct-chart__outer"))
    assert heights == [0.0] * 28 + [12.0, 60.0]


def test_there_is_a_table_of_the_same_numbers(home):
    seen(timezone.now(), known=True)
    viewed(timezone.now(), 1234)
    soup = home()
    assert all(chart["aria-hidden"] == "true" for chart in soup.select("svg.ct-chart__bars"))
    rows = soup.select(".ct-table tbody tr")
    assert len(rows) == 30
    assert [cell.text for cell in rows[0].select("td")] == ["1", "1", "1,234"]
    assert [cell.text for cell in rows[1].select("td")] == ["0", "0", "0"]


def test_the_panel_says_what_is_counted(home):
    seen(timezone.now())
    assert "Every visitor counts once, on the day of the latest visit." in home().text


def test_before_the_first_visit_the_panel_says_what_to_do(home, client, user_with):
    panel = home().select_one("#contacttrack-visitors-content")
    assert "Nobody has been recorded in the last 30 days." in " ".join(panel.text.split())
    assert "private window" in panel.text
    link = reverse("wagtailsettings:edit", args=["wagtail_contacttrack", "trackingsettings"])
    assert panel.a["href"] == link
    assert not panel.select("svg, table")
    client.force_login(user_with("view_contact"))
    assert not home(client).select_one("#contacttrack-visitors-content").select("a")


# The summary


def summary(soup):
    return [item for item in soup.select(".w-summary__list li") if "contact" in item.text]


def test_known_contacts_are_counted_and_lead_to_their_list(home):
    for known in (True, True, False):
        seen(timezone.now(), known)
    (item,) = summary(home())
    assert item.text.strip() == "2 known contacts"
    assert item.a["href"] == reverse("contacttrack_contacts:index")


def test_one_contact_is_one(home):
    seen(timezone.now(), known=True)
    assert summary(home())[0].text.strip() == "1 known contact"


def test_counting_stops_at_a_limit(home, monkeypatch):
    monkeypatch.setattr(listing, "COUNT_LIMIT", 2)
    monkeypatch.setattr(listing.count_up_to, "__defaults__", (2,))
    for _ in range(4):
        seen(timezone.now(), known=True)
    assert summary(home())[0].text.strip() == "More than 2 known contacts"


def test_who_may_not_view_contacts_sees_nothing_of_it(home, client, user_with):
    seen(timezone.now(), known=True)
    client.force_login(user_with("change_trackingsettings"))
    soup = home(client)
    assert soup.select_one("h1")
    assert not summary(soup)
    assert not soup.select("#contacttrack-visitors-section")
    client.force_login(user_with("view_contact"))
    soup = home(client)
    assert summary(soup)
    assert soup.select("#contacttrack-visitors-section")
