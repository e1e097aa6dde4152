"""What a merge does with the rows that belong to a contact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.db.models import Model

from . import consent

Action = Literal["move", "unite", "stay"]


@dataclass(frozen=True, slots=True)
class MergeRule:
    """What happens to the rows of one foreign key to `Contact`, named as in "app.Model.field".

    "move": they go to the winner, and come back when the merge is undone. "unite": the same, but a
    contact has one for each value of `partner`, so that where both have one, the loser's is put by,
    or the winner's if the loser's `outranks` it. "stay": they remain with the loser, out of sight,
    until the merge is undone.
    """

    key: str
    action: Action
    partner: str = ""
    outranks: Callable[[Any, Any], bool] | None = None

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.key.rpartition(".")[0])

    @property
    def column(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def db_column(self) -> str:
        """The column of the foreign key in the database."""
        field: Any = self.model._meta.get_field(self.column)
        return str(field.column)

    @property
    def db_key(self) -> str:
        """The column of the primary key in the database."""
        key: Any = self.model._meta.pk
        return str(key.column)

    @property
    def table(self) -> str:
        """The name under which moved rows of this rule are noted."""
        return self.key.partition(".")[2].lower()


_rules: dict[str, MergeRule] = {}


def register(
    key: str,
    action: Action,
    *,
    partner: str = "",
    outranks: Callable[[Any, Any], bool] | None = None,
) -> None:
    """Say what a merge does with a model that refers to contacts. Call it from ``AppConfig.ready``.

    Rows of models without a rule stay with the loser.
    """
    rule = MergeRule(key, action, partner, outranks)
    if len(rule.table) > 64:
        raise ValueError(f"The name of a merge rule may have 64 characters: {rule.table}")
    _rules[key] = rule


def rules(action: Action) -> Iterator[MergeRule]:
    """The rules of one kind, in the order of their registration."""
    return (rule for rule in _rules.values() if rule.action == action)


def rule_of(key: str) -> MergeRule | None:
    return _rules.get(key)


def key_of(field: Any) -> str:
    """The name of a rule for a foreign key."""
    return f"{field.model._meta.label}.{field.name}"


_OWN = "wagtail_contacttrack"
for _name, _action, _partner in (
    ("Activity.contact", "move", ""),
    ("Device.contact", "move", ""),
    ("Identifier.contact", "move", ""),
    ("Note.contact", "move", ""),
    ("Message.contact", "move", ""),
    ("ContactTag.contact", "unite", "tag"),
    ("CompanyMembership.contact", "unite", "company"),
    ("SegmentMember.contact", "unite", "segment"),
    # The merge itself looks after when the two were last active.
    ("Presence.contact", "stay", ""),
    # Who was merged into the loser is found by way of it.
    ("Contact.merged_into", "stay", ""),
    ("Merge.winner", "stay", ""),
    ("Merge.loser", "stay", ""),
    ("NotADuplicate.first", "stay", ""),
    ("NotADuplicate.second", "stay", ""),
):
    register(f"{_OWN}.{_name}", _action, partner=_partner)  # type: ignore[arg-type]
register(f"{_OWN}.DoNotContact.contact", "unite", partner="channel", outranks=consent.outranks)
