"""Notes that editors write down about a contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import router
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages

from ...contacts import listing, resolving
from ...contacts.models import Contact, Note
from ...outbound import recording
from ...sql import writing
from .checked import IdentityPageMixin, MergersOnlyMixin

SHOWN = 10
LONGEST = 10_000
ANCHOR = "ct-notes"


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("New note"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something before you save the note.")},
    )


@dataclass(frozen=True, slots=True)
class Notes:
    """Some notes, the newest first; `older` and `newest` are query strings, empty if not needed."""

    rows: list[Note]
    older: str = ""
    newest: bool = False


def notes_of(contact_id: int, before: str = "") -> Notes:
    """The newest notes, or those that are older than the one with this id; one query."""
    rows = Note.objects.filter(contact_id=contact_id).select_related("author")
    cut = listing.number_in(before)
    if cut is not None:
        rows = rows.filter(pk__lt=cut)
    found = list(rows.order_by("-pk")[: SHOWN + 1])
    older = f"?notes={found[SHOWN - 1].pk}#{ANCHOR}" if len(found) > SHOWN else ""
    return Notes(found[:SHOWN], older, cut is not None)


def page_of(contact_id: int) -> str:
    """Where the notes of a contact stand."""
    return f"{reverse('contacttrack_contacts:inspect', args=[contact_id])}#{ANCHOR}"


def add_note(contact_id: int, text: str, author: Any) -> int | None:
    """Write a note down about who this contact is today; return whom, or None for nobody."""
    using = router.db_for_write(Note)
    with writing(using, Note._meta.db_table):
        owner = recording.lock(contact_id, using)
        if owner is not None:
            Note.objects.using(using).create(
                contact_id=owner, text=text, author_id=author.pk, date_added=timezone.now()
            )
    return owner


class AddNoteView(MergersOnlyMixin, View):
    """Keep a note, with the author and the time."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        number = resolving.survivor_id(kwargs["pk"])
        contact = get_object_or_404(Contact, pk=number)
        form = NoteForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(map(str, form.errors["text"])))
            return redirect(page_of(contact.pk))
        owner = add_note(contact.pk, form.cleaned_data["text"], request.user)
        if owner is None:
            raise Http404
        if owner == kwargs["pk"]:
            messages.success(request, gettext("The note has been added."))
        else:
            # Refusing it would lose what somebody has written.
            said = gettext(
                "Contact #%(id)s is part of this contact since the two were merged. The note has "
                "been added here."
            )
            messages.warning(request, said % {"id": kwargs["pk"]})
        return redirect(page_of(owner))


class DeleteNoteView(IdentityPageMixin, TemplateView):
    """Asks once, then deletes a note."""

    template_name = "wagtail_contacttrack/identity/delete_note.html"
    page_title = _("Delete a note")
    header_icon = "bin"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = Note.objects.select_related("contact", "author")
        self.note = get_object_or_404(rows, pk=kwargs["pk"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.note.delete()
        messages.success(request, gettext("The note has been deleted."))
        return redirect(page_of(self.note.contact_id))

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.trail(self.note.contact, self.page_title)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            note=self.note, back_url=page_of(self.note.contact_id), **kwargs
        )
