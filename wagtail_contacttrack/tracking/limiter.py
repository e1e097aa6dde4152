"""A brake against floods from one address."""

from __future__ import annotations

import socket


class RateLimiter:
    """Counts hits per address in windows of one minute, in this process only.

    It protects the database from a flood; it is no quota. With several worker processes an address
    may send up to `limit` to each. Memory stays bounded: a window's counts are dropped at its end,
    and a window holds at most `MAX_ADDRESSES`. IPv6 counts by the /64 that one customer gets, since
    that is more addresses than anybody could count.
    """

    WINDOW = 60
    MAX_ADDRESSES = 100_000

    def __init__(self) -> None:
        self._window = 0
        self._counts: dict[str | bytes, int] = {}

    def allow(self, address: str, limit: int, now: float) -> bool:
        """Count one hit; False once `address` has used up `limit` in this minute.

        0 is no limit; and where addresses are unknown, nobody is stopped for everybody's hits.
        """
        if not limit or not address:
            return True
        key = socket.inet_pton(socket.AF_INET6, address)[:8] if ":" in address else address
        window = int(now) // self.WINDOW
        if window != self._window or len(self._counts) > self.MAX_ADDRESSES:
            self._window, self._counts = window, {}
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return count <= limit

    def clear(self) -> None:
        self._counts = {}
