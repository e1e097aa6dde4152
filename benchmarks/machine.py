"""CPU time of processes, and what machine this is, out of Linux's /proc."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")

# Positions after the closing bracket of the name in /proc/<pid>/stat.
SESSION, USER, SYSTEM = 3, 11, 12


def cpu_times(pids: Iterable[int]) -> dict[int, float]:
    """The seconds of user and system time that each process has used so far."""
    stats = {pid: _stat(pid) for pid in pids}
    return {pid: (int(s[USER]) + int(s[SYSTEM])) / TICK for pid, s in stats.items() if s}


def used(before: dict[int, float], after: dict[int, float]) -> float:
    """What all processes have used between two looks; one that has ended meanwhile counts 0."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def session_pids(leader: int) -> list[int]:
    """All processes of the session that `leader` has started."""
    pids = (int(folder.name) for folder in PROC.iterdir() if folder.name.isdecimal())
    return [pid for pid in pids if (stat := _stat(pid)) and int(stat[SESSION]) == leader]


def is_named(pid: int, name: str) -> bool:
    """Whether a process of this machine has that id and that name."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip() == name
    except OSError:
        return False


def describe() -> dict[str, str | int]:
    """The machine and the interpreter, for the head of a report."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _stat(pid: int) -> list[str]:
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _cpu_model() -> str:
    for line in (PROC / "cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
