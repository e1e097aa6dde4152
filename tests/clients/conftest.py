"""The site as programs of others find it: behind a real socket, with its API switched on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from django.contrib.auth import get_user_model
from oauth2_provider.models import Application

from tests.api.conftest import PASSWORD, nothing_remembered, switched_on
from tests.api.serving import NAME, committed, test_database
from tests.api.serving import site as address
from tests.tracking.conftest import FIREFOX
from wagtail_contacttrack.contacts import fieldset
from wagtail_contacttrack.contacts.models import ContactField

__all__ = ["address", "committed", "nothing_remembered", "switched_on", "test_database"]

HERE = Path(__file__).parent
SECRET = "the-secret-of-a-client"
BACK = "https://program.example/back?from=site"


@dataclass(frozen=True)
class Site:
    """Where the site is, and what people do there."""

    url: str

    def visit(self, **values: str) -> None:
        """One visit by the tracking pixel, from a browser without cookies."""
        headers = {"User-Agent": FIREFOX}
        response = requests.get(f"{self.url}/mtracking.gif", values, headers=headers, timeout=10)
        assert response.headers["X-Contacttrack-Reason"] == "recorded"

    def allow(self, address: str) -> str:
        """The address to which whoever logs in and allows what a client asks is sent back."""
        browser = requests.Session()
        page = browser.get(address, timeout=10)
        assert "/admin/login/" in page.url
        values = {"username": NAME, "password": PASSWORD, "next": _hidden(page.text, "next")}
        page = browser.post(page.url, values | _csrf(page), timeout=10)
        assert page.url == address
        answer = browser.post(
            address, {"allow": "1"} | _csrf(page), allow_redirects=False, timeout=10
        )
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


def _csrf(page: requests.Response) -> dict[str, str]:
    return {"csrfmiddlewaretoken": _hidden(page.text, "csrfmiddlewaretoken")}


def _hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, text
    return found[1].replace("&amp;", "&")


@pytest.fixture
def site(address: str, settings: Any) -> Iterator[Site]:
    """The site, which lets trackers set the e-mail address."""
    settings.CONTACTTRACK = {**settings.CONTACTTRACK, "TRACK_PRIVATE_IP_RANGES": True}
    email = ContactField.objects.filter(object="contact", alias="email")
    email.update(publicly_updatable=True)
    fieldset.clear()
    yield Site(address)
    email.update(publicly_updatable=False)
    fieldset.clear()


@pytest.fixture
def asking_app(site: Site) -> Any:
    """An API client that asks people for their consent."""
    return Application.objects.create(
        name="A program",
        client_id="1_abcdef",
        client_secret=SECRET,
        redirect_uris=BACK,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    )


@pytest.fixture
def lonely_app(site: Site) -> Any:
    """An API client that acts alone."""
    return Application.objects.create(
        name="Nightly import",
        client_id="2_abcdef",
        client_secret=SECRET,
        user=get_user_model().objects.get_by_natural_key(NAME),
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )


Call = Callable[..., Any]


@pytest.fixture
def node(site: Site) -> Iterator[Callable[[str], Call]]:
    """Clients of Node, by their names: call(path of a method, its arguments)."""
    assert shutil.which("node"), "Node.js is not installed"
    assert (HERE / "node_modules").is_dir(), "run: make tests/clients/node_modules"
    running = []

    def start(client: str) -> Call:
        arguments = ["node", "--no-deprecation", str(HERE / "drive.js"), client, site.url]
        process = subprocess.Popen(
            [*arguments, NAME, PASSWORD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
        )
        running.append(process)

        def call(method: str, *values: Any) -> Any:
            process.stdin.write(json.dumps({"method": method.split("."), "values": values}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            if "error" in answer:
                raise RuntimeError(answer["error"])
            return answer["result"]

        return call

    yield start
    for process in running:
        process.stdin.close()
        process.stdout.close()
        assert process.wait(10) == 0
