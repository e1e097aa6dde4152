"""Which values a contact has after another one was merged into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .content import values_of
from .defaults import defaults
from .identified import is_identified
from .models import Contact

PLACE = ("city", "state", "country")


def merged_values(winner: Contact, loser: Contact) -> dict[str, Any]:
    """What the winner's fields hold after the merge.

    Of two values, the one from the record that was changed last counts; a blank never does. What a
    visitor has not said, but was guessed or is a field's default, overrules nothing.
    """
    own, other = values_of(winner), values_of(loser)
    if not is_identified(loser):
        other = {
            alias: value
            for alias, value in other.items()
            if not _is_assumed(alias, value) or not _is_there(alias, own)
        }
    later = loser.date_modified > winner.date_modified
    return {**own, **other} if later else {**other, **own}


def _is_assumed(alias: str, value: Any) -> bool:
    """Whether a visitor's value is maybe none of its own: country and time zone are guesses."""
    return alias in ("timezone", "country") or defaults().get(alias) == value


def _is_there(alias: str, own: Mapping[str, Any]) -> bool:
    """Whether there is a value already that a guess would overrule."""
    return any(name in own for name in (PLACE if alias == "country" else (alias,)))


def changes(winner: Contact, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The values that differ from what the winner has, as pairs of before and after."""
    own = values_of(winner)
    return {
        alias: [own.get(alias), wanted.get(alias)]
        for alias in {**own, **wanted}
        if own.get(alias) != wanted.get(alias)
    }
