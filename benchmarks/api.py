"""What the API's answers cost while the tables grow, as ratios to the smallest size.

A ratio of 1.0 means that the cost does not depend on how many contacts and visits there are.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import databases, machine, measuring
from benchmarks.arguments import names


def markdown(results: dict[str, list[dict[str, Any]]]) -> str:
    lines = [
        "| Database | Answer | Contacts | Queries | Time | of which the database | Ratio |",
        f"|---|---|{'---:|' * 5}",
    ]
    for database, sizes in results.items():
        for answer, first in sizes[0]["answers"].items():
            for size in sizes:
                figures = size["answers"][answer]
                cells = (
                    database,
                    answer,
                    f"{size['contacts']:,}",
                    figures["queries"],
                    f"{figures['ms']:.1f} ms",
                    f"{figures['database_ms']:.1f} ms",
                    f"{figures['ms'] / first['ms']:.2f}",
                )
                lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    every = list(databases.DATABASES)
    parser.add_argument(
        "--databases",
        type=names(every),
        default=["postgresql"],
        metavar="A,B",
        help=", ".join(every),
    )
    parser.add_argument("--contacts", type=int, default=1_000_000, help="at the end (%(default)s)")
    parser.add_argument("--first", type=int, default=1_000, help="to begin with (%(default)s)")
    parser.add_argument("--each", type=int, default=5, help="visits of a contact (%(default)s)")
    parser.add_argument("--repeats", type=int, default=15, help="requests each (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there as well")
    options = parser.parse_args()
    results = {}
    for name in options.databases:
        print(f"{name}: create, migrate and fill", file=sys.stderr, flush=True)
        with databases.DATABASES[name]() as database:
            sizes = [options.first, options.contacts]
            results[name] = measuring.run(
                "answers", "contacts", database.url, options.each, options.repeats, sizes
            )
    print(markdown(results))
    if options.json:
        report = {"machine": machine.describe(), "results": results}
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
