"""What the admin's pages cost while the tables grow, as ratios to the smallest size.

A ratio of 1.0 at every size means that the cost does not depend on how many visits there are.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import databases, machine, measuring
from benchmarks.arguments import names

STEPS = (0.05, 0.25, 1.0)


def markdown(results: dict[str, list[dict[str, Any]]]) -> str:
    lines = [
        "| Database | Page | Visits | Queries | Python's CPU time | Time in the database | "
        "Ratio | Ratio of the database |",
        f"|---|---|{'---:|' * 6}",
    ]
    for database, sizes in results.items():
        for page, first in sizes[0]["pages"].items():
            for size in sizes:
                figures = size["pages"][page]
                ratios = [figures[key] / first[key] for key in ("cpu_ms", "database_ms")]
                cells = (
                    database,
                    page,
                    f"{size['rows']:,}",
                    figures["queries"],
                    f"{figures['cpu_ms']:.0f} ms",
                    f"{figures['database_ms']:.1f} ms",
                    *(f"{ratio:.2f}" for ratio in ratios),
                )
                lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    every = list(databases.DATABASES)
    parser.add_argument("--databases", type=names(every), default=every, metavar="A,B")
    parser.add_argument("--rows", type=int, default=200_000, help="at the end (%(default)s)")
    parser.add_argument("--each", type=int, default=20, help="visits of a contact (%(default)s)")
    parser.add_argument("--repeats", type=int, default=15, help="requests a page (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there as well")
    options = parser.parse_args()
    sizes = [int(options.rows * step) for step in STEPS]
    results = {}
    for name in options.databases:
        print(f"{name}: create, migrate and fill", file=sys.stderr, flush=True)
        with databases.DATABASES[name]() as database:
            results[name] = measuring.run(
                "growth", "rows", database.url, options.each, options.repeats, sizes
            )
    print(markdown(results))
    if options.json:
        report = {"machine": machine.describe(), "results": results}
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
