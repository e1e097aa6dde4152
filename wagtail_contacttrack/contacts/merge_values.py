"""Which values a contact has after another one was merged into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .content import values_of
from .models import Contact

PLACE = ("city", "state", "country")


def merged_values(winner: Contact, loser: Contact) -> dict[str, Any]:
    """What the winner's fields hold after the merge.

    Of two values, the one from the record that was changed last counts; a blank never does. From a
    visitor without a name, country and time zone are guesses, which overrule nothing.
    """
    own, other = values_of(winner), values_of(loser)
    if not loser.is_known:
        guessed = {"timezone"} if "timezone" in own else set()
        if any(alias in own for alias in PLACE):
            guessed.add("country")
        other = {alias: value for alias, value in other.items() if alias not in guessed}
    later = loser.date_modified > winner.date_modified
    return {**own, **other} if later else {**other, **own}


def changes(winner: Contact, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The values that differ from what the winner has, as pairs of before and after."""
    own = values_of(winner)
    return {
        alias: [own.get(alias), wanted.get(alias)]
        for alias in {**own, **wanted}
        if own.get(alias) != wanted.get(alias)
    }
