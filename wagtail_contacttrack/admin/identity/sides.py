"""Two contacts side by side: what each says, and what one would have of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext

from ...contacts import content, fieldset, listing, merge_values
from ...contacts.fieldset import Field
from ...contacts.merge_rules import MergeRule, rules
from ...contacts.models import Contact, FieldType
from ...contacts.showing import Shown, show

WINNER, LOSER = "winner", "loser"
# Nobody wants to know more exactly how much goes over.
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the two contacts; `chosen` is the side whose value is suggested."""

    alias: str
    label: Any
    winner: list[Shown]
    loser: list[Shown]
    chosen: str = WINNER

    @property
    def name(self) -> str:
        """What the input is called."""
        return f"side_{self.alias}"


@dataclass(frozen=True, slots=True)
class Amount:
    """How many of something there are, as a text such as "12" or "more than 1,000"."""

    label: str
    text: str


def older_first(one: Contact, two: Contact) -> tuple[Contact, Contact]:
    """The one that has been known for longer, or else the one that came first, and the other."""

    def age(contact: Contact) -> tuple[bool, Any, int]:
        return not contact.is_known, contact.date_identified or contact.date_added, contact.pk

    first, second = sorted((one, two), key=age)
    return first, second


def rows_of(
    winner: Contact, loser: Contact, chosen: Mapping[str, str] | None = None
) -> tuple[list[Row], list[Row]]:
    """The fields in which two contacts differ, and those in which they do not."""
    own, other = content.values_of(winner), content.values_of(loser)
    wanted = merge_values.merged_values(winner, loser)
    differing: list[Row] = []
    same: list[Row] = []
    for field in _shown_fields({*own, *other}):
        alias = field.alias
        one, two = own.get(alias), other.get(alias)
        side = WINNER if wanted.get(alias) == one else LOSER
        if chosen and chosen.get(alias) in (WINNER, LOSER):
            side = chosen[alias]
        row = Row(alias, field.title, show(field, one), show(field, two), side)
        (same if one == two else differing).append(row)
    return differing, same


def values_for(winner: Contact, loser: Contact, chosen: Mapping[str, str]) -> dict[str, Any]:
    """What the winner's fields are to hold, each from the chosen side; the rest as suggested."""
    own, other = content.values_of(winner), content.values_of(loser)
    wanted = merge_values.merged_values(winner, loser)
    for alias, side in chosen.items():
        value = {WINNER: own, LOSER: other}.get(side, wanted).get(alias)
        if value is None:
            wanted.pop(alias, None)
        else:
            wanted[alias] = value
    return wanted


def version_of(winner: Contact, loser: Contact) -> str:
    """Stands for what an editor has seen: another one as soon as a value or a contact changes."""
    seen = [
        [contact.pk, contact.is_known, contact.merged_into_id, content.values_of(contact)]
        for contact in sorted((winner, loser), key=lambda contact: contact.pk)
    ]
    text = json.dumps(seen, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def going_over(loser: Contact) -> list[Amount]:
    """How much the other contact would get; what there is none of is left out."""
    amounts = []
    for action in ("move", "unite"):
        for rule in rules(action):
            rows = rule.model._default_manager.filter(**{rule.column: loser.pk})
            amounts.append((label_of(rule), listing.count_up_to(rows, MOST)))
    return [Amount(label, count_text(count)) for label, count in amounts if count]


def label_of(rule: MergeRule) -> str:
    """For example "Devices"; for rows that only connect, what they connect with."""
    model: type[Model] = rule.model
    if rule.partner:
        related = model._meta.get_field(rule.partner).related_model
        if isinstance(related, type) and issubclass(related, Model):
            model = related
    return str(capfirst(str(model._meta.verbose_name_plural)))


def count_text(count: int) -> str:
    """A count up to `MOST`; what lies beyond was not counted."""
    if count > MOST:
        return gettext("more than %(number)s") % {"number": _grouped(MOST)}
    return _grouped(count)


def _shown_fields(aliases: set[str]) -> list[Field]:
    """In their order; values under names that are no field (any more) come last."""
    fields = fieldset.current().contact
    known = [
        field
        for alias, field in fields.items()
        if alias in aliases and field.visible and not field.is_system
    ]
    strays = sorted(aliases - fields.keys())
    return known + [Field("contact", alias, alias, FieldType.TEXTAREA, "") for alias in strays]


def _grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))
