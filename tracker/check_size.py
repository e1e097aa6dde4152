"""Fails when what a page loads is larger than its budget: 3000 bytes, brotli at quality 11."""

from __future__ import annotations

import sys
from pathlib import Path

import brotli

BUDGET = 3000
OPTIONS = b'{"hash":false,"privacy":true}'
SCRIPT = Path(__file__).parent.parent / "wagtail_contacttrack/tracking/script/mtc.min.js"


def served_size() -> int:
    """The bytes that travel: the shipped file with its options filled in, compressed."""
    served = SCRIPT.read_bytes().replace(b"__OPTIONS__", OPTIONS)
    return len(brotli.compress(served, mode=brotli.MODE_TEXT, quality=11))


def main() -> int:
    size = served_size()
    print(f"mtc.js: {size} of {BUDGET} bytes")
    return int(size > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
