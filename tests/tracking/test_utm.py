"""UTM tags of visits as entries of their own."""

from __future__ import annotations

import pytest

from tests.tracking.conftest import browser
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts import utm

pytestmark = pytest.mark.django_db

PAGE = "/mtracking.gif?page_url=https://site.example/"
TAGGED = f"{PAGE}%3Futm_campaign%3Dspring%26utm_medium%3Demail"


def entries() -> list[Activity]:
    return list(Activity.objects.filter(kind=utm.KIND))


def test_by_default_tags_stand_with_the_visit_only():
    browser().get(TAGGED)
    assert Activity.objects.get().data["utm"]["utm_campaign"] == "spring"


def test_always_makes_an_entry_for_each_visit_with_tags(settings):  # S44
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "UTM_RECORDING": "always"}
    visitor = browser()
    visitor.get(TAGGED)
    visitor.get(PAGE)

    (entry,) = entries()
    assert entry.title == "spring"
    assert entry.data == {"utm": {"utm_campaign": "spring", "utm_medium": "email"}}
    assert utm.shape(entry)["utmMedium"] == "email"
    assert entry.contact_id == Activity.objects.exclude(kind=utm.KIND).first().contact_id


def test_script_and_pixel_of_one_visit_make_one_entry(settings):
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "UTM_RECORDING": "always"}
    visitor = browser()
    visitor.get(f"{TAGGED}&mtc_event_id=a1")
    visitor.get(f"{TAGGED}&mtc_event_id=a1")
    visitor.get(TAGGED)
    assert len(entries()) == 1
