"""Fails when what a page loads is larger than its budget: 3000 bytes, brotli at quality 11."""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path

import brotli

BUDGET = 3000
OPTIONS = [
    dict(zip(("hash", "privacy"), on, strict=True)) for on in product((False, True), repeat=2)
]
SCRIPT = Path(__file__).parent.parent / "wagtail_contacttrack/tracking/script/mtc.min.js"


def served_size() -> int:
    """The bytes that travel at most: the shipped file with any options filled in, compressed."""
    script = SCRIPT.read_text("utf-8")
    served = [
        script.replace("__OPTIONS__", json.dumps(options, separators=(",", ":")))
        for options in OPTIONS
    ]
    return max(
        len(brotli.compress(text.encode(), mode=brotli.MODE_TEXT, quality=11)) for text in served
    )


def main() -> int:
    size = served_size()
    print(f"mtc.js: {size} of {BUDGET} bytes")
    return int(size > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
