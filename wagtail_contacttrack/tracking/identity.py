"""Stand-in until the module is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Checked:
    values: dict[str, str] = field(default_factory=dict)
    nonce: str = ""
    expires: datetime | None = None
    problem: str = ""


def check(token: str, site_id: int, *, now: datetime) -> Checked:
    return Checked(problem="identity_forged")


def bind(nonce: str, tracking_id: str, expires: datetime, *, using: str) -> bool:
    return True
