"""Take a merge back, after a look at what that does."""

from __future__ import annotations

from typing import Any

from django.db import router
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages

from ...contacts import content, details, fieldset, grounds, listing, merge_log, unmerging
from ...contacts.merge_rules import rules
from ...contacts.merging import MergeRefused
from ...contacts.models import Contact, Merge, MovedRow
from ...contacts.showing import Shown, show
from ...sql import insist, writing
from ..checked import say_gone
from . import sides
from .checked import IdentityPageMixin
from .sides import Amount


class UndoMergeView(IdentityPageMixin, TemplateView):
    """Says what goes back and what stays, then parts the two contacts."""

    template_name = "wagtail_contacttrack/identity/undo.html"
    page_title = _("Undo a merge")
    header_icon = "resubmit"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = Merge.objects.select_related("winner", "loser", "actor")
        try:
            self.merge = rows.get(pk=kwargs["pk"])
        except Merge.DoesNotExist:
            say_gone(request)
            return redirect("contacttrack_contacts:index")
        if self.merge.undone_at is not None:
            messages.info(request, gettext("This merge has been undone already."))
            return redirect(self.merge.winner.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        merge, using = self.merge, router.db_for_write(Merge)

        def undo() -> None:
            with writing(using, Contact._meta.db_table):
                unmerging.undo(merge.pk, now=timezone.now(), actor=request.user, using=using)
                merge_log.note(merge_log.UNMERGE, merge, merge.winner, merge.loser)

        try:
            insist(using, undo)
        except MergeRefused as refused:
            messages.error(request, str(refused))
            return redirect(merge.winner.get_absolute_url())
        messages.success(
            request,
            gettext("#%(winner)s and #%(loser)s are two contacts again.")
            % {"winner": merge.winner_id, "loser": merge.loser_id},
            buttons=[
                messages.button(
                    merge.loser.get_absolute_url(), gettext("Look at the other contact")
                )
            ],
        )
        return redirect(merge.winner.get_absolute_url())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.trail(self.merge.winner, self.page_title)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        merge = self.merge
        return super().get_context_data(
            merge=merge,
            winner_heading=details.heading(merge.winner),
            loser_heading=details.heading(merge.loser),
            ground=grounds.of(merge),
            amounts=self.amounts(),
            values=self.values(),
            **kwargs,
        )

    def amounts(self) -> list[Amount]:
        """What goes back, as far as it went over."""
        moved = MovedRow.objects.filter(merge=self.merge)
        counts = [
            (sides.label_of(rule), listing.count_up_to(moved.filter(table=rule.table), sides.MOST))
            for action in ("move", "unite")
            for rule in rules(action)
        ]
        return [Amount(label, sides.count_text(count)) for label, count in counts if count]

    def values(self) -> list[tuple[Any, list[Shown], list[Shown]]]:
        """Label, value now and value then, of fields that nobody has changed since."""
        fields = fieldset.current().contact
        found = []
        for alias, (before, after) in self.merge.changes.get("fields", {}).items():
            field = fields.get(alias)
            if field and field.visible and content.value_of(self.merge.winner, alias) == after:
                found.append((field.title, show(field, after), show(field, before)))
        return found
