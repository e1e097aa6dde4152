#!/usr/bin/env python
"""Runs the example site's commands; `manage.py demo` does everything that `make demo` promises."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# What suits a newcomer who tries things out on their own machine. A variable that is set wins.
DEMO_DEFAULTS = {
    "CONTACTTRACK_TRACK_PRIVATE_IP_RANGES": "true",
    "DEBUG": "false",
}


def main() -> None:
    here = Path(__file__).resolve().parent
    sys.path[:0] = [str(here), str(here.parent)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ropewalk.settings")
    if sys.argv[1:2] == ["demo"]:
        for name, value in DEMO_DEFAULTS.items():
            os.environ.setdefault(name, value)

    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit("")


if __name__ == "__main__":
    main()
