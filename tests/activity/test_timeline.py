"""The timeline's queries: pages by cursor, sessions, filters, and what they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from wagtail_contacttrack.activity import timeline
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.activity.timeline import Cursor, Filters, TimelinePage, read

from .making import GAP, MINUTE, NOON, activity, agent, contact, device, did, tracked_page

pytestmark = pytest.mark.django_db

EVERYTHING = Filters()


def titles(page: TimelinePage) -> list[list[str]]:
    return [[row.title for row in session.rows] for session in page.sessions]


# S75
def test_the_newest_stand_first_and_a_pause_separates_visits():
    person = contact()
    did(person, 0, 10, 40, 71)

    page = read(person.pk, gap=GAP)

    assert titles(page) == [["at 71"], ["at 40", "at 10", "at 0"]]
    assert page.newer is None
    assert page.older is None


def test_what_other_contacts_did_is_not_shown():
    person = contact()
    did(contact(), 0)

    assert read(person.pk, gap=GAP).rows == []


def test_a_visit_knows_its_start_its_end_and_its_pages():
    person = contact()
    first, *_ = did(person, 0, 10)
    did(person, 12, kind="form.submit")
    Activity.objects.filter(title="at 10").update(left_at=NOON + 15 * MINUTE)

    [visit] = read(person.pk, gap=GAP).sessions

    assert (visit.start, visit.duration) == (NOON, 15 * MINUTE)
    assert (visit.page_hits, visit.size, visit.more) == (2, 3, False)
    assert visit.entry == first


def test_a_tab_that_stays_open_for_days_does_not_make_a_visit_of_days():
    person = contact()
    did(person, 0, left_at=NOON + timedelta(days=3))

    [visit] = read(person.pk, gap=GAP).sessions

    assert visit.duration == GAP


def walk_older(person, size: int, filters: Filters = EVERYTHING) -> list[TimelinePage]:
    pages = [read(person.pk, gap=GAP, filters=filters, size=size)]
    while cursor := pages[-1].older:
        pages.append(read(person.pk, gap=GAP, filters=filters, before=cursor, size=size))
    return pages


def test_going_back_shows_every_row_once_even_where_times_are_equal():
    person = contact()
    did(person, 0, 0, 0, 1, 1, 2, 2)
    everything = [row.pk for row in read(person.pk, gap=GAP).rows]

    pages = walk_older(person, size=2)

    assert [row.pk for page in pages for row in page.rows] == everything
    assert [len(page.rows) for page in pages] == [2, 2, 2, 1]


def test_going_forward_again_shows_the_same_pages():
    person = contact()
    did(person, *range(7))
    pages = walk_older(person, size=3)

    back = [pages[-1]]
    while cursor := back[-1].newer:
        back.append(read(person.pk, gap=GAP, after=cursor, size=3))

    assert back[1].rows == pages[1].rows
    assert back[-1].rows == pages[0].rows
    assert back[-1].newer is None


def test_a_first_page_reached_going_forward_is_filled_up():
    person = contact()
    rows = did(person, *range(5))
    cursor = Cursor(rows[3].time, rows[3].pk)

    page = read(person.pk, gap=GAP, after=cursor, size=3)

    assert [row.title for row in page.rows] == ["at 4", "at 3", "at 2"]
    assert page.newer is None
    assert page.older is not None


def test_of_two_cursors_only_the_one_that_leads_to_newer_rows_counts():
    person = contact()
    rows = did(person, *range(5))
    cursor = Cursor(rows[1].time, rows[1].pk)

    page = read(person.pk, gap=GAP, after=cursor, before=cursor)

    assert len(page.rows) == 5
    assert page.newer is None


def test_beyond_the_oldest_row_there_is_a_way_back():
    person = contact()
    [row] = did(person, 0)
    cursor = Cursor(row.time, row.pk)

    page = read(person.pk, gap=GAP, before=cursor)

    assert page.sessions == []
    assert page.newer == cursor


def test_a_visit_that_two_pages_share_tells_the_same_facts_on_both():
    person = contact()
    rows = did(person, 0, 5, 10, 15)

    first, second = walk_older(person, size=2)

    assert titles(first) == [["at 15", "at 10"]]
    assert titles(second) == [["at 5", "at 0"]]
    for [visit] in (first.sessions, second.sessions):
        assert (visit.start, visit.duration, visit.page_hits) == (NOON, 15 * MINUTE, 4)
        assert visit.entry == rows[0]


def test_a_filter_leaves_out_rows_but_not_what_is_known_of_their_visit():
    person = contact()
    did(person, 0, 5, title="Shop")
    did(person, 10, 25, title="Blog")
    did(person, 50, title="Shop")

    [visit] = read(person.pk, gap=GAP, filters=Filters(text="shop")).sessions

    assert [row.time for row in visit.rows] == [NOON + m * MINUTE for m in (50, 5, 0)]
    assert (visit.page_hits, visit.duration) == (5, 50 * MINUTE)


def test_a_filter_does_not_join_two_visits_or_part_one():
    person = contact()
    did(person, 0, 100, title="Shop")
    did(person, 200, 250, title="Shop")
    did(person, 225, title="Blog")

    page = read(person.pk, gap=GAP, filters=Filters(text="shop"))

    assert [len(visit.rows) for visit in page.sessions] == [2, 1, 1]


@pytest.mark.parametrize("text", ["red bicycle", "RED", "/bikes/", "search.example"])
def test_the_search_looks_into_title_address_and_referrer(text):
    person = contact()
    did(
        person,
        0,
        title="A red bicycle",
        url="https://example.org/bikes/7",
        referrer="https://search.example/",
    )
    did(person, 1, title="Tents")

    assert len(read(person.pk, gap=GAP, filters=Filters(text=text)).rows) == 1


def test_percent_and_underscore_are_searched_for_as_they_are():
    person = contact()
    did(person, 0, title="100 % cotton")
    did(person, 1, title="cart_screen", url="cart_screen")

    assert len(read(person.pk, gap=GAP, filters=Filters(text="%")).rows) == 1
    assert len(read(person.pk, gap=GAP, filters=Filters(text="t_s")).rows) == 1


def test_kinds_and_times_limit_what_is_shown_and_the_end_itself_is_out():
    person = contact()
    did(person, 0, 10, 20)
    did(person, 15, kind="form.submit")

    filters = Filters(kinds=("page.hit",), since=NOON + 10 * MINUTE, until=NOON + 20 * MINUTE)

    assert titles(read(person.pk, gap=GAP, filters=filters)) == [["at 10"]]


def test_a_very_long_visit_says_that_its_facts_are_a_lower_bound():
    person = contact()
    Activity.objects.bulk_create(activity(person, minute) for minute in range(300))

    [visit] = read(person.pk, gap=GAP, size=5).sessions

    assert visit.more
    assert visit.entry is None
    assert visit.page_hits == 5 + timeline.CONTEXT


def test_many_rows_between_two_that_a_filter_has_left_make_a_lower_bound(monkeypatch):
    monkeypatch.setattr(timeline, "BETWEEN", 10)
    person = contact()
    Activity.objects.bulk_create(activity(person, minute) for minute in range(1, 30))
    did(person, 0, 30, title="Shop")

    newest, oldest = read(person.pk, gap=10 * MINUTE, filters=Filters(text="shop")).sessions

    assert newest.more
    assert oldest.more


@pytest.mark.parametrize("filters", [Filters(), Filters(text="at 4"), Filters(kinds=("page.hit",))])
def test_a_page_costs_the_same_few_queries_whatever_the_size(
    filters, django_assert_max_num_queries
):
    person = contact()
    seen = {
        "agent": agent("Firefox"),
        "device": device(person),
        "page": tracked_page("https://example.org/"),
    }
    Activity.objects.bulk_create(activity(person, minute, **seen) for minute in range(5_000))
    cursor = Cursor(NOON + 2_500 * MINUTE, 10**9)

    with django_assert_max_num_queries(6):
        page = read(person.pk, gap=GAP, filters=filters, before=cursor)
        assert [(row.agent, row.device, row.page) for row in page.rows] == [
            tuple(seen.values())
        ] * 50


@pytest.mark.parametrize(
    "text",
    ["", "-", "1-", "-1", "a-b", "1-2-", "٣-4", "9" * 19 + "-1", "1-" + "9" * 19, "9" * 18 + "-1"],
)
def test_a_cursor_that_nobody_has_written_is_none(text):
    assert Cursor.parse(text) is None


def test_a_cursor_survives_being_written_and_read():
    cursor = Cursor(NOON + timedelta(microseconds=123457), 42)

    assert Cursor.parse(str(cursor)) == cursor


def test_rows_are_counted_by_period():
    person = contact()
    did(person, 0, 5, 10, 20)

    bounds = [NOON, NOON + 10 * MINUTE, NOON + 20 * MINUTE, NOON + 30 * MINUTE]

    assert timeline.count_by_period(person.pk, bounds) == [2, 1, 1]


def test_devices_tell_when_they_were_last_used_as_far_as_one_looks(monkeypatch):
    person = contact()
    phone, laptop = device(person), device(person)
    did(person, 0, device=phone)
    did(person, 5, 10, device=laptop)

    assert timeline.device_uses(person.pk) == (
        {laptop.pk: NOON + 10 * MINUTE, phone.pk: NOON},
        None,
    )
    monkeypatch.setattr(timeline, "LOOK_BACK", 2)
    assert timeline.device_uses(person.pk) == (
        {laptop.pk: NOON + 10 * MINUTE},
        NOON + 5 * MINUTE,
    )


def test_activity_begins_with_the_oldest_row():
    person = contact()
    assert timeline.first_time(person.pk) is None

    did(person, 5, 0, 10)

    assert timeline.first_time(person.pk) == NOON
