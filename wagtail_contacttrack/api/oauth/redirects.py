"""Addresses that end in a star: TYPO3 is called back at one that is new each time."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

STAR = "/*"
# What may stand in for the star: nothing that any server could take for another path.
_REST = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")


def is_below(address: str, registered: str) -> bool:
    """Whether an address lies below a registered one that ends in ``/*``."""
    if not registered.endswith(STAR):
        return False
    start = registered.removesuffix("*")
    rest = address.removeprefix(start)
    return rest != address and _REST.fullmatch(rest) is not None


def star_problem(registered: str) -> bool:
    """Whether a star stands where it cannot be honoured: elsewhere than at the end of a path."""
    if "*" not in registered:
        return False
    parts = urlsplit(registered.removesuffix(STAR))
    return "*" in registered.removesuffix(STAR) or bool(parts.query) or len(parts.path) < 2
