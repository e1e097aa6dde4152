"""The form of an API client, with the rules for whose rights it may be given."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.validators import AllowedURIValidator
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList, Panel
from wagtail.admin.widgets import AdminAutoHeightTextInput

from ...api.oauth import clients
from ...api.oauth.redirects import STAR, star_problem
from ..contacts.inputs import SuggestingInput

SUGGESTED = 100


class ClientForm(WagtailAdminModelForm):
    """Its name, where it is called back, and as whom it may act without asking.

    After saving a new client, `secret` holds its secret, which cannot be read again.
    """

    acts_as = forms.CharField(
        label=_("Acts without asking as"),
        required=False,
        max_length=254,
        help_text=_(
            "A user’s name, for programs that nobody sits at: whoever has the client’s secret can "
            "then do whatever this user can (client credentials). Best a user made for it, with "
            "few permissions. Leave it empty for programs that ask users for consent."
        ),
    )
    secret = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acting = clients.user_of(self.instance) if self.instance.pk else None
        self.fields["name"].required = True
        self.fields["name"].help_text = _("Users read it when they are asked for consent.")
        addresses = self.fields["redirect_uris"]
        addresses.label = _("Redirect addresses")
        addresses.widget = AdminAutoHeightTextInput(attrs={"rows": 3})
        addresses.help_text = _(
            "One per line: where users return to after they have consented, as the program says "
            "it. At the end of an address, /* stands for everything below it. TYPO3 needs that."
        )
        self.initial["redirect_uris"] = "\n".join(self.instance.redirect_uris.split())
        self.initial["acts_as"] = self.acting.get_username() if self.acting else ""
        self.fields["acts_as"].widget = SuggestingInput(self._suggestions())

    def _suggestions(self) -> list[str]:
        if self.for_user is None or not self.for_user.is_superuser:
            return [self.for_user.get_username()] if self.for_user else []
        users = get_user_model()
        entering = Q(is_superuser=True)
        for path in ("groups__permissions", "user_permissions"):
            entering |= Q(**{f"{path}__codename": "access_admin"})
        name = users.USERNAME_FIELD
        found = users._default_manager.filter(entering).order_by(name).distinct()
        return list(found.values_list(name, flat=True)[:SUGGESTED])

    def clean_redirect_uris(self) -> str:
        lines: list[str] = self.cleaned_data["redirect_uris"].split()
        problems = [problem for line in lines if (problem := _problem(line))]
        if problems:
            raise ValidationError(problems)
        return "\n".join(lines)

    def clean_acts_as(self) -> Any:
        name = self.cleaned_data["acts_as"]
        if not name:
            return None
        if self.acting and name == self.acting.get_username():
            return self.acting
        users = get_user_model()
        try:
            user = users._default_manager.get_by_natural_key(name)
        except users.DoesNotExist:
            user = None
        if self.for_user is None or (user and not clients.may_hand_out(self.for_user, user)):
            user = None
        if user is None or not user.is_active:
            # To who may only name themselves, this does not tell whom there is.
            if self.for_user is not None and self.for_user.is_superuser:
                raise ValidationError(gettext("There is no active user with this name."))
            raise ValidationError(
                gettext("You can only let it act as yourself. Superusers can choose others.")
            )
        return user

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean()
        asks_nobody = {"acts_as", "redirect_uris"} <= values.keys() and values["acts_as"]
        if not asks_nobody and values.get("redirect_uris") == "":
            self.add_error(
                "redirect_uris",
                gettext("Say where users return to, or as whom it acts without asking."),
            )
        return values

    def _update_errors(self, errors: ValidationError) -> None:
        """The model's own check has other words for addresses, and knows fewer of them."""
        mine = {
            name: found for name, found in errors.update_error_dict({}).items() if name == "name"
        }
        if mine:
            super()._update_errors(ValidationError(mine))

    def save(self, commit: bool = True) -> Any:
        client = self.instance
        if "acts_as" in self.changed_data or not client.pk:
            clients.let_act_as(client, self.cleaned_data["acts_as"])
        if not client.pk and commit:
            self.secret = clients.save_new(client)
            return client
        return super().save(commit=commit)


def _problem(line: str) -> str:
    """What is wrong with an address, as a sentence; empty if nothing is."""
    if star_problem(line):
        return gettext(
            "“%(line)s”: a star may only stand at the end of a path, as in "
            "https://www.example.com/mautic/authorize/*."
        ) % {"line": line}
    schemes = [scheme.lower() for scheme in oauth2_settings.ALLOWED_REDIRECT_URI_SCHEMES]
    valid = AllowedURIValidator(schemes, name="", allow_path=True, allow_query=True)
    try:
        valid(line.removesuffix(STAR))
    except ValidationError:
        return gettext(
            "“%(line)s” is not an address to return to. Write, for example, "
            "https://www.example.com/callback."
        ) % {"line": line}
    return ""


class IdentityPanel(Panel):
    """What to enter in the program: the client's id, and the way to a new secret."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "wagtail_contacttrack/clients/identity.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk) and super().is_shown()

        @cached_property
        def may_renew(self) -> bool:
            return clients.may_hand_out(self.request.user, clients.user_of(self.instance))

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            context["client"] = self.instance
            context["may_renew"] = self.may_renew
            context["renew_url"] = reverse("contacttrack_clients:renew", args=[self.instance.pk])
            return context

        @property
        def media(self) -> forms.Media:
            return forms.Media(css={"all": ["wagtail_contacttrack/css/settings.css"]})


edit_handler = ObjectList(
    [
        FieldPanel("name"),
        FieldPanel("redirect_uris"),
        FieldPanel("acts_as"),
        IdentityPanel(heading=_("For the program")),
    ],
    base_form_class=ClientForm,
)
