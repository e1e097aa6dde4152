"""Rows of which a contact has at most one of a kind, such as its tags, through a merge and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import ForeignKey

from .merge_rules import MergeRule
from .models import Merge, MovedRow


def unite(rule: MergeRule, row: Merge, using: str) -> dict[str, Any]:
    """Give the winner what it does not have yet, and put by what both have.

    The answer is for `part`: what was put by, and which rows are no longer the primary one.
    """
    rows = rule.model._default_manager.using(using)
    has = set(rows.filter(**{rule.column: row.winner_id}).values_list(_partner(rule), flat=True))
    moved: list[Any] = []
    dropped: list[Any] = []
    for item in rows.filter(**{rule.column: row.loser_id}).order_by("pk"):
        (dropped if getattr(item, _partner(rule)) in has else moved).append(item)
    MovedRow.objects.using(using).bulk_create(
        [MovedRow(merge=row, table=rule.table, row_id=item.pk) for item in moved]
    )
    gone = rows.filter(pk__in=[item.pk for item in dropped])
    # Django's own JSON cuts times to milliseconds.
    put_by = [_plain(item) for item in dropped]
    gone.delete()
    over = rows.filter(pk__in=[item.pk for item in moved])
    demoted = [item.pk for item in moved if has and getattr(item, "is_primary", False)]
    if demoted:
        rows.filter(pk__in=demoted).update(is_primary=False)
    over.update(**{rule.column: row.winner_id})
    return {"dropped": put_by, "demoted": demoted}


def part(rule: MergeRule, row: Merge, using: str) -> None:
    """Give the loser its rows back, but for what was taken from the winner since, or deleted."""
    kept = row.changes["united"][rule.table]
    rows = rule.model._default_manager.using(using)
    moved = MovedRow.objects.using(using).filter(merge=row, table=rule.table)
    ids = list(moved.values_list("row_id", flat=True))
    rows.filter(pk__in=ids, **{rule.column: row.winner_id}).update(**{rule.column: row.loser_id})
    own = rows.filter(**{rule.column: row.loser_id})
    if kept["demoted"]:
        own.filter(pk__in=kept["demoted"]).update(is_primary=True)
    for values in kept["dropped"]:
        if _exists(rule, values[_partner(rule)], using):
            _made(rule, values).save(using=using, force_insert=True)


def _plain(item: Any) -> dict[str, Any]:
    """A row as JSON can hold it, to the microsecond."""
    values = {field.attname: field.value_from_object(item) for field in item._meta.concrete_fields}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _made(rule: MergeRule, values: dict[str, Any]) -> Any:
    fields = rule.model._meta.concrete_fields
    return rule.model(
        **{
            field.attname: values[field.attname]
            if field.is_relation
            else field.to_python(values[field.attname])
            for field in fields
        }
    )


def _partner(rule: MergeRule) -> str:
    return str(rule.model._meta.get_field(rule.partner).attname)  # type: ignore[union-attr]


def _exists(rule: MergeRule, value: Any, using: str) -> bool:
    """Whether the tag or company that a row is about is still there."""
    field = rule.model._meta.get_field(rule.partner)
    if not isinstance(field, ForeignKey):
        return True
    model: Any = field.related_model
    return bool(model._default_manager.using(using).filter(pk=value).exists())
