"""What the built wheel holds, and that it works where nothing else is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "wagtail_contacttrack"


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a wheel that is built from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    # Builds in one folder at the same time get in each other's way.
    sources = folder / "sources"
    shutil.copytree(PACKAGE, sources / PACKAGE.name)
    for name in ("pyproject.toml", "setup.cfg", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(sources)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def shipped() -> set[str]:
    """Every file of the package that is not made while it runs or only for building."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_and_nothing_else(names):
    assert names == shipped()
    assert all(name.startswith("wagtail_contacttrack/") for name in names)


@pytest.mark.parametrize(
    "pattern",
    [
        "wagtail_contacttrack/py.typed",
        "wagtail_contacttrack/migrations/0001_initial.py",
        "wagtail_contacttrack/tracking/script/mtc.min.js",
        "wagtail_contacttrack/templates/**/*.html",
        "wagtail_contacttrack/static/**/*.css",
        "wagtail_contacttrack/locale/*/LC_MESSAGES/django.mo",
    ],
)
def test_the_wheel_holds_each_kind_of_file(names, pattern):
    expected = {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)}
    assert expected
    assert expected <= names


def test_no_test_and_no_example_is_shipped(names):
    modules = [name for name in names if name.endswith(".py")]
    assert not [name for name in modules if "/tests/" in name or "/test_" in name]
    assert not [name for name in names if "ropewalk" in name]
