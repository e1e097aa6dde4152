"""Give one contact a tag or a company, and take it away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import router
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import View
from wagtail.admin import messages
from wagtail.log_actions import log

from ...compat import permission_policy
from ...contacts import (
    companies,
    company_editing,
    editing,
    fieldset,
    listing,
    tag_editing,
    values,
)
from ...contacts.editing import MergedMeanwhile
from ...contacts.models import Company, CompanyIdentifier, Contact, Tag
from ...sql import writing
from ..checked import PermissionFirstMixin
from ..companies.several import several_companies
from ..contacts import inputs
from ..contacts.merged import lead_on
from ..tags.form import names_in


class MarkView(PermissionFirstMixin, View):
    """Takes what a card sent, and leads back to the contact's page."""

    model = Contact
    permission_required = "change"
    anchor = ""

    @cached_property
    def permission_policy(self) -> Any:
        return permission_policy(Contact)

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return self.back(pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        contact = get_object_or_404(Contact, pk=pk)
        try:
            if contact.merged_into_id is not None:
                raise MergedMeanwhile(pk)
            self.change(contact)
        except MergedMeanwhile:
            return lead_on(request, pk, anchor=self.anchor)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            log(instance=contact, action="wagtail.edit", title=f"#{contact.pk}")
        return self.back(pk)

    def change(self, contact: Contact) -> None:
        """Do it, or raise `ValidationError`, or `MergedMeanwhile`."""
        raise NotImplementedError

    def back(self, pk: int) -> HttpResponseBase:
        if not self.user_has_permission("view"):
            return redirect("wagtailadmin_home")
        return redirect(reverse("contacttrack_contacts:inspect", args=[pk]) + self.anchor)

    def may(self, action: str, model: type[Any]) -> bool:
        return bool(permission_policy(model).user_has_permission(self.request.user, action))

    def number(self, name: str) -> int | None:
        return listing.number_in(self.request.POST.get(name, ""))


class ContactTagsView(MarkView):
    """``add`` holds names with commas between them, ``remove`` the id of a tag."""

    anchor = "#ct-tags"

    def change(self, contact: Contact) -> None:
        if tag := self.number("remove"):
            done = tag_editing.remove_from([contact.pk], [tag])
        else:
            names = names_in(self.request.POST.get("add", ""), may_add=self.may("add", Tag))
            done = tag_editing.add_to([contact.pk], names, now=timezone.now())
        if not done:
            raise MergedMeanwhile(contact.pk)


class ContactCompaniesView(MarkView):
    """``add`` holds the name of a company, ``remove`` and ``primary`` the id of one."""

    anchor = "#ct-companies"

    def change(self, contact: Contact) -> None:
        now = timezone.now()
        if number := self.number("remove"):
            company_editing.unlink(contact.pk, self.company(number), now=now)
        elif number := self.number("primary"):
            company_editing.set_primary(contact.pk, self.company(number), now=now)
        else:
            using = router.db_for_write(Contact)
            with writing(using, Contact._meta.db_table):
                # A company is made only for a contact that is still there.
                editing.hold(contact.pk, using)
                company = self.named(self.request.POST.get("add", ""))
                company_editing.link(contact.pk, company, several=several_companies(), now=now)

    def company(self, number: int) -> Company:
        return get_object_or_404(Company, pk=number)

    def named(self, name: str) -> Company:
        """The company of this name, which is made where it is missing and may be."""
        fields = fieldset.current()
        if unkept := inputs.unkept(fields.company[fieldset.COMPANY_NAME], name):
            raise ValidationError(unkept)
        data = companies.named(name, fields)
        if not data.unique:
            problem = values.clean(fields.company[fieldset.COMPANY_NAME], name).problem
            if problem in ("", values.BLANK):
                raise ValidationError(gettext("Write the name of a company."))
            raise ValidationError(values.sentence(fields.company[fieldset.COMPANY_NAME], problem))
        found = CompanyIdentifier.objects.filter(digest__in=data.unique).first()
        if found:
            return found.company
        if not self.may("add", Company):
            raise ValidationError(
                gettext("There is no company “%(name)s”, and you may not add one.")
                % {"name": data.values[fieldset.COMPANY_NAME]}
            )
        made = Company(date_added=timezone.now())
        company_editing.save(made, data.values, fields, now=timezone.now())
        log(instance=made, action="wagtail.create")
        return made
