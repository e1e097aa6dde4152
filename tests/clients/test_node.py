"""The client `mautic-api` from npm, as it is, against a server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.api.conftest import PASSWORD
from tests.api.serving import NAME

pytestmark = pytest.mark.programs

HERE = Path(__file__).parent


@pytest.fixture
def told(site):
    """What the client was told, by the name of each step."""
    assert (HERE / "node_modules").is_dir(), "Run: make tests/clients/node_modules"
    done = subprocess.run(
        ["node", "walk.js", site, NAME, PASSWORD],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_everything_that_it_can_do_works(told):
    gone = told.pop("gone")
    assert gone["status"] == 404
    assert {step["status"] for step in told.values()} == {200, 201}
    number = told["created"]["data"]["contact"]["id"]
    data = {name: step["data"] for name, step in told.items()}
    assert list(data["found"]["contacts"]) == [str(number)]
    assert [tag["tag"] for tag in data["edited"]["contact"]["tags"]] == ["reader"]
    assert data["put"]["contact"]["fields"]["all"]["city"] == "London"
    assert data["put"]["contact"]["fields"]["all"]["firstname"] is None
    assert data["points"]["success"]
    assert data["companies"]["companies"][0]["fields"]["all"]["companyname"] == "Acme"
    assert [row["name"] for row in data["segments"]["lists"].values()] == ["Readers"]
    assert data["utm"]["contact"]["utmtags"][0]["utmCampaign"] == "spring"
    assert data["noUtm"]["recordFound"]
    assert data["forbidden"]["contact"]["doNotContact"][0]["reason"] == 1
    assert data["allowed"]["recordFound"]
    # axios writes lists with empty brackets.
    assert data["activity"]["total"] == 2
    assert data["activity"]["events"][0]["eventLabel"] == "Quiz -2"
    assert data["tag"]["tag"]["tag"] == "made"
    assert data["deleted"]["contact"]["id"] is None
