from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence


def names(known: Sequence[str]) -> Callable[[str], list[str]]:
    """Reads an option's value as names between commas, each out of `known`."""

    def read(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := set(chosen) - set(known):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return chosen

    return read
