"""Join two contacts that are one person, and take that back.

Nothing is lost in a merge: the row of the loser stays as it is, out of sight, and what goes over to
the winner is noted row by row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import router
from django.db.models import F
from django.utils.translation import gettext as _

from ..activity.adding import add
from ..signals import announce, contacts_merged
from ..sql import Dialect, insist, writing
from . import content, history, merge_values, telling
from .fieldset import COLUMNS
from .identified import is_identified
from .identifiers import digest
from .linking import Ground, keys_of, mark_current, unique_values
from .merge_rules import MergeRule, rules
from .models import Contact, Merge, MovedRow, Presence, Rule
from .primary import follow_name, primary_of
from .uniting import unite

# By these, nobody but a person decides: they may join two contacts that are both identified.
TRUSTED = frozenset({Rule.EDITOR, Rule.API, Rule.IMPORT})


class MergeRefused(Exception):
    """Why two contacts cannot be joined, or parted again, as a sentence for editors.

    `code` is "same", "gone", "merged", "both_identified", "undone", "later_merge" or "taken".
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def merge(
    winner_id: int,
    loser_id: int,
    *,
    rule: str,
    now: datetime,
    actor: Any = None,
    evidence: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    using: str | None = None,
) -> Merge:
    """Make the loser part of the winner; the winner's id and the loser's both lead to it from now.

    `values` says, by alias, what the winner's fields hold afterwards; without it,
    `merge_values.merged_values` decides. Raises `MergeRefused`, also when a browser's word would
    join two identified contacts.
    """
    using = using or router.db_for_write(Contact)

    def work() -> Merge:
        ground = Ground(rule, now, evidence or {}, getattr(actor, "pk", None))
        return _merge(winner_id, loser_id, ground, values, using)

    return insist(using, work)


def _merge(
    winner_id: int, loser_id: int, ground: Ground, values: Mapping[str, Any] | None, using: str
) -> Merge:
    rule, now = ground.rule, ground.now
    with writing(using, Contact._meta.db_table) as (cursor, sql):
        winner, loser = _both(winner_id, loser_id, rule, using)
        was_known = winner.is_known
        row = Merge.objects.using(using).create(
            winner=winner,
            loser=loser,
            rule=rule,
            evidence=dict(ground.evidence),
            actor_id=ground.actor_id,
            linked_at=now,
        )
        named = [sorted(key.hex for key in keys_of(c.pk, using=using)) for c in (winner, loser)]
        stood = sorted(digest(*pair).hex for pair in unique_values(winner).items())
        for move in rules("move"):
            _move(cursor, sql, move, row)
        primary = [primary_of(winner.pk, using), primary_of(loser.pk, using)]
        united = {both.table: unite(both, row, using) for both in rules("unite")}
        wanted = merge_values.merged_values(winner, loser) if values is None else values
        row.changes = {
            "fields": merge_values.changes(winner, wanted),
            "points": loser.points,
            "united": united,
            "primary": primary,
            "named": named,
            "stood": stood,
            **_take_over(winner, loser, now),
            "presence": _hide(winner, loser, using),
        }
        for alias, (_before, after) in row.changes["fields"].items():
            content.put(winner, alias, after)
        mark_current(winner, using=using)
        follow_name(winner, using)
        row.changes["primary"].append(primary_of(winner.pk, using))
        store(winner, using)
        Contact.objects.using(using).filter(pk=loser.pk).update(merged_into=winner)
        row.save(using=using)
        note(history.MERGED, row, now, using)
        telling.saved(winner, was_known=was_known, at=now, using=using)
        telling.merged(loser, winner.pk, at=now, using=using)
        announce(
            contacts_merged,
            using=using,
            winner_id=row.winner_id,
            loser_id=row.loser_id,
            merge_id=row.pk,
            rule=str(row.rule),
            actor_id=row.actor_id,
            at=now,
        )
    return row


def _both(winner_id: int, loser_id: int, rule: str, using: str) -> tuple[Contact, Contact]:
    """Lock the two contacts, and refuse what must not be joined."""
    if winner_id == loser_id:
        raise MergeRefused("same", _("Choose two different contacts."))
    rows = lock([winner_id, loser_id], using)
    if len(rows) != 2:
        raise MergeRefused("gone", _("One of the contacts does not exist any more."))
    for row in rows.values():
        if row.merged_into_id is not None:
            raise MergeRefused(
                "merged",
                _("Contact #%(loser)s is already part of contact #%(winner)s.")
                % {"loser": row.pk, "winner": row.merged_into_id},
            )
    winner, loser = rows[winner_id], rows[loser_id]
    if rule not in TRUSTED and is_identified(loser):
        raise MergeRefused("both_identified", _("Only an editor can join two identified contacts."))
    return winner, loser


