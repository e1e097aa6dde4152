"""Fill the tables, and time the API's answers at each size.

Runs in a process of its own, with Django set up, and prints one JSON object for each size;
`benchmarks/api.py` makes a table of them.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test import Client

from benchmarks.growth import Stopwatch
from benchmarks.people import READER, People
from wagtail_contacttrack.contacts import pages

PASSWORD = "only for measuring"
# What is asked for; `count` says that a total is to be counted anew each time.
ADDRESSES = {
    "list": "contacts?limit=30",
    "list, total counted anew": "contacts?limit=30",
    "list, from the middle": "contacts?limit=30&cursor={middle}",
    "search by e-mail": "contacts?search=email:person500@example.org",
    "search by e-mail, as a word": "contacts?search=person500@example.org",
    "condition on the e-mail": (
        "contacts?where[0][col]=email&where[0][expr]=eq&where[0][val]=person500@example.org"
    ),
    "get": "contacts/{reader}",
    "activity": "contacts/{reader}/activity",
    "activity, further on": "contacts/{reader}/activity?page=8",
    "activity of everybody": "contacts/activity",
    "statistics": "stats/page_hits",
    "statistics, the newest": "stats/page_hits?order[0][col]=date_hit&order[0][dir]=DESC",
    "statistics, total counted anew": "stats/page_hits",
}


def measure(client: Client, path: str, repeats: int, *, anew: bool) -> dict[str, float]:
    """The quickest of many requests, in milliseconds: what else goes on only ever adds to it."""
    whole, database, queries = [], [], 0
    for _ in range(repeats):
        if anew:
            cache.clear()
            client.get("/api/tags?limit=1")
        watch = Stopwatch()
        start = time.perf_counter()
        with connection.execute_wrapper(watch):
            response = client.get(f"/api/{path}")
        whole.append(1e3 * (time.perf_counter() - start))
        database.append(1e3 * watch.seconds)
        queries = watch.queries
        if response.status_code != 200:
            sys.exit(f"{path} answers {response.status_code}: {response.content[:300]!r}")
    return {
        "ms": round(min(whole), 2),
        "database_ms": round(min(database), 2),
        "queries": queries,
    }


def main() -> None:
    each, repeats, *sizes = map(int, sys.argv[1:])
    switched_on: Any = {"API_ENABLED": True, "API_ENABLE_BASIC_AUTH": True}
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, **switched_on}
    get_user_model().objects.create_superuser("reader", "reader@example.org", PASSWORD)
    pair = base64.b64encode(f"reader:{PASSWORD}".encode()).decode()
    client = Client(HTTP_AUTHORIZATION=f"Basic {pair}")
    people = People(each)
    for size in sizes:
        people.grow(size)
        cache.clear()
        middle = pages.Cursor(("pk",), (str(size // 2),))
        answers = {}
        for name, path in ADDRESSES.items():
            path = path.format(reader=READER, middle=middle)
            answers[name] = measure(client, path, repeats, anew="anew" in name)
        print(json.dumps({"contacts": size, "answers": answers}), flush=True)


if __name__ == "__main__":
    main()
