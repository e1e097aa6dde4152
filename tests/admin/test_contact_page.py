"""The page of one contact: who may see it, and what it says above and beside the timeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.activity.making import NOON, activity, agent, contact, device, did
from tests.admin.looking import text
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.admin.timeline.chart import chart_of
from wagtail_contacttrack.admin.timeline.durations import duration_text
from wagtail_contacttrack.contacts.models import Presence

pytestmark = pytest.mark.django_db


def facts(soup) -> dict[str, str]:
    pairs = soup.select(".ct-summary__facts .ct-fact")
    return {text(pair.dt): text(pair.dd) for pair in pairs}


@pytest.mark.parametrize("codenames", [[], ["change_contact"], ["add_contact", "delete_contact"]])
def test_who_may_not_view_contacts_sees_nothing(client, user_with, codenames):
    person = contact(firstname="Ada", email="ada@example.org")
    client.force_login(user_with(*codenames))

    response = client.get(reverse("contacttrack_contacts:inspect", args=[person.pk]), follow=True)

    assert response.redirect_chain[0][0] == reverse("wagtailadmin_home")
    assert "ada@example.org" not in response.content.decode()


def test_who_may_not_view_contacts_gets_no_results_alone_either(client, user_with):
    person = contact()
    did(person, 0, title="Secret visit")
    client.force_login(user_with())

    response = client.get(
        reverse("contacttrack_contacts:inspect", args=[person.pk]),
        headers={"X-Requested-With": "XMLHttpRequest"},
    )

    assert "Secret visit" not in response.content.decode()


def test_nobody_sees_a_contact_without_logging_in(client):
    response = client.get(reverse("contacttrack_contacts:inspect", args=[contact().pk]))

    assert response.status_code == 302
    assert reverse("wagtailadmin_login") in response["Location"]


@pytest.mark.parametrize(
    ("codenames", "links"),
    [
        (["view_contact"], set()),
        (["view_contact", "change_contact"], {"contacttrack_contacts:edit"}),
        (["view_contact", "delete_contact"], {"contacttrack_contacts:delete"}),
    ],
)
def test_editing_and_deleting_are_offered_to_those_who_may(client, user_with, codenames, links):
    person = contact()
    client.force_login(user_with(*codenames))

    html = client.get(reverse("contacttrack_contacts:inspect", args=[person.pk])).content.decode()

    for name in ("contacttrack_contacts:edit", "contacttrack_contacts:delete"):
        assert (reverse(name, args=[person.pk]) in html) == (name in links)


def test_a_contact_that_does_not_exist_is_not_found(admin_client):
    assert admin_client.get(reverse("contacttrack_contacts:inspect", args=[404])).status_code == 404


def test_the_summary_says_who_this_is(contact_page):
    person = contact(
        firstname="Ada",
        lastname="Byron",
        email="ada@example.org",
        city="London",
        country="GB",
        points=1200,
    )
    did(person, 0)
    Presence.objects.filter(contact=person).update(at=timezone.now() - timedelta(minutes=5))

    soup = contact_page(person)

    assert text(soup.select_one(".ct-summary__heading")) == "Ada Byron"
    assert text(soup.h1) == "Ada Byron"
    found = facts(soup)
    assert found["Points"] == "1,200"
    assert found["E-mail"] == "ada@example.org"
    assert found["Location"] == "London, GB"
    assert found["First seen"] == "March 20, 2026"
    assert found["Identified since"] == "March 20, 2026"
    assert found["Last active"].startswith("5 minutes ago")
    assert soup.select_one(".ct-summary__facts a")["href"] == "mailto:ada@example.org"


def test_somebody_unknown_is_called_anonymous_with_their_number(contact_page):
    person = contact(date_identified=None)

    soup = contact_page(person)

    assert text(soup.select_one(".ct-summary__heading")) == f"Anonymous #{person.pk}"
    assert facts(soup)["Identified since"] == "Not yet"


def test_breadcrumbs_lead_back_to_the_list(contact_page):
    assert contact_page(contact()).select_one(f'a[href="{reverse("contacttrack_contacts:index")}"]')


def test_details_stand_in_groups_and_only_where_there_is_something(contact_page):
    person = contact(
        firstname="Ada",
        company="Engines Ltd",
        fields={"phone": "+44 1", "twitter": " ", "shoe_size": 38, "hobbies": ["chess", "math"]},
    )

    groups = {
        text(card.h2): {
            text(row.dt): ", ".join(map(text, row.select("dd"))) for row in card.select("dl > div")
        }
        for card in contact_page(person).select(".ct-card")
    }

    assert groups["Core"] == {"First name": "Ada", "Phone": "+44 1"}
    assert groups["Work"] == {"Company": "Engines Ltd"}
    assert groups["Further details"] == {"hobbies": "chess, math", "shoe_size": "38"}
    assert "Social networks" not in groups
    assert "Devices" not in groups


def test_devices_are_listed_the_one_used_last_first(contact_page):
    person = contact()
    phone = device(
        person,
        agent("Safari", "iOS", kind="mobile", brand="Apple", model="iPhone", browser_version="26"),
        date_added=NOON,
    )
    device(person, agent("Firefox", "Linux"), date_added=NOON)
    did(person, 0, device=phone)

    first, second = contact_page(person).select(".ct-devices tbody tr")

    assert first.select_one('use[href="#icon-mobile-alt"]')
    assert text(first.th) == "Phone: Safari 26 iOS Apple iPhone Came with a first visit."
    assert text(first.td) == "03/20/2026"
    assert "ago" in text(first.select("td")[1])
    assert second.select_one('use[href="#icon-desktop"]')
    assert text(second.select("td")[1]) == "Never"


def test_a_device_that_was_not_used_for_long_says_before_when(contact_page, monkeypatch):
    monkeypatch.setattr("wagtail_contacttrack.activity.timeline.LOOK_BACK", 2)
    person = contact()
    old, new = (device(person, agent(name)) for name in ("Old", "New"))
    did(person, 0, device=old)
    did(person, 5, 10, device=new)

    rows = contact_page(person).select(".ct-devices tbody tr")

    assert text(rows[1].select("td")[1]) == "Before 03/20/2026"


def test_somebody_with_very_many_devices_shows_those_used_last(contact_page):
    person = contact()
    devices = [device(person, agent(f"Browser{number}")) for number in range(25)]
    did(person, 0, device=devices[3])

    soup = contact_page(person)

    rows = soup.select(".ct-devices tbody tr")
    assert len(rows) == 20
    assert "Browser3" in text(rows[0])
    assert "Only the devices that were used last are shown." in text(soup)


# The chart


def test_the_chart_counts_this_month_and_the_six_before():
    person = contact()
    Activity.objects.bulk_create(
        activity(person, (day - NOON).total_seconds() / 60)
        for day in (
            datetime(2025, 8, 31, 21, 59, tzinfo=UTC),  # still August in Vienna: too old
            datetime(2025, 8, 31, 22, 0, tzinfo=UTC),
            datetime(2026, 2, 28, 22, 59, tzinfo=UTC),
            datetime(2026, 2, 28, 23, 0, tzinfo=UTC),
            datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
        )
    )

    bars = chart_of(person.pk, now=NOON).bars

    assert [f"{bar.month:%Y-%m}" for bar in bars] == [
        "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03",
    ]  # fmt: skip
    assert [bar.count for bar in bars] == [1, 0, 0, 0, 0, 1, 2]
    assert bars[6].height == 2 * bars[5].height > 0 == bars[1].height


def test_the_chart_is_a_drawing_for_the_eye_and_a_table_for_the_ear(contact_page):
    person = contact()
    row = activity(person)
    row.time = timezone.now()
    row.save()

    soup = contact_page(person)

    drawing = soup.select_one("svg.ct-chart__drawing")
    assert drawing["aria-hidden"] == "true"
    assert len(drawing.select("rect")) == 1
    rows = soup.select(".ct-chart table tbody tr")
    assert len(rows) == 7
    assert [text(row.td) for row in rows] == ["0"] * 6 + ["1"]


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_the_drawing_keeps_its_numbers_in_every_language(contact_page, admin_user, language):
    from wagtail.users.models import UserProfile

    profile = UserProfile.get_for_user(admin_user)
    profile.preferred_language = language
    profile.save()
    person = contact()
    Activity.objects.bulk_create(activity(person) for _ in range(3))
    Activity.objects.update(time=timezone.now())

    bar = contact_page(person).select_one("rect")

    assert all(bar[name].isdecimal() for name in ("x", "y", "width", "height"))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, ""),
        (0.9, ""),
        (-5, ""),
        (59, "59 s"),
        (60, "1 min"),
        (80, "1 min 20 s"),
        (3_600, "1 h"),
        (3_725, "1 h 2 min"),
        (180_000, "2 d 2 h"),
    ],
)
def test_durations_are_told_in_two_units_at_most(seconds, expected):
    duration = None if seconds is None else timedelta(seconds=seconds)

    assert duration_text(duration) == expected
