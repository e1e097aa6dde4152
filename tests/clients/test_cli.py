"""The command `mautic` of mautic-cli from PyPI, as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import PASSWORD
from tests.api.serving import NAME

from .conftest import SECRET

pytestmark = pytest.mark.programs

COMMAND = [sys.executable, "-c", "from mautic_cli.cli import cli; cli()"]
ADA = {"email": "ada@site.example", "firstname": "Ada"}


@pytest.fixture
def run(site, tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command with these arguments; objects go as JSON."""

    def done(*arguments: Any, **login: str) -> subprocess.CompletedProcess[str]:
        login = login or {"MAUTIC_USERNAME": NAME, "MAUTIC_PASSWORD": PASSWORD}
        # It must not find the settings of whoever runs the tests.
        env = {k: v for k, v in os.environ.items() if not k.startswith("MAUTIC_")}
        env |= {"HOME": str(tmp_path), "MAUTIC_BASE_URL": site.url, **login}
        texts = [json.dumps(item) if isinstance(item, dict) else str(item) for item in arguments]
        return subprocess.run(
            [*COMMAND, *texts], env=env, capture_output=True, text=True, timeout=60
        )

    return done


@pytest.fixture
def told(run) -> Callable[..., Any]:
    """What the command prints, which must have worked."""

    def answer(*arguments: Any, **login: str) -> Any:
        done = run(*arguments, **login)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return json.loads(done.stdout)

    return answer


def test_a_contact_from_first_to_last(run, told):
    number = told("contacts", "create", "--json", ADA)["contact"]["id"]
    edited = told("contacts", "edit", number, "--json", {"firstname": "A", "tags": ["x"]})
    assert [tag["tag"] for tag in edited["contact"]["tags"]] == ["x"]
    assert told("contacts", "add-points", number, 5)["success"]
    assert told("contacts", "subtract-points", number, 2)["success"]
    found = told("contacts", "list", "--search", "email:ada@site.example")
    assert found["contacts"][str(number)]["points"] == 3
    assert told("--published-only", "contacts", "list")["total"] == "1"
    assert "ada@site.example" in run("--format", "csv", "contacts", "list").stdout
    assert told("contacts", "delete", number)["contact"]["id"] is None
    gone = run("contacts", "get", number)
    assert gone.returncode == 1
    assert json.loads(gone.stderr)["error"]["code"] == 404


def test_all_pages_are_read(run):
    for number in range(3):
        run("contacts", "create", "--json", {"email": f"p{number}@site.example"})
    lines = run("--page-all", "contacts", "list", "--limit", 2).stdout.splitlines()
    found = [json.loads(line)["fields"]["all"]["email"] for line in lines]
    assert found == [f"p{number}@site.example" for number in range(3)]


def test_segments_companies_notes_tags_and_activity(site, told):
    number = told("contacts", "create", "--json", ADA)["contact"]["id"]
    segment = told("segments", "create", "--json", {"name": "Letters"})["list"]["id"]
    assert told("segments", "add-contact", segment, number)["success"]
    assert list(told("segments", "contacts", segment)["contacts"]) == [str(number)]
    assert list(told("--published-only", "segments", "list")["lists"]) == [str(segment)]
    assert told("segments", "remove-contact", segment, number)["success"]
    company = told("companies", "create", "--json", {"companyname": "Acme"})["company"]["id"]
    assert told("companies", "add-contact", company, number)["success"]
    assert told("companies", "delete", company)["company"]["id"] is None
    assert told("notes", "create", "--json", {"lead": number, "text": "Called"})["note"]["id"]
    assert told("notes", "list", "--contact", number)["total"] == 1
    assert told("tags", "create", "--json", {"tag": "vip"})["tag"]["id"]
    assert told("tags", "list", "--search", "vip")["total"] == 1
    site.visit(page_url="https://www.example.org/prices", email=ADA["email"])
    body = told("contacts", "activity", number, "--include-events", "page.hit,point.gained")
    assert [event["event"] for event in body["events"]] == ["page.hit"]
    rows = told("stats", "page_hits", "--where", f"lead_id={number}", "--order", "id:desc")
    assert rows["stats"][0]["url"] == "https://www.example.org/prices"


def test_it_may_come_with_credentials_of_its_own(site, told, lonely_app):
    found = told(
        "contacts", "list",
        MAUTIC_CLIENT_ID="2_abcdef",
        MAUTIC_CLIENT_SECRET=SECRET,
        MAUTIC_TOKEN_ENDPOINT=f"{site.url}/oauth/v2/token",
    )  # fmt: skip
    assert found["total"] == "0"
