"""The tracker script as it is served: the shipped file with one site's options put in."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from importlib import resources

PLACEHOLDER = "__OPTIONS__"


def build(options: dict[str, bool]) -> tuple[bytes, str]:
    """Return the script and its strong ETag. Both are the same for every visitor of a site."""
    return _build(json.dumps(options, sort_keys=True, separators=(",", ":")))


@lru_cache(maxsize=64)
def _build(options: str) -> tuple[bytes, str]:
    return _with_etag(_source("mtc").replace(PLACEHOLDER, options))


@lru_cache(maxsize=1)
def identity() -> tuple[bytes, str]:
    """The script beside it that fetches signed identities of members, and its ETag."""
    return _with_etag(_source("identity"))


def _with_etag(text: str) -> tuple[bytes, str]:
    body = text.encode()
    return body, f'"{blake2b(body, digest_size=12).hexdigest()}"'


@lru_cache(maxsize=2)
def _source(name: str) -> str:
    return resources.files(__package__).joinpath("script", f"{name}.min.js").read_text("utf-8")
