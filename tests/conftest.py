from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from wagtail_contacttrack.contacts import fieldset
from wagtail_contacttrack.tracking import admission, counters, identity, lookups, sites

# The browser tests bring their own dependencies: make e2e.
collect_ignore = [] if importlib.util.find_spec("playwright") else ["e2e"]
# So does what talks to the API: make test-all.
if not importlib.util.find_spec("schemathesis"):
    collect_ignore += ["api/test_schema.py", "clients"]
if not importlib.util.find_spec("mautic_cli"):
    collect_ignore += ["clients/test_cli.py"]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What the process remembers is about the database of the test before."""
    for remembered in (lookups, counters, sites, fieldset, identity, admission.limiter):
        remembered.clear()
    yield
    counters.clear()
