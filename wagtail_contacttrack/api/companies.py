"""Companies in the API, and the contacts that belong to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import ConfigDict

from ..contacts import company_editing, fieldset
from ..contacts.company_editing import ValueTaken
from ..contacts.fieldset import COMPANY_NAME
from ..contacts.identifiers import digest
from ..contacts.models import Company, CompanyIdentifier, Contact
from ..contacts.shapes import company as shapes
from . import describing, fields_in
from .answers import Container, Entry, answer
from .calling import Call, call_of
from .contacts.resource import Contacts, json_column
from .errors import Invalid, Taken
from .params import truth
from .queries import Column
from .resources import Resource
from .schemas import Success

OWN_COLUMNS = {
    "id": Column("pk", "integer"),
    COMPANY_NAME: Column("name"),
    "date_added": Column("date_added", "datetime"),
    "date_modified": Column("date_modified", "datetime"),
}


class CompanyOut(Schema):
    model_config = ConfigDict(extra="allow")

    id: int | None
    fields: dict[str, Any]


class CompanyIn(Schema):
    """Values of company fields by alias."""

    model_config = ConfigDict(extra="allow")

    companyname: str | None = None
    companyemail: str | None = None
    force: bool | int | str | None = None
    overwriteWithBlank: bool | int | str | None = None


class Companies(Resource[Company]):
    """Organisations that contacts belong to."""

    model = Company
    path: ClassVar[str] = "companies"
    single: ClassVar[str] = "company"
    plural: ClassVar[str] = "companies"
    container = Container.OBJECT
    total_as_text = True

    @property
    def columns(self) -> Mapping[str, Column]:  # type: ignore[override]
        fields = fieldset.current().company
        return {**{alias: json_column(field) for alias, field in fields.items()}, **OWN_COLUMNS}

    def search(self, rows: Any, text: str, call: Call) -> Any:
        for word in text.split()[:10]:
            rows = rows.filter(name__icontains=word.strip('"%'))
        return rows

    def show(self, rows: Sequence[Company], call: Call, *, minimal: bool = False) -> list[Entry]:
        return shapes.companies(rows)

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Company, bool]:
        news = _news(values)
        known = None if truth(values.get("force")) else _known(news)
        if known is not None:
            call.must("change", Company)
            return _save(known, news, call), False
        if not news.get(COMPANY_NAME):
            raise Invalid({COMPANY_NAME: [_("Send the name of the company.")]})
        return _save(Company(date_added=call.now), news, call), True

    def update(
        self, row: Company, values: Mapping[str, Any], call: Call, *, replace: bool
    ) -> Company:
        news = _news(values, replace=replace)
        if COMPANY_NAME in news and not news[COMPANY_NAME]:
            raise Invalid({COMPANY_NAME: [_("Send the name of the company.")]})
        return _save(row, news, call)

    def delete(self, row: Company, call: Call) -> None:
        call.log("wagtail.delete", row)
        company_editing.delete(row, now=call.now)


def _news(values: Mapping[str, Any], *, replace: bool = False) -> dict[str, Any]:
    blanks = truth(values.get("overwriteWithBlank"))
    fields = fieldset.current().company
    return fields_in.news(values, fields, blanks=blanks, replace=replace)


def _known(news: Mapping[str, Any]) -> Company | None:
    """The company that a unique value names, of several the one that was made last."""
    unique = [field.alias for field in fieldset.current().company.values() if field.unique]
    keys = [digest(alias, news[alias]) for alias in unique if news.get(alias)]
    rows = CompanyIdentifier.objects.filter(digest__in=keys).select_related("company")
    found = rows.order_by("-company_id").first() if keys else None
    return found.company if found else None


def _save(company: Company, news: Mapping[str, Any], call: Call) -> Company:
    try:
        company_editing.save(company, news, fieldset.current(), now=call.now)
    except ValueTaken as taken:
        text = _("Another company has this value.")
        raise Taken({taken.alias: [text]}) from None
    return company


DESCRIBED = describing.described(
    "Company", "company", "companies", CompanyOut, CompanyIn, total=str,
    container=Container.OBJECT,
)  # fmt: skip
router = Router(tags=["companies"])
companies, contacts = Companies(), Contacts()


@router.post(
    "/companies/{int:number}/contact/{int:contact}/add",
    **describing.of("company_add_contact", Success, "Add a contact to a company"),
)
def add_contact(request: HttpRequest, number: int, contact: int) -> HttpResponse:
    call, company, person = _both(request, number, contact)
    company_editing.link(person.pk, company, several=call.several, now=call.now)
    call.log("wagtail.edit", person, company=company.pk)
    return answer({"success": 1})


@router.post(
    "/companies/{int:number}/contact/{int:contact}/remove",
    **describing.of("company_remove_contact", Success, "Take a contact out of a company"),
)
def remove_contact(request: HttpRequest, number: int, contact: int) -> HttpResponse:
    call, company, person = _both(request, number, contact)
    company_editing.unlink(person.pk, company, now=call.now)
    call.log("wagtail.edit", person, left_company=company.pk)
    return answer({"success": 1})


def _both(request: HttpRequest, number: int, contact: int) -> tuple[Call, Company, Contact]:
    call = call_of(request)
    call.must("change", Contact)
    call.must("view", Company)
    return call, companies.find(number, call), contacts.find(contact, call)
