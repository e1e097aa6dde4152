"""The ways in which clients spell the API's paths."""

from __future__ import annotations

import re

# As they were named before Mautic 2, and with the words in another order before 2.6.
_OLD = [
    (re.compile(r"^leads\b"), "contacts"),
    (re.compile(r"(?<=/)lead(?=/)"), "contact"),
    (re.compile(r"^contacts/(\d+)/events$"), r"contacts/\1/activity"),
    (re.compile(r"^contacts/(\d+)/dnc/(add|remove)/([^/]+)$"), r"contacts/\1/dnc/\3/\2"),
    (re.compile(r"^(\w+/\d+)/contact/(add|remove)/(\d+)$"), r"\1/contact/\3/\2"),
    (re.compile(r"^lists\b"), "segments"),
]


def canonical(path: str) -> str:
    """The path as the description has it: without slashes too many, and by today's names."""
    path = re.sub(r"/{2,}", "/", path).strip("/")
    for old, new in _OLD:
        path = old.sub(new, path)
    return path
