from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """One demo in each folder: a second one would put its own ports into the pages of the first."""
    with (folder / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(
                "A demo runs here already. Stop it with Ctrl-C, or keep the second one apart: "
                "make demo EXAMPLE_SITE_VAR=/a/folder/of/its/own"
            ) from None
        yield
