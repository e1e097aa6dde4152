"""The benchmarks work at all, and never count a hit that has no row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.ingest import Bench, Unverified, parse
from benchmarks.load import Event, Generators, Load
from benchmarks.servers import Server

# The benchmarks bring their own databases and servers.
pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, f"benchmarks/{script}", "--databases", "sqlite", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'example_site'}"},
        capture_output=True,
        text=True,
    )


def test_a_quick_run_finds_a_row_for_every_hit(tmp_path):
    file = tmp_path / "figures.json"
    done = run(
        "ingest.py", "--quick", "--servers", "gunicorn", "--seconds", "1", "--runs", "1",
        "--json", str(file),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("| Database |")
    results = json.loads(file.read_text())["results"]
    assert [result["visitors"] for result in results] == ["new", "returning"]
    for result in results:
        hits = sum(one["hits"] for one in result["rounds"])
        assert result["verified_rows"] == hits > 0


def test_the_cost_of_pages_is_measured_at_every_size(tmp_path):
    file = tmp_path / "figures.json"
    done = run("timeline.py", "--rows", "2000", "--repeats", "1", "--json", str(file))
    assert done.returncode == 0, done.stderr
    sizes = json.loads(file.read_text())["results"]["sqlite"]
    assert [size["rows"] for size in sizes] == [100, 500, 2000]
    assert all(page["queries"] for size in sizes for page in size["pages"].values())


def test_the_cost_of_the_apis_answers_is_measured_at_both_sizes(tmp_path):
    file = tmp_path / "figures.json"
    done = run(
        "api.py", "--first", "100", "--contacts", "600", "--repeats", "1", "--json", str(file)
    )
    assert done.returncode == 0, done.stderr
    assert "| activity of everybody | 600 |" in done.stdout
    sizes = json.loads(file.read_text())["results"]["sqlite"]
    assert [size["contacts"] for size in sizes] == [100, 600]
    assert all(answer["queries"] for size in sizes for answer in size["answers"].values())


@dataclass
class Ledger:
    """A database that knows some rows."""

    before: int
    found: int
    url: str = ""

    def rows(self) -> int:
        return self.before + self.found

    def count(self, events: Sequence[Event]) -> int:
        return min(self.found, len(events))

    def cpu_times(self) -> dict[int, float]:
        return {}


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"200 recorded": 3}, 2),
        ({"200 recorded": 3}, 4),
        ({"200 recorded": 3, "200 duplicate": 1}, 3),
        ({"200 recorded": 3, "503 storage_failed": 1}, 3),
        ({}, 0),
    ],
    ids=["a row too few", "a row too many", "a duplicate", "a failure", "nothing at all"],
)
def test_a_hit_without_its_row_ends_the_run(answers, found):
    options, _ = parse([])
    bench = Bench(options, Ledger(100, found), Server(0, 0), Generators("", 0, 0))
    recorded = [("device", f"event-{number}") for number in range(answers.get("200 recorded", 0))]
    with pytest.raises(Unverified):
        bench.verify(Load(answers=Counter(answers), recorded=recorded), rows_before=100)
