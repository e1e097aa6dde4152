from __future__ import annotations

from tests.api.conftest import nothing_remembered, switched_on
from tests.api.serving import committed, site, test_database

__all__ = ["committed", "nothing_remembered", "site", "switched_on", "test_database"]
