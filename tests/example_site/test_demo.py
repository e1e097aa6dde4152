"""`make demo`, as a newcomer runs it: in a process of its own, with its own folder and ports."""

from __future__ import annotations

import base64
import fcntl
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

# The demo brings its own database.
pytestmark = pytest.mark.once

MANAGE = Path(__file__).parents[2] / "example_site" / "manage.py"
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PASSWORD = "a-password-for-the-test"


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


class Demo:
    """One demo in a folder: run it to its end, or serve it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.external_port = free_ports()
        self.contents: dict[str, tuple[object, ...]] = {}

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CONTACTTRACK", "DJANGO", "DATABASE", "DEMO"))
        }
        return kept | {
            "EXAMPLE_SITE_VAR": str(self.folder),
            "PORT": str(self.port),
            "EXTERNAL_PORT": str(self.external_port),
            "DEMO_ADMIN_PASSWORD": PASSWORD,
            **more,
        }

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(MANAGE), *command],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=300,
        )

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "db.sqlite3")) as connection:
            return connection.execute(statement).fetchall()

    def content(self) -> tuple[object, ...]:
        """How many contacts and pages there are."""
        ((contacts,),) = self.query("SELECT count(*) FROM wagtail_contacttrack_contact")
        ((pages,),) = self.query("SELECT count(*) FROM wagtailcore_page")
        return contacts, pages

    def state(self) -> list[object]:
        """What a second run must not change."""
        tables = ["activity", "contact", "device", "trackedpage", "hitcount", "trackingsettings"]
        counts = [self.query(f"SELECT count(*) FROM wagtail_contacttrack_{t}") for t in tables]
        return [
            *counts,
            self.query("SELECT count(*) FROM wagtailcore_page"),
            self.query("SELECT count(*) FROM wagtailimages_image"),
            self.query("SELECT sum(id) FROM wagtail_contacttrack_activity"),
            self.query("SELECT username, password FROM auth_user ORDER BY id"),
        ]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The whole demo, prepared once: first what it is without traffic, then all of it."""
    made = Demo(tmp_path_factory.mktemp("demo"))
    for traffic in ("0", "1"):
        result = made.run("demo", "--no-serve", DEMO_TRAFFIC=traffic)
        assert result.returncode == 0, result.stderr
        made.contents[traffic] = made.content()
    return made


