"""Whom a hit names, and whether what it says agrees with what is known about a contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..contacts import content, fieldset, linking
from ..contacts.identifiers import normalised
from ..contacts.models import Contact, Rule
from .claims import Claims


@dataclass(slots=True)
class Named:
    """The contact that a hit names, by which rule and on what evidence; None for nobody known."""

    contact: Contact | None = None
    rule: str = Rule.UNIQUE_FIELD
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def ground(self) -> dict[str, Any]:
        """What timelines say about it."""
        return {"rule": str(self.rule), "evidence": self.evidence}


def chosen(
    rounds: Iterable[tuple[Rule, Mapping[str, Any]]],
    found: Mapping[Rule, Mapping[str, int]],
    rows: Mapping[int, Contact],
) -> Named:
    """What was signed goes first; of several contacts, the one who has been known longest."""
    for rule, said in rounds:
        if found[rule]:
            contact = min((rows[number] for number in found[rule].values()), key=_age)
            fields = [alias for alias, number in found[rule].items() if number == contact.pk]
            return Named(contact, rule, {"fields": fields})
        if said:
            return Named(None, rule, {"fields": list(said)})
    return Named()


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


def _age(contact: Contact) -> tuple[float, int]:
    known = contact.date_identified
    return (known.timestamp() if known else float("inf"), contact.pk)
