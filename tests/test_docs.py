"""The documentation is complete, and what it says is true."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from wagtail.models import Site

from wagtail_contacttrack.conf import DEFAULTS
from wagtail_contacttrack.tracking import snippet
from wagtail_contacttrack.tracking.reasons import Reason

pytestmark = pytest.mark.no_server

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "wagtail_contacttrack"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]

BLOCK = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text_of(name: str) -> str:
    return (DOCS / name).read_text()


def blocks(path: Path, language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(path.read_text()) if name == language]


def anchors(path: Path) -> set[str]:
    """The names of a page's headings, as GitHub and the documentation's builder make them."""
    headings = HEADING.findall(BLOCK.sub("", path.read_text()))
    return {re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-") for text in headings}


def settings_table() -> dict[str, str]:
    row = r"^\| \[`([A-Z0-9_]+)`\]\(\S+\) \| [^|]+ \| `([^|]+)` \|"
    return dict(re.findall(row, text_of("settings.md"), re.M))


@pytest.mark.parametrize("key", DEFAULTS)
def test_each_setting_is_documented_with_its_default(key):
    assert ast.literal_eval(settings_table()[key]) == DEFAULTS[key]
    assert f"### `{key}`" in text_of("settings.md")


def test_no_setting_is_documented_that_does_not_exist():
    assert set(settings_table()) == set(DEFAULTS)
    assert set(re.findall(r"^### `(\w+)`", text_of("settings.md"), re.M)) == set(DEFAULTS)


def test_each_reason_has_its_paragraph_and_no_other():
    section = text_of("troubleshooting.md").partition("## Reasons")[2].partition("\n## ")[0]
    assert set(re.findall(r"^### `(\w+)`", section, re.M)) == set(Reason.values)


def test_each_system_check_is_documented_and_no_other():
    source = (PACKAGE / "checks.py").read_text()
    numbers = set(re.findall(r'"?(?:wagtail_contacttrack\.)?([EW]\d{3})"', source))
    documented = re.findall(r"^\| `wagtail_contacttrack\.([EW]\d{3})`", text_of("install.md"), re.M)
    assert set(documented) == numbers
    assert len(documented) == len(numbers)


def test_each_make_target_that_is_mentioned_exists():
    targets = set(re.findall(r"^([a-z0-9-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    for page in PAGES:
        shell = "\n".join(blocks(page, "sh"))
        mentioned = set(re.findall(r"`make ([a-z0-9-]+)", page.read_text()))
        mentioned |= set(re.findall(r"^(?:\$ )?make ([a-z0-9-]+)", shell, re.M))
        assert mentioned <= targets, page.name
    documented = re.findall(r"^\| `make ([a-z0-9-]+)`", text_of("contributing.md"), re.M)
    assert set(documented) == targets


def test_each_variable_of_the_demo_in_the_readme_is_in_the_settings_chapter():
    variables = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.M)
    assert {"PORT", "EXTERNAL_PORT", "DEMO_TRAFFIC", "DEMO_ADMIN_PASSWORD"} <= set(variables)
    assert all(f"`{name}`" in text_of("settings.md") for name in variables)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_in_the_documentation_compiles(page):
    for code in blocks(page, "python"):
        compile(code, page.name, "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_in_the_documentation_name_only_what_exists(page):
    for code in blocks(page, "python"):
        for statement in ast.parse(code).body:
            if ast.unparse(statement).startswith("CONTACTTRACK = "):
                given = ast.literal_eval(statement.value)
                assert set(given) <= set(DEFAULTS)
                assert all(type(value) is type(DEFAULTS[key]) for key, value in given.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_internal_links_lead_somewhere(page):
    for target in LINK.findall(BLOCK.sub("", page.read_text())):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.is_file(), target
        assert linked.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(linked), target


def test_pictures_exist_and_are_small():
    pictures = {
        page.parent / name
        for page in PAGES
        for name in re.findall(r"(?:!\[[^\]]*\]\(|```{image} )(\S+\.png)", page.read_text())
    }
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < 250_000, picture.name


# The tracker


def test_the_code_in_the_documentation_is_what_editors_copy():
    site = Site(hostname="www.example.com", port=443)
    assert snippet.javascript(site) in [
        code.strip() for code in blocks(DOCS / "tracker.md", "html")
    ]
    assert snippet.pixel_php(site) in [code.strip() for code in blocks(DOCS / "pixels.md", "php")]
    local = snippet.javascript(Site(hostname="localhost", port=8000))
    assert local in blocks(DOCS / "tutorial.md", "html")[0]


def test_each_automatic_parameter_of_the_script_is_documented():
    source = (ROOT / "tracker" / "mtc.js").read_text()
    automatic = source.partition("function automatic()")[2].partition("};")[0]
    table = text_of("tracker.md").partition("## Automatic parameters")[2].partition("\n## ")[0]
    for name in re.findall(r"^ {6}(\w+):", automatic, re.M):
        assert f"`{name}`" in table


def test_each_member_of_the_script_is_documented_and_no_other():
    source = (ROOT / "tracker" / "mtc.js").read_text()
    members = source.partition("  extend(MauticJS, {")[2].partition("\n  });")[0]
    private = {"run"}
    table = text_of("tracker.md").partition("## MauticJS")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \|", table, re.M)
    documented = {name for row in rows for name in re.findall(r"`(\w+)", row)}
    lazy = {"input", "trackingPixel"}  # are there once there is something
    assert documented == set(re.findall(r"^ {4}(\w+):", members, re.M)) - private | lazy


# Installing


def section(name: str, heading: str) -> str:
    return text_of(name).partition(f"## {heading}\n")[2].partition("\n## ")[0]


def five_lines(text: str) -> list[str]:
    """What goes to the end of the settings, and what goes to the end of the URLconf."""
    found = [body for name, body in BLOCK.findall(text) if name == "python"]
    return found[:2]


def test_the_lines_to_install_are_five_and_the_same_everywhere():
    lines = five_lines(section("install.md", "Five lines"))
    assert sum(len(code.splitlines()) for code in lines) == 5
    assert five_lines(section("tutorial.md", "2. Five lines")) == lines
    assert five_lines((ROOT / "README.md").read_text()) == lines


class Project:
    """A new Wagtail site, made by Wagtail's own command and used by this interpreter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        unwanted = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")
        self.environment = {k: v for k, v in os.environ.items() if k not in unwanted}
        self.environment["PYTHONPATH"] = str(ROOT)
        start = "from wagtail.bin.wagtail import main; main()"
        self.python("-c", start, "start", "mysite", str(folder))

    def python(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, code: str) -> list[str]:
        return self.python("manage.py", "shell", "--verbosity", "0", "-c", code).splitlines()

    def append(self, name: str, code: str) -> None:
        path = self.folder / "mysite" / name
        path.write_text(f"{path.read_text()}\n{code}")


PREPARE = """
from django.core.management import call_command

call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0)
"""
VISIT = """
from django.test import Client

browser = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
print("script", browser.get("/mtc.js").status_code)
print("tags", browser.get("/").content.count(b'src="/mtc.js"'))
print("reason", browser.get("/mtracking.gif?page_url=test")["X-Contacttrack-Reason"])
"""


def test_the_five_lines_make_a_new_project_track(tmp_path):
    project = Project(tmp_path)
    for_settings, for_urls = five_lines(section("install.md", "Five lines"))
    project.append("settings/base.py", for_settings)
    project.append("urls.py", for_urls)
    said = project.shell(PREPARE + VISIT)
    assert said[0].startswith("System check identified no issues")
    assert said[1:] == ["script 200", "tags 1", "reason private_ip"]
    (for_development,) = blocks(DOCS / "tutorial.md", "python")[2:]
    project.append("settings/dev.py", for_development)
    assert project.shell(VISIT)[-1] == "reason recorded"
