"""Migrations load on every supported version."""

from __future__ import annotations

from django.db.migrations.loader import MigrationLoader

# The last that Wagtail 7.4 has: what depends on a later one does not load there.
LATEST_OF_WAGTAIL_7_4 = 97


def test_none_needs_a_wagtail_that_is_newer_than_the_oldest_supported():
    loader = MigrationLoader(None)
    needed = {
        int(name[:4])
        for (app, _name), migration in loader.disk_migrations.items()
        if app == "wagtail_contacttrack"
        for other, name in migration.dependencies
        if other == "wagtailcore" and name[:4].isdigit()
    }
    assert max(needed) <= LATEST_OF_WAGTAIL_7_4
