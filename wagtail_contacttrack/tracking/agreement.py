"""Whether what a hit says agrees with what is known about a contact."""

from __future__ import annotations

from typing import Any

from ..contacts import content, fieldset, linking
from ..contacts.identifiers import normalised
from ..contacts.models import Contact
from .claims import Claims


def signed_unique(claims: Claims) -> dict[str, Any]:
    """What the website has signed that says who somebody is."""
    names = {item.alias for item in fieldset.current().unique}
    return {alias: value for alias, value in claims.verified.items() if alias in names}


def contradicts(visitor: Contact, claims: Claims) -> bool:
    """Whether a hit gives somebody another value of a field that says who they are."""
    own = linking.unique_values(visitor)
    said = {**claims.unique, **signed_unique(claims)}
    return any(
        alias in own and normalised(own[alias]) != normalised(value)
        for alias, value in said.items()
    )


def is_news(contact: Contact, alias: str, value: Any) -> bool:
    """Whether a value is another one; an e-mail address that differs in case only is not."""
    own = content.value_of(contact, alias)
    if alias == "email" and own is not None:
        return normalised(own) != normalised(value)
    return bool(own != value)
