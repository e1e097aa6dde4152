"""What editors say about tags."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList

from ...contacts import tag_editing, tags
from ...contacts.models import Tag

TAKEN = _("There is already a tag of this name. To make one tag of the two, merge them.")
NOT_FOUND = _("There is no tag of this name. Capital letters count.")


class TagForm(WagtailAdminModelForm):
    """Keeps one name with one tag, and names that tracking calls can say."""

    def clean_name(self) -> str:
        name = kept_name(self.cleaned_data["name"])
        if name and name == self.instance.name:
            return name
        if problem := problem_of(name):
            raise ValidationError(problem)
        if tag_editing.find(name):
            raise ValidationError(TAKEN)
        return name

    def save(self, commit: bool = True) -> Any:
        """May raise `tag_editing.NameTaken`, if somebody else was quicker."""
        if commit:
            tag_editing.rename(self.instance, self.cleaned_data["name"])
        return self.instance


edit_handler = ObjectList(
    [
        FieldPanel(
            "name",
            help_text=_(
                "As tracking calls say it. Capital letters count: VIP and vip are two tags."
            ),
        ),
        FieldPanel("description", help_text=_("What the tag means, for other editors.")),
    ],
    base_form_class=TagForm,
)


class MergeForm(forms.Form):
    """The tag into which another one goes."""

    target = forms.CharField(
        label=_("Into the tag"),
        widget=forms.TextInput(attrs={"list": "ct-tag-names", "autocomplete": "off"}),
        help_text=_("Write its name as it is. Capital letters count."),
    )

    def __init__(self, *args: Any, source: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source

    def clean_target(self) -> Tag:
        found = tag_editing.find(self.cleaned_data["target"])
        if found is None:
            raise ValidationError(NOT_FOUND)
        if found.pk == self.source.pk:
            raise ValidationError(_("This is the tag itself. Choose another one."))
        return found


def names_in(text: str, *, may_add: bool) -> list[str]:
    """The names that an editor has written, divided by commas; `ValidationError` says why not."""
    names = [name for name in map(kept_name, text.split(",")) if name]
    names = list(dict.fromkeys(names))
    if not names:
        raise ValidationError(_("Write the name of a tag, or several with commas between them."))
    for name in names:
        known = tag_editing.find(name)
        if known is None and not may_add:
            raise ValidationError(
                gettext("There is no tag “%(name)s”, and you may not add one.") % {"name": name}
            )
        if known is None and (problem := problem_of(name)):
            raise ValidationError(problem)
    return names


def kept_name(text: str) -> str:
    """A name as it was written; `ValidationError` if a tracking call would make another of it."""
    name, written = tags.cleaned_name(text), text.strip()
    if name == written:
        return name
    if not name:
        raise ValidationError(_("Write a name that is more than markup."))
    raise ValidationError(
        gettext(
            "A name cannot contain markup such as <b> or &amp;, or invisible characters. Without "
            "them this one would be “%(name)s”."
        )
        % {"name": name}
    )


def problem_of(name: str) -> Any:
    """Why an editor cannot give a tag this name, or ""."""
    if not name:
        return _("Write a name that is more than markup.")
    if len(name) > tags.MAX_NAME:
        return _("The name is too long: a tag's name has at most 191 characters.")
    if name.startswith("-"):
        return _(
            "A name cannot begin with a hyphen, because in a tracking call that removes a tag."
        )
    if "," in name:
        return _("A name cannot have a comma, because in a tracking call that begins another tag.")
    return ""
