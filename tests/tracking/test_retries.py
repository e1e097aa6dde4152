"""One visit is stored once, however often it arrives; and when a page was left."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact, Device

from .conftest import browser, counts, reason

pytestmark = pytest.mark.django_db

PAGE = "https://testserver/page"
MINE, THEIRS = "m" * 23, "t" * 23


def script(client: Client | None = None, **values: str) -> str:
    """A page view of the script, or the end of one; the reason."""
    return reason((client or browser()).post("/mtc/event", values))


def pixel(client: Client | None = None, **values: str) -> str:
    return reason((client or browser()).get("/mtracking.gif", values))


def rows() -> list[Activity]:
    return list(Activity.objects.order_by("id"))


# Repetitions

VIEW = {"page_url": PAGE, "page_title": "Page", "mtc_event_id": "e1", "mautic_device_id": MINE}
WAYS = {
    "form": lambda client: client.post("/mtc/event", VIEW),
    "urlencoded": lambda client: client.post(
        "/mtc/event", urlencode(VIEW), content_type="application/x-www-form-urlencoded"
    ),
    "beacon": lambda client: client.post("/mtc/event", urlencode(VIEW), content_type="text/plain"),
    "json": lambda client: client.post(
        "/mtc/event", json.dumps(VIEW), content_type="application/json"
    ),
    "query": lambda client: client.get("/mtc/event", VIEW),
    "image": lambda client: client.get("/mtracking.gif", VIEW),
    "other path": lambda client: client.post("/index.php/mtc/event", VIEW),
}


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_a_repetition_counts_once_by_whatever_way(first, second):
    assert reason(WAYS[first](browser())) == "recorded"
    assert reason(WAYS[second](browser())) == "duplicate"
    assert Activity.objects.count() == Contact.objects.count() == Device.objects.count() == 1
    assert counts() == {"recorded": 1, "duplicate": 1}


def test_a_repetition_is_answered_like_the_first(visitor):
    first = visitor.post("/mtc/event", VIEW)
    second = visitor.post("/mtc/event", VIEW)
    assert reason(second) == "duplicate"
    assert second.json() == first.json()
    assert second.cookies.keys() == first.cookies.keys()


def test_a_repetition_out_of_the_offline_queue_changes_no_time(clock):
    script(**VIEW)
    before = Activity.objects.get().time
    clock.forward(hours=3)
    assert script(**VIEW, mtc_age=str(3 * 3600 * 1000)) == "duplicate"
    assert script(**VIEW) == "duplicate"
    assert Activity.objects.get().time == before == clock.now - timedelta(hours=3)


def test_what_was_sent_offline_has_the_time_when_it_happened(clock):
    assert script(**VIEW, mtc_age="3600000") == "recorded"
    assert Activity.objects.get().time == clock.now - timedelta(hours=1)


@pytest.mark.parametrize("age", ["-5", "abc", "", "1e9", "NaN", "[]"])
def test_an_age_that_is_none_is_none(clock, age):
    assert script(**VIEW, mtc_age=age) == "recorded"
    assert Activity.objects.get().time == clock.now


def test_an_age_is_bounded(clock):
    script(**VIEW, mtc_age="9" * 18)
    assert Activity.objects.get().time == clock.now - timedelta(days=7)


def test_events_with_other_ids_are_other_visits():
    for number in range(3):
        assert script(**{**VIEW, "mtc_event_id": f"e{number}"}) == "recorded"
    assert Activity.objects.count() == 3


@pytest.mark.parametrize("event", ["", "with space", "x" * 65, "ü", "a.b", "' OR 1=1"])
def test_an_id_that_is_none_does_not_make_visits_one(event):
    for _ in range(2):
        assert script(**{**VIEW, "mtc_event_id": event}) == "recorded"
    assert Activity.objects.count() == 2


def test_a_repetition_adds_what_the_first_lacked_and_takes_nothing_away():
    script(page_url=PAGE, mtc_event_id="e1", mautic_device_id=MINE, colour="red", size="L")
    again = {"page_title": "Late title", "page_referrer": "https://a.example/", "colour": "blue"}
    assert script(**{**VIEW, **again}) == "duplicate"
    row = Activity.objects.get()
    assert (row.title, row.referrer) == ("Late title", "https://a.example/")
    assert row.data["params"] == {"colour": "blue", "size": "L"}


# Script and pixel


@pytest.mark.parametrize("seconds", [0, 3, 10])
@pytest.mark.parametrize("first", ["script", "pixel"])
def test_script_and_pixel_of_one_page_are_one_visit(clock, visitor, first, seconds):  # S74
    both = [
        lambda: script(visitor, **VIEW, utm_source="news"),
        lambda: pixel(visitor, page_url=PAGE, mautic_device_id=MINE, tags="a"),
    ]
    if first == "pixel":
        both.reverse()
    assert both[0]() == "recorded"
    clock.forward(seconds=seconds)
    assert both[1]() == "duplicate"
    row = Activity.objects.get()
    assert row.title == "Page"
    assert row.data["door"] == "both"
    assert row.data["utm"] == {"utm_source": "news"}
    assert row.data["params"]["tags"] == "a"
    assert row.left_at is None
    assert Contact.objects.count() == 1
    # The script's id is the one that retries and the end of the page view go by.
    assert script(visitor, **VIEW) == "duplicate"
    assert script(visitor, mtc_leave="e1", mautic_device_id=MINE, mtc_engaged="0") == "page_left"


@pytest.mark.parametrize(
    ("later", "values"),
    [
        (11, {}),
        (0, {"page_url": f"{PAGE}/other"}),
        (0, {"page_url": f"{PAGE}?a=1"}),
        (0, {"mautic_device_id": THEIRS}),
    ],
)
def test_a_pixel_elsewhere_or_later_is_a_visit_of_its_own(clock, later, values):  # S74
    script(**VIEW)
    clock.forward(seconds=later)
    assert pixel(**{"page_url": PAGE, "mautic_device_id": MINE, **values}) == "recorded"
    assert [row.data["door"] for row in rows()] == ["script", "pixel"]


def test_a_pixel_does_not_know_the_fragment():  # S74
    script(**{**VIEW, "page_url": f"{PAGE}#part"})
    assert pixel(page_url=PAGE, mautic_device_id=MINE) == "duplicate"
    assert Activity.objects.get().url == f"{PAGE}#part"


def test_two_pixels_are_two_hits():
    for _ in range(2):
        assert pixel(page_url=PAGE, mautic_device_id=MINE) == "recorded"


def test_a_page_that_is_loaded_twice_is_two_visits_also_with_both(clock):  # S74
    for event in ("e1", "e2"):
        assert script(**{**VIEW, "mtc_event_id": event}) == "recorded"
        clock.forward(seconds=1)
        assert pixel(page_url=PAGE, mautic_device_id=MINE) == "duplicate"
        clock.forward(seconds=2)
    assert [row.data["door"] for row in rows()] == ["both", "both"]


def test_the_scripts_own_image_is_no_pixel():
    image = {**VIEW, "mtc_event_id": "e2"}
    script(**VIEW)
    assert pixel(**image) == "recorded"
    assert [row.data["door"] for row in rows()] == ["script", "script"]


# Other people's events


@pytest.fixture
def theirs(clock) -> Activity:
    """A page view of somebody else, whose event id has become known."""
    them = browser(HTTP_COOKIE=f"mautic_device_id={THEIRS}")
    assert script(them, page_url=PAGE, mtc_event_id="e1", page_title="Theirs") == "recorded"
    clock.forward(seconds=30)
    return Activity.objects.get()


def untouched(row: Activity) -> bool:
    now = Activity.objects.get(pk=row.pk)
    names = ("contact_id", "device_id", "event_key", "time", "left_at", "engaged", "url", "title",
             "referrer", "data")  # fmt: skip
    return all(getattr(now, name) == getattr(row, name) for name in names)


def test_an_event_id_of_another_device_is_another_event(theirs):
    mine = browser(HTTP_COOKIE=f"mautic_device_id={MINE}")
    values = {"page_url": PAGE, "page_title": "Forged", "colour": "red"}
    assert script(mine, **values, mtc_event_id="e1") == "recorded"
    assert pixel(mine, **values, mtc_event_id="e1") == "duplicate"
    assert untouched(theirs)
    assert Activity.objects.count() == 2


@pytest.mark.parametrize(
    ("cookies", "values"),
    [
        ("", {}),
        ("", {"mtc_id": "{contact}"}),
        ("mtc_id={contact}", {}),
        ("mtc_id={contact}; mtc_sid={contact}", {"mtc_sid": THEIRS}),
        (f"mautic_device_id={MINE}", {}),
        ("", {"mautic_device_id": MINE}),
        # A cookie wins over the parameter, also over one that tells the truth about another.
        (f"mautic_device_id={MINE}", {"mautic_device_id": THEIRS}),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_nobody_ends_the_page_view_of_another(theirs, cookies, values, known):
    if known:
        script(**{**VIEW, "mtc_event_id": "own"})
    before = (Contact.objects.count(), Device.objects.count(), Activity.objects.count())
    contact = theirs.contact_id
    client = browser(HTTP_COOKIE=cookies.format(contact=contact)) if cookies else browser()
    values = {name: value.format(contact=contact) for name, value in values.items()}
    for door in (script, pixel):
        assert door(client, mtc_leave="e1", mtc_engaged="9999", **values) == "invalid"
    assert untouched(theirs)
    # And a leave beacon makes nobody.
    assert before == (Contact.objects.count(), Device.objects.count(), Activity.objects.count())


def test_nobody_closes_the_page_view_of_another_with_the_next(theirs, clock):
    them = browser(HTTP_COOKIE=f"mautic_device_id={THEIRS}")
    script(them, page_url=f"{PAGE}/2", mtc_event_id="e2")
    signed = them.cookies["mautic_referer_id"].value
    row = Activity.objects.get(url=f"{PAGE}/2")
    forged = [
        signed,
        str(row.pk),
        f"{row.pk}.{int(clock.now.timestamp())}",
        f"{row.pk}:x",
        ":",
        "x:y:z",
    ]
    for number, value in enumerate(forged):
        mine = browser(HTTP_COOKIE=f"mautic_device_id={MINE}; mautic_referer_id={value}")
        assert script(mine, page_url=f"{PAGE}/mine", mtc_event_id=f"f{number}") == "recorded"
    assert untouched(row)


# When a page was left


def test_the_next_page_ends_the_one_before(visitor, clock):
    opened = clock.now
    script(visitor, page_url=PAGE)
    clock.forward(seconds=42)
    script(visitor, page_url=f"{PAGE}/2")
    first, second = rows()
    assert first.time == opened
    assert first.left_at == clock.now
    assert first.time_on_page == timedelta(seconds=42)
    assert first.engaged is None
    assert second.left_at is None


@pytest.mark.parametrize(("minutes", "closed"), [(29, True), (30, True), (31, False)])
def test_a_page_that_comes_after_the_visit_ends_none(visitor, clock, minutes, closed):
    script(visitor, page_url=PAGE)
    clock.forward(minutes=minutes)
    script(visitor, page_url=f"{PAGE}/2")
    assert (rows()[0].left_at is not None) is closed


def test_the_value_that_ends_a_page_is_signed_hidden_and_short_lived(visitor):
    visitor.post("/mtc/event", {"page_url": PAGE})
    cookie = visitor.cookies["mautic_referer_id"]
    assert cookie["httponly"]
    assert cookie["max-age"] == 30 * 60
    for value in (cookie.value[:-1] + "x", cookie.value.replace(".", "1.", 1)):
        visitor.cookies["mautic_referer_id"] = value
        script(visitor, page_url=f"{PAGE}/2", mtc_event_id="same")
        assert rows()[0].left_at is None


def test_pixels_end_pages_too(visitor, clock):
    pixel(visitor, page_url=PAGE)
    clock.forward(seconds=5)
    pixel(visitor, page_url=f"{PAGE}/2")
    assert rows()[0].time_on_page == timedelta(seconds=5)


def test_what_comes_late_ends_no_page_and_is_ended_by_none(visitor, clock):
    clock.forward(days=1)
    script(visitor, **VIEW)
    clock.forward(seconds=5)
    day = str(24 * 3600 * 1000)
    offline = {"page_url": f"{PAGE}/offline", "mtc_event_id": "e0", "mtc_age": day}
    assert script(visitor, **offline) == "recorded"
    left = clock.forward(seconds=5)
    script(visitor, page_url=f"{PAGE}/2")

    open_page, late, _next = rows()
    assert open_page.left_at == left
    assert late.left_at is None


def test_a_repetition_ends_nothing(visitor, clock):
    script(visitor, page_url=PAGE, mtc_event_id="e1")
    clock.forward(seconds=5)
    assert script(visitor, page_url=PAGE, mtc_event_id="e1") == "duplicate"
    assert rows()[0].left_at is None


def test_a_page_reports_its_end_and_how_long_somebody_looked(visitor, clock):
    script(visitor, **VIEW)
    clock.forward(seconds=60)
    answer = visitor.post("/mtc/event", {"mtc_leave": "e1", "mtc_engaged": "25000"})
    assert reason(answer) == "page_left"
    assert answer.status_code == 200
    row = Activity.objects.get()
    assert (row.left_at, row.engaged) == (clock.now, 25_000)
    assert counts() == {"recorded": 1, "page_left": 1}


@pytest.mark.parametrize("event", ["e1", "unknown"])
def test_the_answer_to_the_end_of_a_page_gives_nothing_to_keep(visitor, clock, event):
    """It arrives on the next page, where the visitor may have objected in the meantime."""
    script(visitor, **VIEW)
    answer = visitor.post("/mtc/event", {"mtc_leave": event, "mtc_engaged": "0"})
    assert not answer.cookies
    assert answer.json()["device_id"] is None


@pytest.mark.parametrize("way", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_beacon_reports_it_too(visitor, clock, way):
    script(visitor, **VIEW)
    clock.forward(seconds=60)
    body = urlencode({"mtc_leave": "e1", "mtc_engaged": "25000", "mautic_device_id": MINE})
    assert reason(browser().post("/mtc/event", body, content_type=way)) == "page_left"
    assert Activity.objects.get().engaged == 25_000


def test_the_beacon_after_the_next_page_knows_better(visitor, clock):
    script(visitor, **VIEW)
    left = clock.forward(seconds=20)
    script(visitor, page_url=f"{PAGE}/2")
    clock.forward(seconds=3)
    assert script(visitor, mtc_leave="e1", mtc_engaged="7000", mtc_age="3000") == "page_left"
    assert (rows()[0].left_at, rows()[0].engaged) == (left, 7_000)


def test_the_next_page_does_not_overwrite_what_a_page_reported(visitor, clock):
    script(visitor, **VIEW)
    left = clock.forward(seconds=20)
    script(visitor, mtc_leave="e1", mtc_engaged="7000")
    clock.forward(minutes=5)
    script(visitor, page_url=f"{PAGE}/2")
    assert (rows()[0].left_at, rows()[0].engaged) == (left, 7_000)


def test_a_page_that_is_looked_at_again_reports_more_and_an_old_report_nothing(visitor, clock):
    script(visitor, **VIEW)
    clock.forward(seconds=20)
    script(visitor, mtc_leave="e1", mtc_engaged="7000")
    last = clock.forward(seconds=20)
    script(visitor, mtc_leave="e1", mtc_engaged="15000")
    clock.forward(seconds=20)
    assert script(visitor, mtc_leave="e1", mtc_engaged="7000") == "page_left"
    assert (rows()[0].left_at, rows()[0].engaged) == (last, 15_000)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("999999999999", 10_000), ("-1", 0), ("abc", 0), ("", 0), ("10000.7", 10_000), ("9" * 99, 0)],
)
def test_nobody_looks_longer_than_the_page_was_open(visitor, clock, sent, stored):
    script(visitor, **VIEW)
    clock.forward(seconds=10)
    assert script(visitor, mtc_leave="e1", mtc_engaged=sent) == "page_left"
    assert rows()[0].engaged == stored


def test_a_page_is_never_left_before_it_was_opened(visitor, clock):
    script(visitor, **VIEW)
    clock.forward(seconds=10)
    assert script(visitor, mtc_leave="e1", mtc_engaged="5000", mtc_age="60000") == "page_left"
    assert rows()[0].left_at == rows()[0].time


def test_leaving_is_no_activity_of_its_own_and_no_visit(visitor, clock):
    script(visitor, **VIEW)
    before = Contact.objects.get().presence.at
    clock.forward(seconds=10)
    script(visitor, mtc_leave="e1", mtc_engaged="5000")
    assert Activity.objects.count() == 1
    assert Contact.objects.get().presence.at == before


def test_leaving_a_page_that_nobody_knows_is_unusable(visitor):
    script(visitor, **VIEW)
    assert script(visitor, mtc_leave="unknown", mtc_engaged="1") == "invalid"
    assert script(browser(), mtc_leave="e1") == "invalid"
    assert counts() == {"recorded": 1, "invalid": 2}
