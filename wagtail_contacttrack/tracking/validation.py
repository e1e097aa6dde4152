"""What is wrong with a line of a settings form, as a sentence with the remedy."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ..wire.addresses import parse_networks
from ..wire.origins import origin_error
from .models import IdentityMode

ORIGIN_REMEDIES = {
    "missing_scheme": _(
        "“%(line)s” lacks its scheme. Write https://%(line)s, and http://%(line)s as well if the "
        "website answers there."
    ),
    "bad_scheme": _("“%(line)s” must begin with http:// or https://."),
    "has_path": _(
        "“%(line)s” must end after the host name or port: leave out the path and the last slash."
    ),
    "bad_wildcard": _(
        "“%(line)s”: a star may only stand for subdomains, at the front of the host name, as in "
        "https://*.example.com."
    ),
    "bad_port": _("“%(line)s”: the port must be a number between 1 and 65535."),
    "bad_host": _("“%(line)s” is not a host name. Write, for example, https://shop.example.com."),
}


def origin_problems(text: str) -> list[str]:
    """A sentence for each line that is not an origin; empty when all are."""
    problems = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if code := origin_error(line):
            sentence = ORIGIN_REMEDIES.get(code, ORIGIN_REMEDIES["bad_host"])
            problems.append(sentence % {"line": line})
    return problems


def address_problems(text: str) -> list[str]:
    """A sentence for each line that is not an address or network; empty when all are."""
    lines = list(filter(None, map(str.strip, text.splitlines())))
    return [
        _("“%(line)s” is not an address. Write, for example, 203.0.113.7 or 203.0.113.0/24.")
        % {"line": line}
        for line in parse_networks(lines)[1]
    ]


def combination_problems(
    *, by_url: bool, unsigned: bool, members: bool, mode: str, email_identifies: bool
) -> dict[str, Any]:
    """A sentence for each switch that would do nothing as the others stand, by the field's name."""
    problems = {}
    if by_url and not email_identifies:
        problems["track_by_tracking_url"] = _(
            "Links recognise people by their e-mail address. Make the contact field E-mail "
            "publicly updatable first, or leave this off."
        )
    if unsigned and not by_url:
        problems["track_unsigned_clickthrough"] = _(
            "Links that are not signed count only where links in messages recognise people: "
            "switch that on as well, or this off."
        )
    if members and mode == IdentityMode.OFF:
        problems["track_members"] = _(
            "Members are recognised by signed identities, which are ignored here. Choose Report "
            "or Enforce above, or leave this off."
        )
    return problems
