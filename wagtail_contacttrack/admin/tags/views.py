"""Add, change, merge and delete tags."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log

from ...contacts import counting, naming, tag_editing
from ...contacts.models import ContactTag, Tag
from ..checked import GoneMixin, PermissionFirstMixin
from ..named import NamedIndexView, SuccessMixin, contacts_text
from .form import TAKEN, MergeForm

SUGGESTED = 200


def contacts_with(tag: Tag) -> str:
    """The list of the contacts that have a tag, also of those who are not known."""
    query = urlencode({"anonymous": "shown", "tag": tag.pk})
    return f"{reverse('contacttrack_contacts:index')}?{query}"


def count_of(tag: Tag) -> int:
    return counting.count_each(ContactTag, "tag_id", [tag.pk])[tag.pk]


class TagIndexView(NamedIndexView):
    """All tags, with how many contacts have each."""

    results_template_name = "wagtail_contacttrack/tags/results.html"
    count_in = (ContactTag, "tag_id")

    def contacts_url(self, row: Tag) -> str:
        return contacts_with(row)

    def get_further_columns(self) -> list[BaseColumn]:
        return [
            Column("description", label=_("Description"), classname="ct-description ct-secondary")
        ]

    def get_list_more_buttons(self, instance: Tag) -> list[Any]:
        buttons = []
        if url := self.get_edit_url(instance):
            buttons.append(Button(gettext("Edit"), url=url, icon_name="edit", priority=10))
        if self.user_has_permission("change") and self.user_has_permission("delete"):
            url = reverse("contacttrack_tags:merge", args=[instance.pk])
            buttons.append(
                Button(gettext("Merge into another tag"), url=url, icon_name="link", priority=20)
            )
        if url := self.get_delete_url(instance):
            buttons.append(Button(gettext("Delete"), url=url, icon_name="bin", priority=30))
        return buttons


class TagSaveMixin(SuccessMixin):
    """Says so if somebody else has taken the name at the same moment."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except tag_editing.NameTaken:
            form.add_error("name", TAKEN)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined]


class TagAddView(TagSaveMixin, generic.CreateView):
    """A tag made by hand."""


class TagEditView(TagSaveMixin, GoneMixin, PermissionFirstMixin, generic.EditView):
    """Its name and what it means. Contacts keep a tag that is renamed."""


class TagDeleteView(SuccessMixin, GoneMixin, PermissionFirstMixin, generic.DeleteView):
    """Asks once, saying how many contacts lose the tag."""

    @property
    def confirmation_message(self) -> str:
        count = count_of(self.object)
        if not count:
            return gettext("Delete this tag? No contact has it.")
        return gettext("Delete this tag? %(contacts)s will lose it. This cannot be undone.") % {
            "contacts": contacts_text(count)
        }


class TagHistoryView(GoneMixin, PermissionFirstMixin, HistoryView):
    """Who changed what about a tag."""

    any_permission_required = ("view",)


class TagMergeView(
    GoneMixin, PermissionFirstMixin, BaseObjectMixin, WagtailAdminTemplateMixin, FormView
):
    """Makes one tag of two."""

    template_name = "wagtail_contacttrack/tags/merge.html"
    page_title = _("Merge tag")
    header_icon = "link"
    index_url_name = ""
    form_class = MergeForm
    any_permission_required = ("change", "delete")

    def user_has_any_permission(self, permissions: Any) -> bool:
        # Another tag gets new contacts, and this one goes.
        return bool(self.user_has_permission("change") and self.user_has_permission("delete"))

    def get_page_subtitle(self) -> str:
        return gettext("Merge “%(name)s” into another tag") % {"name": self.object.name}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": gettext("Tags")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.object.name}]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "source": self.object}

    def form_valid(self, form: MergeForm) -> HttpResponse:
        source, target = self.object, form.cleaned_data["target"]
        name = source.name
        log(instance=source, action="wagtail.delete")
        moved = tag_editing.merge(source, target, now=timezone.now())
        log(instance=target, action="wagtail.edit", content_changed=True)
        messages.success(
            self.request,
            format_html(
                gettext("“{source}” is part of “{target}” now: {contacts}."),
                source=name,
                target=target.name,
                contacts=contacts_text(moved),
            ),
        )
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        view = (
            "contacttrack_tags:index" if self.user_has_permission("view") else "wagtailadmin_home"
        )
        return reverse(view)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        count = count_of(self.object)
        return {
            **super().get_context_data(**kwargs),
            "action_url": self.request.path,
            "submit_button_label": gettext("Merge"),
            "submit_button_active_label": gettext("Merging…"),
            "object": self.object,
            "count": count,
            "count_text": contacts_text(count),
            "names": [
                name for name in naming.first_names(Tag, SUGGESTED) if name != self.object.name
            ],
        }
