"""What the tracking settings of a site consist of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.models import Site

from ...api import oauth
from ...compat import api_tokens_url, makes_api_tokens, permission_policy, raw_host
from ...conf import conf
from ...contacts import fieldset
from ...contacts.models import ContactField
from ...tracking import snippet, status
from ...tracking.models import IdentityKey
from ...tracking.sites import options_for_site
from ..permissions import may_view_contacts
from .form import TrackingSettingsForm

TAGS = {
    "load": "{% load contacttrack %}",
    "script": "{% contacttrack %}",
    "pixel": "{% contacttrack_pixel %}",
}


class SitePanel(Panel):
    """A panel without fields, about the site whose settings are shown."""

    class BoundPanel(Panel.BoundPanel):
        @cached_property
        def site(self) -> Site:
            return self.instance.site

        @property
        def media(self) -> forms.Media:
            return forms.Media(css={"all": ["wagtail_contacttrack/css/settings.css"]})


class CodePanel(SitePanel):
    """The code that other websites embed, JavaScript first."""

    class BoundPanel(SitePanel.BoundPanel):
        template_name = "wagtail_contacttrack/settings/code.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            try:
                context["javascript"] = snippet.javascript(self.site)
                context["pixel_html"] = snippet.pixel_html(self.site)
                context["pixel_php"] = snippet.pixel_php(self.site)
            except NoReverseMatch:
                context["no_urls"] = True
            context["position"] = options_for_site(self.site).script_position
            context["should_be_https"] = self.should_be_https()
            context["site"] = self.site
            context["tags"] = TAGS
            return context

        def should_be_https(self) -> bool:
            """Whether this very page proves that the site answers on https, unlike its entry."""
            name = raw_host(self.request).partition(":")[0].lower()
            return (
                self.request.is_secure()
                and name == self.site.hostname.lower()
                and self.site.root_url.startswith("http:")
            )


class StatusPanel(SitePanel):
    """The last hit, how the requests of the last day ended, and the way to a test hit."""

    class BoundPanel(SitePanel.BoundPanel):
        template_name = "wagtail_contacttrack/settings/status.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            tallies = status.tallies(self.site.pk, now=timezone.now())
            hit = status.last_hit(self.site.pk)
            context.update(
                site=self.site,
                hit=hit,
                hour=None if hit else status.last_hour(self.site.pk),
                tallies=tallies,
                refused=sum(tally.count for tally in tallies if not tally.kept),
                may_view_contacts=may_view_contacts(self.request),
                test_url=reverse("contacttrack_settings:test_hit", args=[self.site.pk]),
            )
            return context


class PrivateNetworksPanel(SitePanel):
    """Whether visits from private networks count: a decision of the project's settings alone."""

    class BoundPanel(SitePanel.BoundPanel):
        template_name = "wagtail_contacttrack/settings/private_networks.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            context["tracked"] = bool(conf.TRACK_PRIVATE_IP_RANGES)
            return context


class IdentificationPanel(SitePanel):
    """What browsers may say about their visitors, as the contact fields stand now."""

    class BoundPanel(SitePanel.BoundPanel):
        template_name = "wagtail_contacttrack/settings/identification.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            fields = fieldset.current()
            public = [item for item in fields.contact.values() if item.public]
            context.update(
                email=fields.contact.get("email"),
                email_identifies=fields.email_identifies,
                public=[item.title for item in public],
                naming=[item.title for item in public if item.unique],
                fields_url=self.fields_url(),
            )
            return context

        def fields_url(self) -> str:
            """The list of contact fields, for those who may see it."""
            policy = permission_policy(ContactField)
            if not policy.user_has_permission(self.request.user, "view"):
                return ""
            return reverse("contacttrack_fields:index")


class IdentityKeyPanel(SitePanel):
    """The key that signs identities, and the way to a new one."""

    class BoundPanel(SitePanel.BoundPanel):
        template_name = "wagtail_contacttrack/settings/identity_key.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            key = IdentityKey.objects.filter(site=self.site).order_by("-date_added", "-pk").first()
            context["key"] = key
            context["rotate_url"] = reverse("contacttrack_settings:rotate_key", args=[self.site.pk])
            return context


class ApiPanel(SitePanel):
    """Where programs find the API, and what lets them in."""

    class BoundPanel(SitePanel.BoundPanel):
        template_name = "wagtail_contacttrack/settings/api.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            options = options_for_site(self.site)
            try:
                address = snippet.base_url(self.site) + "api/"
            except NoReverseMatch:
                context["no_urls"] = True
                return context
            by_token = oauth.installed() or makes_api_tokens()
            context.update(
                enabled=options.api_enabled,
                locked_out=options.api_enabled and not options.api_basic and not by_token,
                api_url=address,
                docs_url=f"{address}docs",
                clients_url=self.clients_url(),
                tokens_url=api_tokens_url(self.request),
            )
            return context

        def clients_url(self) -> str:
            """The list of API clients, for those who may see it."""
            if not oauth.installed():
                return ""
            from ...api.oauth import clients

            policy = permission_policy(clients.model())
            if not policy.user_has_permission(self.request.user, "view"):
                return ""
            return reverse("contacttrack_clients:index")


edit_handler = ObjectList(
    [
        CodePanel(heading=_("Tracking code"), icon="code"),
        StatusPanel(heading=_("What arrives"), icon="view", classname="ct-status"),
        MultiFieldPanel(
            [
                FieldPanel("script_position", widget=forms.RadioSelect),
                "track_hash_changes",
            ],
            heading=_("Pages of this site"),
            icon="site",
        ),
        MultiFieldPanel(
            [
                "cors_restrict_domains",
                FieldPanel("cors_valid_domains", widget=forms.Textarea(attrs={"rows": 4})),
            ],
            heading=_("Other websites"),
            icon="globe",
        ),
        MultiFieldPanel(
            [
                IdentificationPanel(heading=_("What browsers may say")),
                "fields_from_page_url",
                "contact_allow_multiple_companies",
            ],
            heading=_("What visitors say"),
            icon="user",
        ),
        MultiFieldPanel(
            ["track_by_tracking_url", "track_unsigned_clickthrough"],
            heading=_("Links in messages"),
            icon="mail",
        ),
        MultiFieldPanel(
            [
                FieldPanel("identity_mode", widget=forms.RadioSelect),
                "track_members",
                IdentityKeyPanel(heading=_("Signing key")),
            ],
            heading=_("Members who are logged in"),
            icon="key",
        ),
        MultiFieldPanel(
            ["api_enabled", "api_enable_basic_auth", ApiPanel(heading=_("Address"))],
            heading=_("API"),
            icon="code",
        ),
        MultiFieldPanel(
            [
                "respect_privacy_signals",
                "anonymize_ip",
                FieldPanel("do_not_track_ips", widget=forms.Textarea(attrs={"rows": 4})),
                PrivateNetworksPanel(heading=_("Visits from private networks")),
            ],
            heading=_("Privacy"),
            icon="lock",
        ),
    ],
    base_form_class=TrackingSettingsForm,
)
