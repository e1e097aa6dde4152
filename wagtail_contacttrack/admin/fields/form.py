"""The form of a field, with the rules for what may be changed about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminAutoHeightTextInput

from ...conf import conf
from ...contacts import aliases, field_changes, fieldset, values
from ...contacts.fieldset import COMPANY_NAME, Field
from ...contacts.models import ContactField, FieldObject, FieldType
from ...tracking.models import TrackingSettings

WITH_OPTIONS = (FieldType.SELECT, FieldType.MULTISELECT, FieldType.LOOKUP)
WITH_LIMIT = (FieldType.TEXT, FieldType.LOOKUP)
ALWAYS_UNIQUE: dict[tuple[str, str], Any] = {
    (FieldObject.CONTACT, "email"): _(
        "Contacts are told apart by their e-mail addresses. Keep it on."
    ),
    (FieldObject.COMPANY, COMPANY_NAME): _("Companies are told apart by their names. Keep it on."),
}
FIXED = _("This field comes with the app, so this cannot be changed.")


class FieldForm(WagtailAdminModelForm):
    """One field. Options and the further rules of a type are inputs of their own."""

    option_lines = forms.CharField(
        label=_("Options"),
        required=False,
        widget=AdminAutoHeightTextInput(attrs={"rows": 5}),
        help_text=_(
            "One per line: the value that is stored, or the value, a | and what people read, as "
            "in s | Small. Contacts keep a value that you take away here."
        ),
    )
    limit = forms.IntegerField(
        label=_("Longest text"),
        required=False,
        min_value=1,
        max_value=values.STRING,
        help_text=_("Characters; %(usual)d where nothing is entered, %(most)d at most.")
        % {"usual": values.SHORT, "most": values.STRING},
    )
    scale = forms.IntegerField(
        label=_("Decimal places"), required=False, min_value=0, max_value=8, initial=0
    )
    yes = forms.CharField(label=_("Word for yes"), required=False, max_length=64)
    no = forms.CharField(label=_("Word for no"), required=False, max_length=64)

    class Media:
        css: ClassVar = {"all": ["wagtail_contacttrack/css/fields.css"]}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old: Field | None = None
        self.fields["alias"].required = False
        self.fields["order"].required = False
        self.fields["order"].help_text = _("Small numbers come first. 0 puts a new field last.")
        self.fields["alias"].help_text = _(
            "The name in tracking calls and in the API, for example shoe_size. "
            "Made from the label if you leave it empty."
        )
        row: ContactField = self.instance
        self.initial["option_lines"] = lines_of(row.options or ())
        for name in ("limit", "scale", "yes", "no"):
            self.initial[name] = (row.properties or {}).get(name, self.fields[name].initial)
        if row.pk is None:
            return
        self.old = fieldset.of_row(row)
        self._fix("object", _("A field stays with what it belongs to."))
        if row.installed:
            for name in ("alias", "type"):
                self._fix(name, FIXED)

    def _fix(self, name: str, why: Any) -> None:
        self.fields[name].disabled = True
        self.fields[name].help_text = why

    @property
    def new(self) -> Field:
        """The field as it is going to be."""
        return fieldset.of_row(self.instance)

    @property
    def is_retyped(self) -> bool:
        return self.old is not None and self.old.type != self.instance.type

    @property
    def becomes_unique(self) -> bool:
        return self.old is not None and not self.old.unique and self.new.unique

    @property
    def confirmation(self) -> str:
        """What an editor agrees to who confirms the changes; another change is another one."""
        parts = [self.new.type if self.is_retyped else "", "unique" if self.becomes_unique else ""]
        return " ".join(filter(None, parts))

    def clean_option_lines(self) -> list[list[str]]:
        options = options_in(self.cleaned_data["option_lines"])
        names = [value for value, _label in options]
        if twice := next((value for value in names if names.count(value) > 1), None):
            raise forms.ValidationError(
                _("%(value)s stands there twice. Each value can be an option once."),
                params={"value": twice},
            )
        if any(len(text) > values.STRING for pair in options for text in pair):
            raise forms.ValidationError(
                _("An option is too long. %(most)s characters are the most."),
                params={"most": values.STRING},
            )
        return options

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        type = given.get("type")
        if "alias" in given:
            given["alias"] = given["alias"] or aliases.suggestion(given.get("label") or "")
            if problem := self._alias_problem(given["alias"], given.get("object") or ""):
                self.add_error("alias", problem)
        if type in WITH_OPTIONS and type != FieldType.LOOKUP and not given.get("option_lines"):
            self.add_error("option_lines", gettext("Enter at least one option."))
        if given.get("unique_identifier"):
            self._check_unique(type)
        elif self.old and (self.old.object, self.old.alias) in ALWAYS_UNIQUE:
            sentence = ALWAYS_UNIQUE[self.old.object, self.old.alias]
            self.add_error("unique_identifier", str(sentence))
        self._check_recognition(given)
        return given

    def clean_order(self) -> int:
        return self.cleaned_data.get("order") or 0

    def _alias_problem(self, alias: str, object: str) -> str:
        if self.old and alias == self.old.alias:
            return ""
        if not alias:
            return gettext("Enter a name out of small letters, such as shoe_size.")
        if problem := aliases.problem(alias, object, own=self.instance.pk):
            return problem
        if self.old and field_changes.holders(self.old).exists():
            return gettext(
                "There are values under this name already, and calls that send it. It stays."
            )
        return ""

    def _check_unique(self, type: Any) -> None:
        if type in field_changes.NOT_UNIQUE:
            self.add_error(
                "unique_identifier",
                gettext("Many have the same value in a field of this type, so it names nobody."),
            )
        if self.cleaned_data.get("default"):
            self.add_error(
                "default",
                gettext("A unique identifier has no default: all new contacts would have it."),
            )

    def _check_recognition(self, given: dict[str, Any]) -> None:
        """Recognition by links in messages is by this field, so it stays possible."""
        is_email = self.instance.object == FieldObject.CONTACT and given.get("alias") == "email"
        if not is_email or not recognises_by_link():
            return
        if not given.get("publicly_updatable"):
            self.add_error(
                "publicly_updatable",
                gettext(
                    "The tracking settings say that visitors are recognised by links in messages, "
                    "which needs this. Switch that off first."
                ),
            )

    def _post_clean(self) -> None:
        given, row = self.cleaned_data, self.instance
        if "option_lines" in given:
            row.options = given["option_lines"] if given.get("type") in WITH_OPTIONS else []
        row.properties = {**(row.properties or {}), **self._properties()}
        for name in ("limit", "scale", "yes", "no"):
            if row.properties.get(name) in (None, ""):
                row.properties.pop(name, None)
        super()._post_clean()
        if not self.errors and row.default:
            problem = values.clean(self.new, row.default).problem
            if problem:
                self.add_error("default", values.sentence(self.new, problem))

    def _properties(self) -> dict[str, Any]:
        """The further rules of the type; those of other types are forgotten."""
        given, type = self.cleaned_data, self.cleaned_data.get("type")
        return {
            "limit": given.get("limit") if type in WITH_LIMIT else None,
            "scale": given.get("scale") if type == FieldType.NUMBER else None,
            "yes": given.get("yes") if type == FieldType.BOOLEAN else None,
            "no": given.get("no") if type == FieldType.BOOLEAN else None,
        }

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk is None and not self.instance.order:
            others = ContactField.objects.filter(object=self.instance.object)
            self.instance.order = (others.aggregate(last=Max("order"))["last"] or 0) + 1
        return super().save(commit)


def recognises_by_link() -> bool:
    """Whether some site recognises visitors by links in messages."""
    if conf.is_given("TRACK_BY_TRACKING_URL"):
        return bool(conf.TRACK_BY_TRACKING_URL)
    return TrackingSettings.objects.filter(track_by_tracking_url=True).exists()


def options_in(text: str) -> list[list[str]]:
    """Pairs of value and label out of lines such as ``s | Small``."""
    parts = [line.partition("|") for line in text.splitlines()]
    pairs = [(value.strip(), label.strip()) for value, _bar, label in parts]
    # A bar stands between several values of one contact, so there is none within one.
    return [[value, label.replace("|", "/") or value] for value, label in pairs if value]


def lines_of(options: Any) -> str:
    """The lines that `options_in` reads as these pairs."""
    return "\n".join(
        str(value) if value == label else f"{value} | {label}" for value, label in options
    )
