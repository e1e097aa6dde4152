"""Who is it? Device cookie, then parameter, else somebody new; and never one visitor twice."""

from __future__ import annotations

import pytest
from django.test import Client

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact, Device, Presence, UserAgent
from wagtail_contacttrack.tracking import counters
from wagtail_contacttrack.wire.ids import new_tracking_id

from .conftest import FIREFOX, at_once, browser, counts, reason

ID = "0123456789abcdefghijklm"
OTHER = "zyxwvutsrqponmlkjihgfed"


def send(client: Client, number: int = 0, **values: str) -> dict:
    body = {"page_url": f"https://testserver/{number}", **values}
    response = client.post("/mtc/event", body)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.django_db
class TestOneVisitor:
    def test_a_first_hit_makes_a_contact_a_device_and_a_cookie(self, visit, visitor):  # S10
        ids = visit().json()
        device = Device.objects.get()
        assert (device.contact_id, device.tracking_id) == (ids["id"], ids["device_id"])
        assert visitor.cookies["mautic_device_id"].value == device.tracking_id
        assert visitor.cookies["mtc_id"].value == str(device.contact_id)
        contact = Contact.objects.get()
        assert not contact.is_known
        assert contact.presence.at == Activity.objects.get().time

    def test_the_cookie_alone_brings_the_visitor_back(self, visit):  # S9
        first, second = visit().json(), visit("https://testserver/b").json()
        assert first == second
        assert (Contact.objects.count(), Device.objects.count()) == (1, 1)

    def test_the_cookie_wins_over_the_parameter(self):  # S9
        client = browser(HTTP_COOKIE=f"mautic_device_id={ID}")
        assert send(client, mautic_device_id=OTHER)["device_id"] == ID
        assert not Device.objects.filter(tracking_id=OTHER).exists()

    def test_the_parameter_counts_without_a_cookie(self):  # S9 S12
        assert send(browser(), mautic_device_id=ID) == send(browser(), mautic_device_id=ID)
        assert Contact.objects.count() == 1

    def test_an_unknown_cookie_is_adopted_and_not_the_parameter(self):
        known = send(browser(), mautic_device_id=OTHER)
        client = browser(HTTP_COOKIE=f"mautic_device_id={ID}")
        ids = send(client, mautic_device_id=OTHER)
        assert ids["device_id"] == ID
        assert ids["id"] != known["id"]

    @pytest.mark.parametrize("name", ["mtc_sid", "mtc_device_id"])
    def test_the_old_names_of_the_cookie_are_understood(self, name):
        assert send(browser(HTTP_COOKIE=f"{name}={ID}"))["device_id"] == ID

    def test_the_numeric_contact_id_is_never_believed(self, visit):  # S22
        somebody = visit().json()["id"]
        client = browser(HTTP_COOKIE=f"mtc_id={somebody}")
        assert send(client, mtc_id=str(somebody))["id"] != somebody

    def test_without_cookie_and_parameter_everybody_is_somebody_new(self):  # S12
        assert send(browser())["id"] != send(browser())["id"]

    def test_a_browser_that_was_updated_stays_the_same_device(self, visit):
        visit()
        visit("https://testserver/b", HTTP_USER_AGENT=FIREFOX.replace("140", "141"))
        assert Device.objects.get().agent.browser_version == "141.0"
        assert UserAgent.objects.count() == 2

    def test_last_active_never_turns_back(self, visit, visitor):
        visit()
        before = Presence.objects.get().at
        visit("https://testserver/late", mtc_age="60000")
        assert Presence.objects.get().at == before
        visit("https://testserver/now")
        assert Presence.objects.get().at > before

    def test_what_was_deleted_meanwhile_is_made_anew(self, visit, visitor):
        ids = visit().json()
        Activity.objects.all().delete()
        Contact.objects.all().delete()
        again = visit("https://testserver/b").json()
        assert again["device_id"] == ids["device_id"]
        assert again["id"] == Contact.objects.get().pk
        assert Activity.objects.get().agent is not None


def everything_fits(contacts: int, hits: int) -> None:
    """So many contacts with one device and one presence each, and nobody without a visit."""
    assert Contact.objects.count() == contacts
    assert Device.objects.count() == contacts
    assert Presence.objects.count() == contacts
    assert Activity.objects.count() == hits
    assert set(Contact.objects.values_list("pk", flat=True)) == set(
        Device.objects.values_list("contact_id", flat=True)
    )
    assert set(Activity.objects.values_list("contact_id", flat=True)) == set(
        Contact.objects.values_list("pk", flat=True)
    )


@pytest.mark.usefixtures("committed")
class TestManyAtOnce:
    def test_fifty_first_requests_with_one_id_make_one_contact(self):  # S10
        answers = at_once(*(lambda n=n: send(browser(), n, mautic_device_id=ID) for n in range(50)))
        assert {(answer["id"], answer["device_id"]) for answer in answers} == {
            (Contact.objects.get().pk, ID)
        }
        everything_fits(contacts=1, hits=50)
        assert counts() == {"recorded": 50}

    def test_fifty_different_visitors_are_fifty_contacts(self):
        ids = [new_tracking_id() for _ in range(50)]
        answers = at_once(*(lambda i=i: send(browser(), mautic_device_id=i) for i in ids))
        assert [answer["device_id"] for answer in answers] == ids
        assert len({answer["id"] for answer in answers}) == 50
        everything_fits(contacts=50, hits=50)

    def test_visitors_without_any_id_do_not_get_each_others(self):
        answers = at_once(*(lambda: send(browser()) for _ in range(20)))
        assert len({answer["device_id"] for answer in answers}) == 20
        everything_fits(contacts=20, hits=20)

    def test_processes_that_share_nothing_but_the_database_make_one_contact(self, processes):
        results = processes(
            4, lambda number: [send(browser(), n, mautic_device_id=ID)["id"] for n in range(10)]
        )
        assert {contact for found in results for contact in found} == {Contact.objects.get().pk}
        everything_fits(contacts=1, hits=40)
        assert counts() == {"recorded": 40}

    def test_processes_with_visitors_of_their_own_stay_out_of_each_others_way(self, processes):
        processes(4, lambda number: [send(browser()) for _ in range(10)])
        everything_fits(contacts=40, hits=40)

    def test_a_fork_takes_neither_waiting_counts_nor_their_timer_along(self, configure, processes):
        configure(COUNTER_FLUSH_SECONDS=60)
        assert reason(browser().get("/mtracking.gif?page_url=x")) == "recorded"

        def work(number: int) -> int:
            assert counters._timer is None
            send(browser())
            counters.flush()
            return len(counters._pending)

        assert processes(2, work) == [0, 0]
        counters.flush()
        assert counts() == {"recorded": 3}
