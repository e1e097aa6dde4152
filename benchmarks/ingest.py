"""Hits per second, as a share of what a bare Django view does behind the same middleware.

Both are asked by the same visitors, under the same server with the same settings, turn by turn
within seconds, so that what else the machine does hurts both. Every 200 is looked up in the ledger
afterwards; one without its row ends the run with an error. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import databases, machine, servers
from benchmarks.arguments import names
from benchmarks.databases import Database
from benchmarks.load import Generators, Kind, Load, Order
from benchmarks.report import Measurement, Result, markdown
from benchmarks.servers import Server, Shape

BARE, EVENT = b"/bare", b"/mtc/event"
WARM_UP_SECONDS = 1.0


class Unverified(Exception):
    """An answer that promised a row, and no row."""


@dataclass(frozen=True)
class Options:
    databases: list[str]
    servers: list[str]
    visitors: list[Kind]
    seconds: float
    runs: int
    connections: int
    threads: int
    workers: int
    generators: int
    pool: int


@dataclass(frozen=True)
class Bench:
    """Everything that one combination of database and server is measured with."""

    options: Options
    database: Database
    server: Server
    generators: Generators

    def round(self, kind: Kind) -> tuple[Measurement, Measurement]:
        """The bare view and the tracker, one right after the other."""
        return self.measure(BARE, kind), self.measure(EVENT, kind)

    def measure(self, path: bytes, kind: Kind) -> Measurement:
        rows = self.database.rows()
        server, database = self._cpu_times()
        load = self.send(path, kind, self.options.seconds)
        server_after, database_after = self._cpu_times()
        verified = self.verify(load, rows) if path == EVENT else 0
        return Measurement.of(
            load,
            server_cpu=machine.used(server, server_after),
            database_cpu=machine.used(database, database_after),
            verified=verified,
        )

    def send(self, path: bytes, kind: Kind, seconds: float = 0.0) -> Load:
        connections = self.options.connections // self.options.generators
        return self.generators.run(Order(self.server.port, path, kind, connections, seconds))

    def verify(self, load: Load, rows_before: int) -> int:
        """How many rows the 200s have; anything but one for each is an error."""
        expected = load.answers["200 recorded"]
        if not expected or load.requests != expected:
            raise Unverified(f"Not every hit was recorded: {dict(load.answers)}")
        found = self.database.count(load.recorded)
        added = self.database.rows() - rows_before
        if found != expected or added != expected:
            raise Unverified(
                f"{expected} hits were recorded, but {found} of {added} rows are there"
            )
        return found

    def _cpu_times(self) -> tuple[dict[int, float], dict[int, float]]:
        server = machine.cpu_times(machine.session_pids(self.server.leader))
        return server, self.database.cpu_times()


def measure_all(options: Options, log: Path) -> list[Result]:
    """All combinations that were asked for."""
    results = []
    for database_name in options.databases:
        say(f"{database_name}: create and migrate")
        # SQLite lets one process write at a time, and others poll for their turn.
        workers = 1 if database_name == "sqlite" else options.workers
        with databases.DATABASES[database_name]() as database:
            environment = databases.environment(database.url)
            for number, server_name in enumerate(options.servers):
                name = f"{database_name[0]}{number}-{int(time.time()):x}-"
                generators = Generators(name, options.generators, options.pool)
                try:
                    shape = Shape(workers, options.threads)
                    with servers.serve(server_name, shape, environment, log) as server:
                        bench = Bench(options, database, server, generators)
                        results += measure(bench, database_name, server_name)
                finally:
                    generators.stop()
    return results


def measure(bench: Bench, database_name: str, server_name: str) -> list[Result]:
    """Warm up, then run each kind of visitors in turn, round by round."""
    results = {kind: Result(database_name, server_name, kind) for kind in bench.options.visitors}
    label = f"{database_name}, {server_name}"
    say(f"{label}: warm up")
    rows = bench.database.rows()
    bench.verify(bench.send(EVENT, "seed"), rows)
    for path in (BARE, EVENT):
        bench.send(path, "new", WARM_UP_SECONDS)
    for number in range(1, bench.options.runs + 1):
        for kind, result in results.items():
            bare, hit = bench.round(kind)
            result.rounds.append((bare, hit))
            say(
                f"{label}, {kind} visitors, run {number}: {hit.rate:.0f} of {bare.rate:.0f}/s "
                f"= {hit.rate / bare.rate:.2f}, {hit.verified} rows verified"
            )
            if bare.generator_busy or hit.generator_busy:
                say("Warning: the load generator was the bottleneck. Try --generators 2.")
    return list(results.values())


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parse(arguments: Sequence[str] | None = None) -> tuple[Options, Path | None]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    every_database, every_server = list(databases.DATABASES), list(servers.SERVERS)
    add("--databases", type=names(every_database), default=every_database, metavar="A,B")
    add("--servers", type=names(every_server), default=every_server, metavar="A,B")
    kinds = ["new", "returning"]
    add("--visitors", type=names(kinds), default=kinds, metavar="A,B")
    add("--seconds", type=float, default=3.0, help="how long each run takes (%(default)s)")
    add("--runs", type=int, default=5, help="runs of each combination (%(default)s)")
    add("--connections", type=int, default=32, help="open at once (%(default)s)")
    add("--workers", type=int, default=1, help="server processes, 1 on SQLite (%(default)s)")
    add("--threads", type=int, default=32, help="in each server process (%(default)s)")
    add("--generators", type=int, default=1, help="processes that send (%(default)s)")
    add("--pool", type=int, default=10_000, help="visitors who return in turn (%(default)s)")
    add("--quick", action="store_true", help="one short run of each: does it work at all?")
    add("--json", type=Path, metavar="FILE", help="write all figures there as well")
    found = vars(parser.parse_args(arguments))
    file, quick = found.pop("json"), found.pop("quick")
    if quick:
        found |= {"seconds": min(found["seconds"], 1.0), "runs": 1, "pool": 200}
    return Options(**found), file


def main() -> None:
    options, file = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="contacttrack-bench-log-") as folder:
        log = Path(folder) / "servers.log"
        log.touch()
        try:
            results = measure_all(options, log)
        except (Unverified, RuntimeError, OSError) as error:
            sys.exit(f"{error}\n{log.read_text(errors='replace')[-4000:]}")
        except KeyboardInterrupt:
            sys.exit(130)
    print(markdown(results))
    if file:
        report = {
            "machine": machine.describe(),
            "versions": servers.versions(),
            "options": vars(options),
            "results": [result.as_json() for result in results],
        }
        file.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