@pytest.fixture(scope="module")
def served(demo: Demo) -> Iterator[Demo]:
    process = subprocess.Popen(
        [sys.executable, str(MANAGE), "demo"],
        env=demo.environment(
            CONTACTTRACK_API_ENABLED="true", CONTACTTRACK_API_ENABLE_BASIC_AUTH="1"
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    demo.output = ""
    assert process.stdout
    for line in process.stdout:
        demo.output += line
        if "Ctrl-C stops everything" in line:
            break
    assert process.poll() is None, demo.output
    wait_for(demo.port)
    yield demo
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    for port in (demo.port, demo.external_port):
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"Nothing listens on port {port}.")


def ask(
    port: int, path: str, method: str = "GET", body: str = "", **headers: str
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("localhost", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, path, body or None, {"User-Agent": PERSON, **named})
        answer = connection.getresponse()
        found = dict(answer.getheaders())
        return answer.status, found, answer.read().decode("utf-8", "replace")


def test_the_traffic_is_plausible_in_size_and_kind(demo):
    ((hits, first, last, left),) = demo.query(
        "SELECT count(*), min(time), max(time), count(left_at) FROM wagtail_contacttrack_activity"
    )
    ((contacts, known),) = demo.query(
        "SELECT count(*), count(date_identified) FROM wagtail_contacttrack_contact"
    )
    ((utm,),) = demo.query(
        "SELECT count(*) FROM wagtail_contacttrack_activity WHERE data LIKE '%utm_campaign%'"
    )
    assert hits == 15_000
    assert 380 <= contacts <= 500
    assert 40 <= known <= 80
    assert 0.8 < left / hits < 1
    assert utm > 500
    span = demo.query(
        "SELECT julianday(max(time)) - julianday(min(time)) FROM wagtail_contacttrack_activity"
    )
    assert 55 < span[0][0] <= 60, (first, last)


def test_refused_visits_are_counted_by_their_reasons(demo):
    reasons = dict(
        demo.query("SELECT reason, sum(count) FROM wagtail_contacttrack_hitcount GROUP BY reason")
    )
    assert reasons["recorded"] == 15_000
    assert {"bot", "dnt", "gpc", "private_ip", "staff_excluded", "origin_not_listed"} <= set(
        reasons
    )


def test_running_it_twice_changes_nothing(demo):
    before = demo.state()
    result = demo.run("demo", "--no-serve")
    assert result.returncode == 0, result.stderr
    assert demo.state() == before


def test_it_prints_the_addresses_and_the_login(served):
    for text in (
        f"http://localhost:{served.port}/",
        f"http://localhost:{served.port}/admin/",
        f"http://localhost:{served.external_port}/",
        "admin",
        PASSWORD,
    ):
        assert text in served.output


def test_every_page_of_the_site_answers_and_carries_the_tracker_once(served):
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        status, headers, body = ask(served.port, path)
        assert status == 200, path
        if not headers["Content-Type"].startswith("text/html"):
            continue
        assert body.count("data-contacttrack=") == 1, path
        assert "Set-Cookie" not in headers
        assert "lorem" not in body.lower()
        waiting += [link for link in re.findall(r'href="(/[^"#?]*)"', body) if "static" not in link]
    assert any(path.startswith("/de/") for path in seen)
    assert len(seen) > 20


def test_a_visit_is_stored_and_the_shop_next_door_may_send_one_too(served):  # S11 S50
    shop = f"http://localhost:{served.external_port}"
    status, _, page = ask(served.external_port, "/")
    assert status == 200
    assert f"http://localhost:{served.port}/mtc.js" in page
    body = f"page_url={shop}/&mtc_event_id=shop-visit"
    form = "application/x-www-form-urlencoded"
    status, headers, answer = ask(
        served.port, "/mtc/event", "POST", body, Origin=shop, Content_Type=form
    )
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == shop
    contact = json.loads(answer)["id"]
    assert served.query(
        f"SELECT url FROM wagtail_contacttrack_activity WHERE contact_id = {contact}"
    ) == [(f"{shop}/",)]


def test_the_printed_login_opens_the_admin(served):
    _, headers, page = ask(served.port, "/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    cookie = headers["Set-Cookie"].partition(";")[0]
    assert token
    form = f"csrfmiddlewaretoken={token[1]}&username=admin&password={PASSWORD}&next=/admin/"
    status, headers, _ = ask(
        served.port,
        "/admin/login/",
        "POST",
        form,
        Cookie=cookie,
        Content_Type="application/x-www-form-urlencoded",
    )
    assert (status, headers["Location"]) == (302, "/admin/")


def test_a_port_in_use_is_said_before_the_work_begins(tmp_path):
    demo = Demo(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        demo.port = taken.getsockname()[1]
        result = demo.run("demo")
    assert result.returncode != 0
    assert f"Port {demo.port} is in use" in result.stderr
    assert demo.query("SELECT count(*) FROM sqlite_master") == [(0,)]


def test_a_second_demo_in_the_same_folder_is_refused(tmp_path):
    demo = Demo(tmp_path)
    with (tmp_path / "demo.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = demo.run("demo", "--no-serve", DEMO_TRAFFIC="0")
    assert result.returncode != 0
    assert "A demo runs here already." in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("port", ["abc", "99999"])
def test_a_port_that_is_none_is_said_in_one_line(tmp_path, port):
    result = Demo(tmp_path).run("demo", PORT=port)
    assert result.returncode != 0
    assert result.stderr.startswith("CommandError: PORT")


def test_without_traffic_there_is_content_and_nobody(demo):
    contacts, pages = demo.contents["0"]
    assert contacts == 0
    assert pages > 20
    assert demo.contents["1"][1] == pages, "traffic adds no pages"


def test_the_example_site_has_no_migrations_to_make(demo):
    result = demo.run("makemigrations", "--check", "--dry-run", "website", "demo")
    assert result.returncode == 0, result.stdout
    assert demo.run("check", "--fail-level", "WARNING").returncode == 0


def test_the_admin_may_use_the_api_where_it_is_switched_on(served):
    pair = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    status, _headers, body = ask(served.port, "/api/users/self", Authorization=f"Basic {pair}")
    assert (status, json.loads(body)["username"]) == (200, "admin")
    status, headers, body = ask(served.port, "/api/contacts?limit=1", Authorization=f"Basic {pair}")
    assert headers["Mautic-Version"]
    assert int(json.loads(body)["total"]) > 300
    assert ask(served.port, "/api/contacts")[0] == 401
