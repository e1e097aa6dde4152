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

from ...compat import raw_host
from ...conf import conf
from ...tracking import snippet, status
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