def lock(contact_ids: list[int], using: str) -> dict[int, Contact]:
    """Lock contacts until the transaction ends, so that no hit and no merge comes in between."""
    wanted = sorted(set(contact_ids))
    # Every hit ends with writing the presence: whoever holds that lets none of them through.
    list(
        Presence.objects.using(using)
        .select_for_update()
        .filter(contact_id__in=wanted)
        .order_by("contact_id")
        .values_list("contact_id")
    )
    rows = Contact.objects.using(using).select_for_update().filter(pk__in=wanted).order_by("pk")
    return {row.pk: row for row in rows}


def _move(cursor: Any, sql: Dialect, rule: MergeRule, row: Merge) -> None:
    """Give all rows of one table to the winner, and note which they were."""
    meta = rule.model._meta
    column, key = sql.quote(rule.db_column), sql.quote(rule.db_key)
    table = sql.quote(meta.db_table)
    names = ", ".join(map(sql.quote, ("merge_id", "table", "row_id")))
    cursor.execute(
        f"INSERT INTO {sql.quote(MovedRow._meta.db_table)} ({names}) "  # noqa: S608
        f"SELECT %s, %s, {key} FROM {table} WHERE {column} = %s",
        [row.pk, rule.table, row.loser_id],
    )
    cursor.execute(
        f"UPDATE {table} SET {column} = %s WHERE {column} = %s",  # noqa: S608
        [row.winner_id, row.loser_id],
    )


def _take_over(winner: Contact, loser: Contact, now: datetime) -> dict[str, list[Any]]:
    """Points, dates and the owner, as pairs of before and after."""
    identified = [d for d in (winner.date_identified, loser.date_identified) if d is not None]
    after = min(identified) if identified else None
    found: dict[str, list[Any]] = {
        "date_identified": [text_of(winner.date_identified), text_of(after)],
        "date_modified": [text_of(winner.date_modified), text_of(now)],
        "owner": [winner.owner_id, winner.owner_id or loser.owner_id],
    }
    winner.owner_id = winner.owner_id or loser.owner_id
    winner.points += loser.points
    winner.date_identified, winner.date_modified = after, now
    return found


def _hide(winner: Contact, loser: Contact, using: str) -> list[Any]:
    """Take the loser out of all lists; the winner was active whenever one of the two was."""
    presences = Presence.objects.using(using)
    Presence.objects.using(using).bulk_create(
        [Presence(contact=c, at=c.date_added) for c in (winner, loser)], ignore_conflicts=True
    )
    times = dict(
        presences.filter(contact_id__in=[winner.pk, loser.pk]).values_list("contact_id", "at")
    )
    presences.filter(contact_id=loser.pk).update(known=Presence.MERGED, epoch=F("epoch") + 1)
    before, further = times[winner.pk], times[loser.pk]
    presences.filter(contact_id=winner.pk).update(
        at=max(before, further), known=winner.is_known, epoch=F("epoch") + 1
    )
    return [text_of(before), text_of(further)]


def store(contact: Contact, using: str) -> None:
    """Write the columns of a contact as they are, the date of the change included."""
    names = [*COLUMNS, "points", "fields", "owner_id", "date_identified", "date_modified"]
    rows = Contact.objects.using(using).filter(pk=contact.pk)
    rows.update(**{name: getattr(contact, name) for name in names})


def note(kind: str, row: Merge, now: datetime, using: str) -> None:
    """Say it in both timelines; the loser's is out of sight for as long as the merge holds."""
    for contact_id, other_id in (
        (row.winner_id, row.loser_id),
        (row.loser_id, row.winner_id),
    ):
        # Rows go over in later merges: whose row this was first must stand in it.
        data = {
            "merge": row.pk,
            "other": other_id,
            "winner": row.winner_id,
            "loser": row.loser_id,
            "rule": row.rule,
            "evidence": row.evidence,
        }
        add(kind, contact_id, now=now, data=data, using=using)


def text_of(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
