"""The lines of docs/api.md do what the page says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.test.testcases import LiveServerThread

from tests.activity.making import contact
from tests.api.conftest import PASSWORD
from tests.tracking.conftest import committed, test_database
from wagtail_contacttrack.contacts import fieldset
from wagtail_contacttrack.contacts.models import ContactField

__all__ = ["committed", "test_database"]

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Which variable of the page holds the id of what was answered under a name.
VARIABLES = {"contact": "CONTACT", "company": "COMPANY", "list": "SEGMENT"}


@pytest.fixture
def site(committed: None) -> Iterator[str]:
    """The address of a server of the test database."""
    user = get_user_model().objects.create_superuser("curl", "curl@site.example", PASSWORD)
    for number in range(3):
        contact(email=f"p{number}@site.example")
    server = LiveServerThread("127.0.0.1", _same, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    ContactField.objects.filter(installed=False).delete()
    fieldset.clear()
    user.delete()


def _same(handler: WSGIHandler) -> WSGIHandler:
    """Without the static files, which no program asks for."""
    return handler


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
    lines = BLOCK.findall(PAGE.read_text())
    assert len(lines) > 25
    variables = {"SITE": site, "AUTH": f"curl:{PASSWORD}", "PATH": "/usr/bin:/bin"}
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
