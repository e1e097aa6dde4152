"""Run in a process of its own: migrate the database, and insist on durable commits."""

from __future__ import annotations

import sys
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

# What a connection of the measured site must answer, or its figures would be worth nothing.
DURABLE: dict[str, dict[str, Any]] = {
    "postgresql": {
        "SHOW fsync": "on",
        "SHOW synchronous_commit": "on",
        "SHOW full_page_writes": "on",
    },
    "sqlite": {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 2},
}


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        for statement, wanted in DURABLE[connection.vendor].items():
            cursor.execute(statement)
            value = cursor.fetchone()[0]
            if value != wanted:
                sys.exit(f"Commits are not durable: {statement} says {value!r}, not {wanted!r}.")


if __name__ == "__main__":
    main()
