"""What the database makes of the ledger's indexes."""

from __future__ import annotations

import pytest
from django.db import connection

from wagtail_contacttrack.activity.models import Activity


@pytest.mark.django_db
def test_times_are_indexed_by_ranges_of_blocks_where_that_exists():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Activity._meta.db_table)

    index = found["contacttrack_activity_time"]
    assert index["columns"] == ["time"]
    assert index["type"] == ("brin" if connection.vendor == "postgresql" else index["type"])
