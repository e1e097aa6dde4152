from __future__ import annotations

from collections.abc import Iterator

import pytest

from wagtail_contacttrack.tracking import admission, counters, lookups, sites


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What the process remembers is about the database of the test before."""
    for remembered in (lookups, counters, sites, admission.limiter):
        remembered.clear()
    yield
    counters.clear()
