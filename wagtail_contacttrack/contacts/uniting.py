"""Rows of which a contact has at most one of a kind, such as its tags, through a merge and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import ForeignKey

from .merge_rules import MergeRule
from .models import Merge, MovedRow


def unite(rule: MergeRule, row: Merge, using: str) -> dict[str, Any]:
    """Give the winner what it does not have yet; where both have one, put one of the two by.

    The answer is for `part`: what was put by, and how rows were that may be overwritten.
    """
    rows = rule.model._default_manager.using(using)
    own = rows.filter(**{rule.column: row.winner_id})
    has = {getattr(item, _partner(rule)): item for item in own}
    moved: list[Any] = []
    dropped: list[Any] = []
    for item in rows.filter(**{rule.column: row.loser_id}).order_by("pk"):
        rival = has.get(getattr(item, _partner(rule)))
        if rival is None:
            moved.append(item)
        elif rule.outranks is not None and rule.outranks(item, rival):
            moved.append(item)
            dropped.append(rival)
        else:
            dropped.append(item)
    MovedRow.objects.using(using).bulk_create(
        [MovedRow(merge=row, table=rule.table, row_id=item.pk) for item in moved]
    )
    gone = rows.filter(pk__in=[item.pk for item in dropped])
    # Django's own JSON cuts times to milliseconds.
    put_by = [_plain(item) for item in dropped]
    gone.delete()
    over = rows.filter(pk__in=[item.pk for item in moved])
    kept = [_plain(item) for item in moved] if rule.outranks is not None else []
    over.update(**{rule.column: row.winner_id})
    return {"dropped": put_by, "moved": kept}


def part(rule: MergeRule, row: Merge, using: str) -> None:
    """Give both their rows back, but for what was taken from the winner since, or deleted."""
    kept = row.changes["united"][rule.table]
    rows = rule.model._default_manager.using(using)
    moved = MovedRow.objects.using(using).filter(merge=row, table=rule.table)
    ids = set(moved.values_list("row_id", flat=True)) - _overwritten(rule, row, using)
    rows.filter(pk__in=ids, **{rule.column: row.winner_id}).update(**{rule.column: row.loser_id})
    for values in kept["dropped"]:
        name = _partner(rule)
        pair = {rule.column: values[_owner(rule)], name: values[name]}
        if _exists(rule, values[name], using) and not rows.filter(**pair).exists():
            _made(rule, values).save(using=using, force_insert=True)


def _overwritten(rule: MergeRule, row: Merge, using: str) -> set[int]:
    """Rows that say something else by now stay with the winner; the loser gets what they said."""
    rows = rule.model._default_manager.using(using)
    found = set()
    for values in row.changes["united"][rule.table]["moved"]:
        key = values[rule.model._meta.pk.attname]
        item = rows.filter(pk=key, **{rule.column: row.winner_id}).first()
        if item is not None and _plain(item) != {**values, _owner(rule): row.winner_id}:
            found.add(key)
            copy = _made(rule, values)
            copy.pk = None
            copy.save(using=using, force_insert=True)
    return found


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


def _owner(rule: MergeRule) -> str:
    return str(rule.model._meta.get_field(rule.column).attname)  # type: ignore[union-attr]


def _exists(rule: MergeRule, value: Any, using: str) -> bool:
    """Whether the tag or company that a row is about is still there."""
    field = rule.model._meta.get_field(rule.partner)
    if not isinstance(field, ForeignKey):
        return True
    model: Any = field.related_model
    return bool(model._default_manager.using(using).filter(pk=value).exists())
