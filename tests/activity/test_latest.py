"""The newest of everybody's rows, wherever an index cannot sort them."""

from __future__ import annotations

import pytest

from wagtail_contacttrack.activity import latest
from wagtail_contacttrack.activity.models import Activity

from .making import MINUTE, NOON, contact, did

pytestmark = pytest.mark.django_db

# The same moment, neighbouring ones, and others months away; one arrived late.
MINUTES = [0, -1, -1, -3, -70, -70_000, -200_000, -5, 0]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 20])
def test_pages_of_any_size_are_those_of_the_whole_list(size):
    ada, bob = contact(), contact()
    for number, minute in enumerate(MINUTES):
        did(bob if number % 2 else ada, minute)
    rows = Activity.objects.select_related("page")
    found = []
    for start in range(0, len(MINUTES) + 1, size):
        found += latest.newest(rows, start, size)
    assert found == list(Activity.objects.order_by("-time", "-id"))


def test_what_is_later_than_the_row_that_came_last_is_there_as_well():
    did(contact(), 0, 60, -60)
    found = latest.newest(Activity.objects.all(), 0, 2)
    assert [row.time for row in found] == [NOON + 60 * MINUTE, NOON]


def test_the_search_begins_where_it_is_to_end():
    did(contact(), *range(0, -100_000, -10_000))
    until = NOON - 50_000 * MINUTE
    rows = Activity.objects.filter(time__lt=until)
    found = latest.newest(rows, 0, 2, until=until)
    assert [(NOON - row.time) / MINUTE for row in found] == [60_000, 70_000]


def test_nothing_is_nothing():
    assert latest.newest(Activity.objects.all(), 0, 5) == []
