"""Figures out of measurements: medians, ratios, a Markdown table and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.load import Load

# A generator that was busy for this share of the time was what limited the figures.
BUSY = 0.85


@dataclass(frozen=True)
class Measurement:
    """One stretch of load on one path. `verified` counts the rows found for its 200s."""

    requests: int
    seconds: float
    server_cpu: float
    database_cpu: float
    generator_cpu: float
    delays: tuple[float, float]
    verified: int = 0

    @classmethod
    def of(
        cls, load: Load, server_cpu: float, database_cpu: float, verified: int = 0
    ) -> Measurement:
        delays = sorted(load.delays)
        return cls(
            requests=load.requests,
            seconds=load.seconds,
            server_cpu=server_cpu,
            database_cpu=database_cpu,
            generator_cpu=load.cpu,
            delays=(median(delays), delays[int(len(delays) * 0.99)]),
            verified=verified,
        )

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_each(self) -> float:
        """Seconds of CPU time that one request took, of server and database together."""
        return (self.server_cpu + self.database_cpu) / self.requests

    @property
    def generator_busy(self) -> bool:
        return self.generator_cpu > BUSY * self.seconds


@dataclass
class Result:
    """The rounds of one combination; each holds the bare view's measurement and the tracker's."""

    database: str
    server: str
    visitors: str
    rounds: list[tuple[Measurement, Measurement]] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Hits per second as a share of the bare view's requests per second, by round."""
        return [hit.rate / bare.rate for bare, hit in self.rounds]

    def figures(self) -> dict[str, float]:
        """The medians, in requests a second, microseconds and milliseconds."""
        bare, hit = [pair[0] for pair in self.rounds], [pair[1] for pair in self.rounds]
        cpu_ratios = [one.cpu_each / other.cpu_each for one, other in self.rounds]
        return {
            "bare_per_second": round(median(one.rate for one in bare)),
            "hits_per_second": round(median(one.rate for one in hit)),
            "ratio": round(median(self.ratios), 3),
            "ratio_least": round(min(self.ratios), 3),
            "ratio_most": round(max(self.ratios), 3),
            "bare_cpu_us": round(1e6 * median(one.cpu_each for one in bare)),
            "hit_server_cpu_us": round(1e6 * median(one.server_cpu / one.requests for one in hit)),
            "hit_database_cpu_us": round(
                1e6 * median(one.database_cpu / one.requests for one in hit)
            ),
            "cpu_ratio": round(median(cpu_ratios), 3),
            "hit_ms_median": round(1e3 * median(one.delays[0] for one in hit), 1),
            "hit_ms_99": round(1e3 * median(one.delays[1] for one in hit), 1),
        }

    def as_json(self) -> dict[str, Any]:
        return {
            "database": self.database,
            "server": self.server,
            "visitors": self.visitors,
            **self.figures(),
            "verified_rows": sum(hit.verified for _, hit in self.rounds),
            "rounds": [
                {
                    "bare_per_second": round(bare.rate),
                    "hits_per_second": round(hit.rate),
                    "hits": hit.requests,
                    "verified_rows": hit.verified,
                }
                for bare, hit in self.rounds
            ],
        }


COLUMNS = (
    "Database", "Server", "Visitors", "Bare view/s", "Hits/s", "Ratio", "CPU of a bare request",
    "CPU of a hit: server + database", "Ratio by CPU", "Delay: median, 99 %",
)  # fmt: skip


def markdown(results: Sequence[Result]) -> str:
    """The table for people; for each ratio of hits its lowest and highest round as well."""
    lines = [
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * 3}{'---:|' * (len(COLUMNS) - 3)}",
    ]
    for result in results:
        found = result.figures()
        cells = (
            result.database,
            result.server,
            result.visitors,
            f"{found['bare_per_second']:.0f}",
            f"{found['hits_per_second']:.0f}",
            f"**{found['ratio']:.2f}** ({found['ratio_least']:.2f}–{found['ratio_most']:.2f})",
            f"{found['bare_cpu_us']:.0f} µs",
            f"{found['hit_server_cpu_us']:.0f} + {found['hit_database_cpu_us']:.0f} µs",
            f"{found['cpu_ratio']:.2f}",
            f"{found['hit_ms_median']:.0f}, {found['hit_ms_99']:.0f} ms",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
