from __future__ import annotations

from tests.admin.conftest import contact_page  # noqa: F401
from tests.tracking.conftest import (  # noqa: F401
    configure,
    processes,
    test_database,
    visitor,
)
