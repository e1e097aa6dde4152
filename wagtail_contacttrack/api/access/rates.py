"""How many calls of one user an hour has."""

from __future__ import annotations

import math
from typing import Any

from ...conf import conf
from ..errors import ApiError
from . import counting

HOUR = 3600


def spend(user_pk: Any, *, now: float) -> dict[str, str]:
    """Count one call, and give the headers for its answer; `ApiError` 429 if it is one too many."""
    limit = int(conf.API_RATE_LIMITER_LIMIT)
    if limit <= 0:
        return {}
    hour = int(now // HOUR)
    end = (hour + 1) * HOUR
    used = counting.add(f"contacttrack:calls:{user_pk}:{hour}", HOUR)
    headers = {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(max(0, limit - used)),
        "X-RateLimit-Reset": str(end),
    }
    if used <= limit:
        return headers
    raise ApiError(
        429,
        f"You exceeded the rate limit of {limit} API calls per hour.",
        type="rate_limit_exceeded",
        headers={**headers, "Retry-After": str(max(1, math.ceil(end - now)))},
    )
