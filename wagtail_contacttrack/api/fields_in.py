"""Values of fields as programs send them, cleaned as everybody's are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..contacts import values
from ..contacts.fieldset import Field
from .errors import Invalid


def news(
    sent: Mapping[str, Any], fields: Mapping[str, Field], *, blanks: bool, replace: bool = False
) -> dict[str, Any]:
    """What is to be written, by alias: what was sent for a field, without regard to case.

    A blank counts with `blanks` only; with `replace`, what was not sent is emptied. Other names
    are ignored. Raises `Invalid` with a sentence for each value that does not fit its field.
    """
    by_name = {name.lower(): value for name, value in sent.items()}
    found: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for alias, field in fields.items():
        if field.is_system:
            continue
        if alias not in by_name:
            if replace:
                found[alias] = None
            continue
        cleaned = values.clean(field, by_name[alias])
        if not cleaned.problem:
            found[alias] = cleaned.value
        elif cleaned.problem != values.BLANK:
            wrong[alias] = [values.sentence(field, cleaned.problem)]
        elif blanks or replace:
            found[alias] = None
    if wrong:
        raise Invalid(wrong)
    return found
