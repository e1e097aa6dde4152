"""Test hits, which can be taken away again, and new keys for signed identities."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.log_actions import log
from wagtail.models import Site

from ...tracking import identity, status, testhit
from ...tracking.models import TrackingSettings
from ...tracking.validation import origin_problems
from ...tracking.views import MetaHeaders
from ..permissions import may_view_contacts
from . import logs

VISITOR, EDITOR = "visitor", "editor"


class SiteSettingsMixin(PermissionCheckedMixin):
    """A view about the tracking settings of one site, for those who may change exactly these."""

    model = TrackingSettings
    # On Wagtail 7.4 the views do not find it by themselves, and it must be the one about sites.
    permission_policy = TrackingSettings.get_permission_policy()
    permission_required = "change"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.site = get_object_or_404(Site, pk=kwargs["pk"])
        if not self.user_has_permission_for_instance("change", self.site):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def settings_url(self) -> str:
        options = TrackingSettings._meta
        return reverse(
            "wagtailsettings:edit", args=[options.app_label, options.model_name, self.site.pk]
        )


class TestHitForm(forms.Form):
    """What to test. Sent without any values it means a visitor on the site's first page."""

    page = forms.CharField(
        label=_("Page"),
        required=False,
        max_length=2000,
        help_text=_(
            "A page of this site, or of another website that carries the tracking code. The "
            "address is only reported, not opened."
        ),
    )
    sender = forms.ChoiceField(
        label=_("Who visits it"),
        required=False,
        choices=[
            (VISITOR, _("A visitor with your browser and your address")),
            (EDITOR, _("You, logged in to Wagtail")),
        ],
        initial=VISITOR,
        widget=forms.RadioSelect,
    )

    def clean_page(self) -> str:
        page: str = self.cleaned_data["page"]
        if page:
            scheme, mark, rest = page.partition("://")
            if problems := origin_problems(scheme + mark + re.split(r"[/?#]", rest)[0]):
                raise forms.ValidationError(problems)
        return page


class TestHitView(SiteSettingsMixin, WagtailAdminTemplateMixin, FormView):
    """Ask what to test, send it, and show on the same page how it ended."""

    form_class = TestHitForm
    template_name = "wagtail_contacttrack/settings/test_hit.html"
    page_title = _("Test hit")
    header_icon = "crosshairs"

    def get_initial(self) -> dict[str, Any]:
        return {"page": f"{self.site.root_url}/", "sender": VISITOR}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": self.settings_url, "label": gettext("Tracking settings")},
            {"url": "", "label": self.page_title, "sublabel": str(self.site)},
        ]

    def form_valid(self, form: TestHitForm) -> HttpResponse:
        chosen = {name: value for name, value in form.cleaned_data.items() if value}
        chosen = {**self.get_initial(), **chosen}
        result = testhit.send(
            self.site,
            testhit.Sender(
                self.request.META.get("REMOTE_ADDR", ""), MetaHeaders(self.request.META)
            ),
            page_url=chosen["page"],
            staff=chosen["sender"] == EDITOR,
            now=timezone.now(),
        )
        again = TestHitForm(initial=chosen)
        return self.render_to_response(self.get_context_data(form=again, result=result))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["site"] = self.site
        context["settings_url"] = self.settings_url
        if result := context.get("result"):
            context["tally"] = status.Tally(result.outcome.reason, 1)
            context["may_view_contacts"] = may_view_contacts(self.request)
        return context


class DeleteTestHitView(SiteSettingsMixin, View):
    """Delete the contact that the tests of a site have left, and no other."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if testhit.discard(self.site):
            messages.success(request, gettext("The test hit has been deleted."))
        else:
            messages.info(request, gettext("There was no test hit left to delete."))
        return redirect(self.settings_url)


class RotateKeyView(SiteSettingsMixin, WagtailAdminTemplateMixin, TemplateView):
    """Ask, then have a new key sign the identities of a site."""

    template_name = "wagtail_contacttrack/settings/rotate_key.html"
    page_title = _("New signing key")
    header_icon = "key"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": self.settings_url, "label": gettext("Tracking settings")},
            {"url": "", "label": self.page_title, "sublabel": str(self.site)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["site"] = self.site
        context["settings_url"] = self.settings_url
        context["minutes"] = max(1, round(identity.lifetime() / 60))
        return context

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        identity.rotate(self.site.pk, now=timezone.now())
        log(instance=TrackingSettings.for_site(self.site), action=logs.ROTATE)
        messages.success(request, gettext("A new key signs identities from now on."))
        return redirect(self.settings_url)
