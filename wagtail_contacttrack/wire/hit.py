"""A tracking request, understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .addresses import Networks
from .params import Param
from .request import RawRequest

Door: TypeAlias = Literal["event", "pixel"]
Signal: TypeAlias = Literal["", "dnt", "gpc"]


@dataclass(slots=True)
class Hit:
    """What one request says, under one set of names whatever way its bytes took.

    Every text is storable; "" stands for unknown.
    """

    door: Door
    method: str
    page_url: str = ""
    page_title: str = ""
    page_referrer: str = ""
    page_language: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    params: dict[str, Param] = field(default_factory=dict)
    clickthrough: str | dict[str, Param] = ""
    cookie_device: str = ""
    param_device: str = ""
    previous_hit: str = ""
    event_id: str = ""
    leaves: str = ""
    engaged_ms: int = 0
    age_ms: int = 0
    wagtail_page: int | None = None
    wagtail_locale: str = ""
    address: str = ""
    user_agent: str = ""
    accept_language: list[str] = field(default_factory=list)
    origin: str = ""
    referer: str = ""
    signal: Signal = ""
    prefetch: bool = False
    country: str = ""
    too_large: bool = False
    problems: tuple[str, ...] = ()

    @property
    def tracker(self) -> bool:
        """Whether the browser script sent it."""
        return bool(self.event_id or self.leaves)


def decode(
    raw: RawRequest,
    *,
    door: Door,
    trusted_proxies: Networks,
    max_body: int = 65536,
    country_header: str = "",
    title_is_field: bool = False,
) -> Hit:
    """Say what a tracking request means; never raises."""
    return Hit(door=door, method=raw.method)
