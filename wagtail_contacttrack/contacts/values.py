"""Values of fields, cleaned by type, whoever sent them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .fieldset import Field


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A value as it is stored (text, number, truth, or a list of texts), or why there is none.

    `problem` is "" for a good value, "blank" for one that says nothing, else a code.
    """

    value: Any = None
    problem: str = ""


def clean(field: Field, sent: Any) -> Cleaned:
    """The value that a field takes of what was sent: text, or a list or mapping of texts."""
    text = str(sent).strip()
    return Cleaned(text) if text else Cleaned(problem="blank")
