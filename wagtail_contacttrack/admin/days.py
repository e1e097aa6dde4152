"""Which days editors can choose."""

from __future__ import annotations

from datetime import date

# Far enough from the ends of the calendar that a time zone cannot lead beyond them.
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
