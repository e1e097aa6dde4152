"""Merges in Wagtail's log of what editors did: by numbers, because more people read it."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, LogFormatter, log

from .models import Contact, Merge

MERGE = "contacttrack.merge"
UNMERGE = "contacttrack.unmerge"


class MergeFormatter(LogFormatter):
    label = _("Merge contacts")

    def format_message(self, log_entry: Any) -> str:
        return _with_numbers(log_entry, gettext("Merged contact #%(loser)s into #%(winner)s"))


class UnmergeFormatter(LogFormatter):
    label = _("Undo a merge of contacts")

    def format_message(self, log_entry: Any) -> str:
        return _with_numbers(
            log_entry, gettext("Undid the merge of contact #%(loser)s into #%(winner)s")
        )


def register(actions: LogActionRegistry) -> None:
    actions.register_action(MERGE)(MergeFormatter)
    actions.register_action(UNMERGE)(UnmergeFormatter)


def note(action: str, merge: Merge, *contacts: Contact, user: Any = None) -> None:
    """Say it in the history of each of these contacts; without a `user`, of who is logged in."""
    data = {"merge": merge.pk, "winner": merge.winner_id, "loser": merge.loser_id}
    for contact in contacts:
        # Of entries that share an id, Wagtail's history shows only one of all contacts.
        title = f"#{contact.pk}"
        log(contact, action, user=user, title=title, data=data, uuid=uuid.uuid4())


def _with_numbers(log_entry: Any, message: str) -> str:
    data = log_entry.data
    return message % {"loser": data.get("loser", "?"), "winner": data.get("winner", "?")}
