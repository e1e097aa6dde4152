"""Counts that several processes share by Django's cache.

A cache that is away, or keeps nothing, counts nothing: the API then answers without its brakes.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache import cache

logger = logging.getLogger(__name__)


def add(key: str, seconds: int) -> int:
    """Count one more under `key`, and say how many there are since it began, `seconds` at most."""
    try:
        cache.add(key, 0, seconds)
        return int(cache.incr(key))
    except ValueError:
        # It ended between the two, or the cache keeps nothing.
        return 1
    except Exception:
        logger.exception("The cache cannot be used.")
        return 1


def count_of(key: str) -> int:
    """How many have been counted."""
    found = remembered(key)
    return found if isinstance(found, int) else 0


def remembered(key: str) -> Any:
    """What the cache holds, or None."""
    try:
        return cache.get(key)
    except Exception:
        logger.exception("The cache cannot be used.")
        return None


def remember(key: str, value: Any, seconds: int) -> None:
    """Put something into the cache, if that can be done."""
    try:
        cache.set(key, value, seconds)
    except Exception:
        logger.exception("The cache cannot be used.")
