"""The form of the tracking settings, aware of what the project's settings decide."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from ...conf import conf
from ...contacts import fieldset
from ...tracking.models import IdentityMode
from ...tracking.validation import combination_problems

# One value each: where the project sets the key, the admin's choice does not count.
SWITCHES = (
    "script_position",
    "track_hash_changes",
    "cors_restrict_domains",
    "respect_privacy_signals",
    "anonymize_ip",
    "track_by_tracking_url",
    "track_unsigned_clickthrough",
    "fields_from_page_url",
    "identity_mode",
    "track_members",
    "contact_allow_multiple_companies",
    "api_enabled",
    "api_enable_basic_auth",
)
# Lists: what the project sets and what the admin adds count together.
LISTS = {
    "cors_valid_domains": ("CORS_VALID_DOMAINS",),
    "do_not_track_ips": ("DO_NOT_TRACK_IPS", "DO_NOT_TRACK_INTERNAL_IPS"),
}


class TrackingSettingsForm(WagtailAdminModelForm):
    """Shows the values in force, and cannot change those that the project's settings decide.

    What an editor once chose for such a field stays in the database and counts again as soon as
    the project's settings leave the decision to the admin.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decided = [name for name in SWITCHES if conf.is_given(name.upper())]
        for name in self.decided:
            self._lock(name)
        for name, keys in LISTS.items():
            self._show_lines_of_project(name, keys)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for name, sentence in self._impossible(values).items():
            self.add_error(name, sentence)
        for name in self.decided:
            values.pop(name, None)
        return values

    def _impossible(self, values: dict[str, Any]) -> dict[str, Any]:
        """What would do nothing, as the switches stand together; only what can be changed here."""

        def in_force(name: str) -> Any:
            return getattr(conf, name.upper()) if name in self.decided else values.get(name)

        enforced = in_force("identity_mode") == IdentityMode.ENFORCE
        problems = combination_problems(
            by_url=bool(in_force("track_by_tracking_url")),
            unsigned=bool(in_force("track_unsigned_clickthrough")),
            members=bool(in_force("track_members")),
            mode=str(in_force("identity_mode")),
            email_identifies=fieldset.current().email_identifies,
        )
        if in_force("track_unsigned_clickthrough") and enforced:
            problems |= self._unsigned_but_enforced()
        return {name: text for name, text in problems.items() if name not in self.decided}

    def _unsigned_but_enforced(self) -> dict[str, Any]:
        """Whoever insists on signatures ignores links without any; both switches say so."""
        labels = {
            "unsigned": self.fields["track_unsigned_clickthrough"].label,
            "mode": self.fields["identity_mode"].label,
            "enforce": IdentityMode.ENFORCE.label,
        }
        sentence = _(
            "“%(unsigned)s” and “%(enforce)s” under “%(mode)s” exclude each other: where only "
            "signed identities count, links that are not signed recognise nobody. Choose one of "
            "the two."
        )
        return dict.fromkeys(("track_unsigned_clickthrough", "identity_mode"), sentence % labels)

    def _lock(self, name: str) -> None:
        field = self.fields[name]
        field.disabled = True
        self.initial[name] = getattr(conf, name.upper())
        field.help_text = format_html(
            "{} {}",
            field.help_text,
            format_html(
                _("The project’s settings decide this: {key}. The value in force is shown."),
                key=_code(f'CONTACTTRACK["{name.upper()}"]'),
            ),
        )

    def _show_lines_of_project(self, name: str, keys: tuple[str, ...]) -> None:
        lines = [str(line) for key in keys for line in getattr(conf, key)]
        if not lines:
            return
        field = self.fields[name]
        field.help_text = format_html(
            "{} {}",
            field.help_text,
            format_html(
                _("The project’s settings list these as well: {lines}."),
                lines=format_html_join(", ", "{}", ((_code(line),) for line in lines)),
            ),
        )


def _code(text: str) -> str:
    return format_html("<code>{}</code>", text)
