"""Take a merge back: both contacts are what they were, and go on from there.

What has happened since stays where it belongs: visits follow their device, and values that were
changed after the merge stay with the winner.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.db.models import F, Max
from django.utils.translation import gettext as _

from ..activity.models import Activity
from ..sql import Dialect, insist, writing
from . import content, fieldset, history, telling
from .identified import note_identity
from .identifiers import normalised
from .linking import Ground, NewIdentifier, link, mark_current, unique_values
from .merge_rules import MergeRule, rules
from .merging import MergeRefused, lock, note, store, text_of
from .models import Contact, Device, Identifier, Merge, MovedRow, Presence
from .primary import give_back
from .uniting import part


def undo(merge_id: int, *, now: datetime, actor: Any = None, using: str | None = None) -> Merge:
    """Part the two contacts of a merge again; raises `MergeRefused` where that cannot be done."""
    using = using or router.db_for_write(Contact)
    return insist(using, lambda: _undo(merge_id, now, getattr(actor, "pk", None), using))


def _undo(merge_id: int, now: datetime, actor_id: int | None, using: str) -> Merge:
    with writing(using, Contact._meta.db_table) as (cursor, sql):
        row, winner, loser = _both(merge_id, using)
        for rule in rules("move"):
            _move_back(cursor, sql, rule, row)
        _follow_devices(row, using)
        for rule in rules("unite"):
            part(rule, row, using)
        _give_back_values(row, winner, now, using)
        _give_back_primary(row, winner, using)
        _claim_again(cursor, sql, row, winner, loser, now, using)
        store(winner, using)
        if unique_values(loser):
            # The field may have become unique while the loser was out of sight.
            note_identity(loser, now=now)
        Contact.objects.using(using).filter(pk=loser.pk).update(
            merged_into=None, date_identified=loser.date_identified
        )
        _show(row, winner, loser, using)
        MovedRow.objects.using(using).filter(merge=row).delete()
        row.undone_at, row.undone_by_id = now, actor_id
        row.save(using=using)
        note(history.UNMERGED, row, now, using)
        telling.saved(winner, was_known=True, at=now, using=using)
        # Its number was told to be gone.
        telling.saved(loser, was_known=False, at=now, using=using)
    return row


def _both(merge_id: int, using: str) -> tuple[Merge, Contact, Contact]:
    """Lock the two contacts of a merge that holds and can be taken back now."""
    merges = Merge.objects.using(using)
    row = merges.filter(pk=merge_id).first()
    if row is None:
        raise MergeRefused("gone", _("This merge does not exist any more."))
    found = lock([row.winner_id, row.loser_id], using)
    # As it is now that nobody else can change it.
    row = merges.get(pk=merge_id)
    if row.undone_at is not None:
        raise MergeRefused("undone", _("This merge has been undone already."))
    winner, loser = found[row.winner_id], found[row.loser_id]
    if winner.merged_into_id is not None:
        raise MergeRefused(
            "later_merge",
            _("Contact #%(winner)s was merged into contact #%(survivor)s. Undo that merge first.")
            % {"winner": winner.pk, "survivor": winner.merged_into_id},
        )
    return row, winner, loser


def _move_back(cursor: Any, sql: Dialect, rule: MergeRule, row: Merge) -> None:
    meta = rule.model._meta
    column = sql.quote(rule.db_column)
    moved = sql.quote(MovedRow._meta.db_table)
    cursor.execute(
        f"UPDATE {sql.quote(meta.db_table)} SET {column} = %s WHERE {column} = %s AND "  # noqa: S608
        f"{sql.quote(rule.db_key)} IN (SELECT row_id FROM {moved} "
        f"WHERE merge_id = %s AND {sql.quote('table')} = %s)",
        [row.loser_id, row.winner_id, row.pk, rule.table],
    )


def _follow_devices(row: Merge, using: str) -> None:
    """What the loser's devices did since the merge is the loser's as well."""
    devices = Device.objects.using(using).filter(contact_id=row.loser_id)
    numbers = list(devices.values_list("pk", flat=True))
    rows = Activity.objects.using(using).filter(contact_id=row.winner_id, time__gte=_since(row))
    rows.filter(device_id__in=numbers).update(contact_id=row.loser_id)


def _since(row: Merge) -> datetime:
    """Nothing that came in since is of an earlier time: browsers report a week late at most."""
    return row.linked_at - timedelta(days=8)


def _give_back_values(row: Merge, winner: Contact, now: datetime, using: str) -> None:
    """Undo what the merge changed about the winner, as far as nobody has changed it since."""
    later = _later(row, winner, using)
    for alias, (before, after) in row.changes["fields"].items():
        # A later merge that went on from our value goes on from the one before instead.
        follower = next((m for m in later if alias in m.changes["fields"]), None)
        if follower is not None:
            if follower.changes["fields"][alias][0] == after:
                follower.changes["fields"][alias][0] = before
        elif _is_still(winner, alias, after):
            content.put(winner, alias, before)
    for name in ("date_identified", "date_modified"):
        before, after = row.changes[name]
        follower = next((m for m in later if m.changes[name][0] != m.changes[name][1]), None)
        if follower is not None:
            if follower.changes[name][0] == after:
                follower.changes[name][0] = before
        elif text_of(getattr(winner, name)) == after:
            setattr(winner, name, None if before is None else datetime.fromisoformat(before))
    _give_back_owner(row, winner, later)
    winner.points -= row.changes["points"]
    # Who was nobody before the merge may have been given a name since.
    note_identity(winner, now=now)
    for merge in later:
        merge.save(using=using, update_fields=["changes"])


def _give_back_owner(row: Merge, winner: Contact, later: list[Merge]) -> None:
    before, after = row.changes.get("owner", (None, None))
    if before == after:
        return
    for merge in later:
        # It went on from the owner that this merge had brought.
        if merge.changes.get("owner") == [after, after]:
            merge.changes["owner"][0] = merge.changes["owner"][1] = before
    if winner.owner_id == after:
        winner.owner_id = before


def _give_back_primary(row: Merge, winner: Contact, using: str) -> None:
    before, losers, after = row.changes["primary"]
    give_back(winner.pk, before, after, using)
    give_back(row.loser_id, losers, None, using)
    for merge in _later(row, winner, using):
        # It went on from what this merge had made of it.
        places = merge.changes["primary"]
        if places[0] != after:
            break
        places[0], last = before, places[2]
        if last == after:
            places[2] = before
        merge.save(using=using, update_fields=["changes"])
        if last != after:
            break


def _is_still(winner: Contact, alias: str, after: Any) -> bool:
    """Whether a field holds what the merge has put there.

    What names the loser is the same however it is written: it goes back to the loser.
    """
    own = content.value_of(winner, alias)
    if own == after:
        return True
    unique = {item.alias for item in fieldset.current().unique}
    return alias in unique and own is not None and normalised(own) == normalised(after)


def _claim_again(
    cursor: Any, sql: Dialect, row: Merge, winner: Contact, loser: Contact, now: datetime,
    using: str,
) -> None:  # fmt: skip
    """Have what stands in the fields of the two name them, also what was given up meanwhile.

    Refuses where a value that has named one of them belongs to somebody else by now, the other one
    of the two included. What several had before it became unique may stay in all their fields.
    """
    winners, losers = row.changes["named"]
    due = {
        winner.pk: {*winners, *losers} - ({*row.changes["stood"]} - {*winners}),
        loser.pk: {*losers},
    }
    ground = Ground(row.rule, now, {"undone": row.pk})
    wanted = [
        NewIdentifier(alias, value, contact.pk, ground)
        for contact in (winner, loser)
        for alias, value in unique_values(contact).items()
    ]
    own = {item.digest for item in wanted if item.contact_id == winner.pk}
    keys = {item.digest for item in wanted if item.contact_id == loser.pk} - own
    Identifier.objects.using(using).filter(contact=winner, digest__in=keys).update(contact=loser)
    linked = link(cursor, sql, wanted)
    for item in wanted:
        owner = linked[item.digest].contact_id
        if owner != item.contact_id and item.digest.hex in due[item.contact_id]:
            # As it was a moment ago, while the two were one.
            owner = winner.pk if owner == loser.pk else owner
            raise MergeRefused(
                "taken",
                _("“%(value)s” (%(field)s) belongs to contact #%(other)s by now. Change it there.")
                % {"value": item.value, "field": item.field, "other": owner},
            )
    for contact in (winner, loser):
        mark_current(contact, using=using)


def _show(row: Merge, winner: Contact, loser: Contact, using: str) -> None:
    """Put the loser back into the lists, each of the two active when it was."""
    presences = Presence.objects.using(using)
    rows = Activity.objects.using(using)
    latest = rows.filter(contact_id=loser.pk, time__gte=_since(row)).filter(device__isnull=False)
    seen = latest.aggregate(latest=Max("time"))["latest"]
    presences.filter(contact_id=loser.pk).update(known=loser.is_known, epoch=F("epoch") + 1)
    if seen is not None:
        presences.filter(contact_id=loser.pk, at__lt=seen).update(at=seen)
    was, now = _last_active(row, winner, using)
    presences.filter(contact_id=winner.pk, at=was).update(at=now)
    if seen is not None and seen > was:
        # What the loser did meanwhile is no longer the winner's.
        own = rows.filter(contact_id=winner.pk, time__gte=_since(row), device__isnull=False)
        last = own.aggregate(latest=Max("time"))["latest"] or now
        presences.filter(contact_id=winner.pk, at=seen).update(at=max(last, now))
    presences.filter(contact_id=winner.pk).update(known=winner.is_known, epoch=F("epoch") + 1)


def _last_active(row: Merge, winner: Contact, using: str) -> tuple[datetime, datetime]:
    """When the winner was last active as far as merges say, with this one and without it.

    Later merges are told when the winner was active before them without this one.
    """
    before, loser = map(datetime.fromisoformat, row.changes["presence"])
    with_it, without = max(before, loser), before
    for merge in _later(row, winner, using):
        before, loser = map(datetime.fromisoformat, merge.changes["presence"])
        # Otherwise the winner was seen again in between.
        now = without if before == with_it else before
        merge.changes["presence"][0] = text_of(now)
        merge.save(using=using, update_fields=["changes"])
        with_it, without = max(before, loser), max(now, loser)
    return with_it, without


def _later(row: Merge, winner: Contact, using: str) -> list[Merge]:
    """The merges into the same contact that came after this one and hold."""
    rows = Merge.objects.using(using).filter(winner=winner, undone_at=None, pk__gt=row.pk)
    return list(rows.order_by("pk"))
