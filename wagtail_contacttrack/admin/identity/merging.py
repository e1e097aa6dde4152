"""Choose another contact, look at both, and make them one."""

from __future__ import annotations

from typing import Any

from django.db import router
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages

from ...contacts import details, listing, merge_log, merging, resolving
from ...contacts.listing import Choice
from ...contacts.merging import MergeRefused
from ...contacts.models import Contact, Merge, Rule
from ...sql import insist, writing
from . import sides
from .checked import IdentityPageMixin

FOUND = 20


def undo_button(merge: Merge) -> Any:
    url = reverse("contacttrack_identity:undo_merge", args=[merge.pk])
    return messages.button(url, gettext("Undo merge"))


def merge_of(numbers: list[int], using: str | None = None) -> Merge | None:
    """The merge by which one of these two is part of the other now, whichever way round."""
    rows = Merge.objects.using(using).filter(undone_at=None)
    return rows.filter(winner_id__in=numbers, loser_id__in=numbers).order_by("-pk").first()


class ChooseOtherView(IdentityPageMixin, TemplateView):
    """Search for the contact that is the same person; without words, look at the latest ones."""

    template_name = "wagtail_contacttrack/identity/choose.html"
    page_title = _("Merge with another contact")
    header_icon = "group"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        survivor = resolving.survivor_id(kwargs["pk"])
        if survivor not in (None, kwargs["pk"]):
            return redirect("contacttrack_identity:choose", survivor)
        return super().get(request, *args, **kwargs)

    @cached_property
    def contact(self) -> Contact:
        return get_object_or_404(Contact, pk=self.kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.trail(self.contact, self.page_title)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()[:200]
        found = listing.find(Choice(text=text))
        rows = found.rows.exclude(pk=self.contact.pk).order_by(*found.columns)[: FOUND + 1]
        others = list(rows)
        return super().get_context_data(
            contact=self.contact,
            heading=details.heading(self.contact),
            text=text,
            others=[(other, details.heading(other)) for other in others[:FOUND]],
            more=len(others) > FOUND,
            found=FOUND,
            horizon=found.horizon,
            **kwargs,
        )


class MergeView(IdentityPageMixin, TemplateView):
    """Two contacts side by side: which one remains, and which values it has then.

    The form says only which side counts. The values are those of the two rows as they are then;
    if they are not those that the editor has seen, the page is shown again.
    """

    template_name = "wagtail_contacttrack/identity/merge.html"
    page_title = _("Merge two contacts")
    header_icon = "group"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        numbers = [kwargs["pk"], kwargs["other"]]
        if request.method == "POST" and (done := merge_of(numbers)):
            return self.say_done(done)
        found = Contact.objects.in_bulk(numbers)
        if problem := self._problem(found, numbers):
            messages.error(request, problem)
            survivor = next((n for n in map(resolving.survivor_id, numbers) if n), None)
            if survivor is None:
                return redirect("contacttrack_contacts:index")
            return redirect("contacttrack_contacts:inspect", survivor)
        one, two = (found[number] for number in numbers)
        self.winner, self.loser = sides.older_first(one, two)
        wanted = (request.POST if request.method == "POST" else request.GET).get("winner")
        if wanted == str(self.loser.pk):
            self.winner, self.loser = self.loser, self.winner
        return super().dispatch(request, *args, **kwargs)

    @staticmethod
    def _problem(found: dict[int, Contact], numbers: list[int]) -> str:
        """What `merging.merge` would refuse, before there is anything to look at."""
        if numbers[0] == numbers[1]:
            return gettext("Choose two different contacts.")
        if len(found) != 2:
            return gettext("One of the two contacts does not exist any more. Nothing was changed.")
        for contact in found.values():
            if contact.merged_into_id is not None:
                return gettext(
                    "Contact #%(loser)s is part of contact #%(winner)s already. "
                    "Nothing was changed."
                ) % {"loser": contact.pk, "winner": contact.merged_into_id}
        return ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        chosen, version = self._chosen(), request.POST.get("version", "")
        using = router.db_for_write(Contact)
        try:
            merge = insist(using, lambda: self._merge(chosen, version, using))
        except MergeRefused as refused:
            merge = merge_of([self.winner.pk, self.loser.pk])
            if merge is None:
                messages.error(request, str(refused))
                return redirect(request.get_full_path())
        if merge is None:
            messages.warning(
                request,
                gettext(
                    "One of the contacts was changed in the meantime, and nothing was merged. "
                    "Look at the values again, then confirm once more."
                ),
            )
            return self.render_to_response(self.get_context_data(chosen=chosen))
        return self.say_done(merge)

    def say_done(self, merge: Merge) -> HttpResponse:
        """Go to the contact that remains, also when the form was sent twice."""
        messages.success(
            self.request,
            gettext("Contact #%(loser)s is part of this contact now.") % {"loser": merge.loser_id},
            buttons=[undo_button(merge)],
        )
        return redirect("contacttrack_contacts:inspect", merge.winner_id)

    def _chosen(self) -> dict[str, str]:
        prefix = "side_"
        return {
            name.removeprefix(prefix): side
            for name, side in self.request.POST.items()
            if name.startswith(prefix) and side in (sides.WINNER, sides.LOSER)
        }

    def _merge(self, chosen: dict[str, str], version: str, using: str) -> Merge | None:
        """Merge the two as they are now; None if they are not as the editor has seen them."""
        with writing(using, Contact._meta.db_table):
            found = merging.lock([self.winner.pk, self.loser.pk], using)
            winner, loser = (
                found.get(contact.pk, contact) for contact in (self.winner, self.loser)
            )
            if done := merge_of([winner.pk, loser.pk], using):
                # The same form came twice, at the same moment.
                return done
            if len(found) == 2 and sides.version_of(winner, loser) != version:
                self.winner, self.loser = winner, loser
                return None
            merge = merging.merge(
                winner.pk,
                loser.pk,
                rule=Rule.EDITOR,
                now=timezone.now(),
                actor=self.request.user,
                values=sides.values_for(winner, loser, chosen),
                using=using,
            )
            merge_log.note(merge_log.MERGE, merge, winner, loser)
        return merge

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.trail(self.winner, self.page_title)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        differing, same = sides.rows_of(self.winner, self.loser, kwargs.pop("chosen", None))
        return super().get_context_data(
            winner=self.winner,
            loser=self.loser,
            winner_heading=details.heading(self.winner),
            loser_heading=details.heading(self.loser),
            differing=differing,
            same=same,
            amounts=sides.going_over(self.loser),
            version=sides.version_of(self.winner, self.loser),
            **kwargs,
        )
