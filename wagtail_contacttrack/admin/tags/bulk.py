"""Tags given to many contacts at once, and taken from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ...compat import permission_policy
from ...contacts import naming, tag_editing
from ...contacts.models import Contact, Tag
from ..contacts.bulk import ContactsAction, SelectionForm
from ..contacts.inputs import SuggestingInput
from .form import names_in

SUGGESTED = 200


class AddForm(SelectionForm):
    """Which tags to add; new ones only by who may add tags."""

    names = forms.CharField(
        label=_("Tags"),
        help_text=_("One name, or several with commas between them. Capital letters count."),
    )

    def __init__(self, *args: Any, may_add: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_add = may_add
        self.fields["names"].widget = SuggestingInput(naming.first_names(Tag, SUGGESTED))

    def clean_names(self) -> list[str]:
        return names_in(self.cleaned_data["names"], may_add=self.may_add)


class RemoveForm(SelectionForm):
    """Which of the contacts' tags to take away."""

    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"), queryset=Tag.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, contacts: list[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].queryset = tags_of(contacts)  # type: ignore[attr-defined]


def tags_of(contacts: list[Contact]) -> QuerySet[Tag]:
    """The tags that any of these contacts has."""
    ids = [contact.pk for contact in contacts]
    return Tag.objects.filter(tagged__contact_id__in=ids).distinct().order_by("name", "pk")


class AddTags(ContactsAction):
    """Give contacts one or more tags."""

    form_class = AddForm
    permission = "change"
    display_name = _("Add tags")
    action_type = "add_tags"
    action_priority = 10
    aria_label = _("Add tags to selected contacts")
    template_name = "wagtail_contacttrack/tags/bulk_add.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        may_add = permission_policy(Tag).user_has_permission(self.request.user, "add")
        return {**super().get_form_kwargs(), "may_add": may_add}

    def get_execution_context(self) -> dict[str, Any]:
        return {"names": self.cleaned_form.cleaned_data["names"]}

    @classmethod
    def execute_action(
        cls, objects: list[Contact], names: Sequence[str] = (), **_kwargs: Any
    ) -> tuple[int, int]:
        ids = [contact.pk for contact in objects]
        return tag_editing.add_to(ids, names, now=timezone.now()), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d contact has the tags now.",
            "%(count)d contacts have the tags now.",
            num_parent_objects,
        ) % {"count": num_parent_objects}


class RemoveTags(ContactsAction):
    """Take one or more tags from contacts."""

    form_class = RemoveForm
    permission = "change"
    display_name = _("Remove tags")
    action_type = "remove_tags"
    action_priority = 20
    aria_label = _("Remove tags from selected contacts")
    template_name = "wagtail_contacttrack/tags/bulk_remove.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        contacts, _none = self.get_actionable_objects()
        return {**super().get_form_kwargs(), "contacts": contacts}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "has_tags": context["form"].fields["tags"].queryset.exists()}

    def get_execution_context(self) -> dict[str, Any]:
        return {"tags": [tag.pk for tag in self.cleaned_form.cleaned_data["tags"]]}

    @classmethod
    def execute_action(
        cls, objects: list[Contact], tags: Sequence[int] = (), **_kwargs: Any
    ) -> tuple[int, int]:
        return tag_editing.remove_from([contact.pk for contact in objects], tags), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d contact is without the tags now.",
            "%(count)d contacts are without the tags now.",
            num_parent_objects,
        ) % {"count": num_parent_objects}
