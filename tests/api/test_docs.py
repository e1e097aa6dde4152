"""The lines of docs/api.md do what the page says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.activity.making import contact
from tests.api.conftest import PASSWORD
from tests.api.serving import NAME, committed, site, test_database

__all__ = ["committed", "site", "test_database"]

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Which variable of the page holds the id of what was answered under a name.
VARIABLES = {"contact": "CONTACT", "company": "COMPANY", "list": "SEGMENT"}


def run(line: str, variables: dict[str, str]) -> tuple[int, Any]:
    """The status and the body of the answer to one line of the page."""
    command = line.replace("curl ", "curl -s -w '\\n%{http_code}' ", 1)
    done = subprocess.run(
        ["sh", "-euc", command], env=variables, capture_output=True, text=True, check=False
    )
    body, _, status = done.stdout.rpartition("\n")
    assert status.isdecimal(), (line, done.stdout, done.stderr)
    return int(status), json.loads(body)


def test_every_line_of_the_page_works_in_its_order(site):
    assert shutil.which("curl"), "curl is not installed"
    for number in range(3):
        contact(email=f"p{number}@site.example")
    lines = BLOCK.findall(PAGE.read_text())
    assert len(lines) > 25
    variables = {"SITE": site, "AUTH": f"{NAME}:{PASSWORD}", "PATH": "/usr/bin:/bin"}
    for line in lines:
        if "curl " not in line:
            continue
        status, body = run(line, variables)
        assert status in (200, 201), (line, body)
        for name, variable in VARIABLES.items():
            if isinstance(body, dict) and isinstance(body.get(name), dict):
                variables[variable] = str(body[name]["id"])
        if isinstance(body, dict) and "next" in body:
            variables["NEXT"] = body["next"]
