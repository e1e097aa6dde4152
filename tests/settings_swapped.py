"""The tests' settings with another page model in the place of Wagtail's own (Wagtail 8.0+)."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = ["wagtail.test.basepage", *(app for app in _APPS if app != "tests.testapp")]
WAGTAIL_PAGE_MODEL = "basepage.BasePage"
