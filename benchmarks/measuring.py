"""Measurements that fill a database of their own, in a process whose Django knows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks import databases


def run(
    module: str, grown: str, url: str, each: int, repeats: int, sizes: list[int]
) -> list[dict[str, Any]]:
    """What `main` of a module here prints for each size, a line of JSON each.

    `grown` is the key in it under which the size stands.
    """
    code = f"import django; django.setup(); from benchmarks import {module}; {module}.main()"
    command = [sys.executable, "-c", code, *map(str, [each, repeats, *sizes])]
    found = []
    environment = {**os.environ, **databases.environment(url)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            found.append(json.loads(line))
            print(f"{found[-1][grown]} {grown}: measured", file=sys.stderr, flush=True)
    if process.returncode:
        raise RuntimeError("The measurement has failed.")
    return found
