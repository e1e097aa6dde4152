from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.admin.conftest import contact_page  # noqa: F401
from tests.outbound.receiving import Receiver
from tests.tracking.conftest import (  # noqa: F401
    committed,
    configure,
    processes,
    test_database,
    visitor,
)
from wagtail_contacttrack.outbound.webhooks import published


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A service on this machine that webhooks may send to."""
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "WEBHOOK_ALLOW_PRIVATE": True}
    with Receiver() as made:
        yield made
    published.clear()
