"""Whether a contact may be written to: the card on the contact's page, and the form behind it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from ...compat import permission_policy
from ...contacts import consent, details
from ...contacts.editing import MergedMeanwhile
from ...contacts.models import Contact
from ...outbound import subscription
from ...outbound.models import Message
from .checked import CurrentContactMixin
from .merged import lead_on

FORBID, ALLOW = "forbid", "allow"


def mail_context(contact: Contact, user: Any) -> dict[str, Any]:
    """What the card on the contact's page shows; two queries."""
    record = consent.record_of(contact.pk)
    last = Message.objects.filter(contact=contact).order_by("-pk").first()
    may_change = permission_policy(Contact).user_has_permission(user, "change")
    shown = bool(contact.email or record or last)
    return {
        "mail_card": shown and {"record": record, "last": last, "may_change": may_change},
    }


class ContactMailForm(forms.Form):
    """What to do, so that a form that was open for long does not do the opposite, and why."""

    wanted = forms.ChoiceField(choices=[(FORBID, ""), (ALLOW, "")], widget=forms.HiddenInput)
    comments = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=1000,
        help_text=_("For example: has asked for it on the phone."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ContactMailView(CurrentContactMixin, WagtailAdminTemplateMixin, FormView):
    """Stop bulk mail to a contact, or allow it again."""

    model = Contact
    permission_required = "change"
    any_permission_required = None
    form_class = ContactMailForm
    template_name = "wagtail_contacttrack/contact/mail_form.html"
    header_icon = "mail"

    @cached_property
    def permission_policy(self) -> Any:
        return permission_policy(Contact)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = get_object_or_404(Contact, pk=kwargs["pk"])
        self.record = consent.record_of(self.object.pk)
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return gettext("Allow e-mail again") if self.record else gettext("Stop e-mail")

    def get_page_subtitle(self) -> str:
        return details.heading(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = [*self.breadcrumbs_items]
        if self.user_has_permission("view"):
            label = capfirst(str(Contact._meta.verbose_name_plural))
            items += [
                {"url": reverse("contacttrack_contacts:index"), "label": label},
                {"url": self.get_success_url(), "label": details.heading(self.object)},
            ]
        return [*items, {"url": "", "label": self.get_page_title()}]

    def get_initial(self) -> dict[str, Any]:
        return {"wanted": ALLOW if self.record else FORBID}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            contact=self.object,
            heading=details.heading(self.object),
            record=self.record,
            back_url=self.get_success_url(),
            **kwargs,
        )

    def form_valid(self, form: ContactMailForm) -> HttpResponse:
        allowed = form.cleaned_data["wanted"] == ALLOW
        try:
            changed = subscription.set_by_editor(
                self.object.pk,
                allowed=allowed,
                comments=form.cleaned_data["comments"],
                now=timezone.now(),
            )
        except MergedMeanwhile as merged:
            return lead_on(self.request, merged.contact_id, "contacttrack_contacts:email")
        if changed:
            log(instance=self.object, action="wagtail.edit", title=f"#{self.object.pk}")
        if allowed:
            messages.success(self.request, gettext("The contact gets bulk mail again."))
        else:
            messages.success(self.request, gettext("The contact gets no more bulk mail."))
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        if self.user_has_permission("view"):
            return reverse("contacttrack_contacts:inspect", args=[self.object.pk])
        return reverse("wagtailadmin_home")
