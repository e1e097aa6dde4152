"""What belongs to a contact: activity, notes, devices, companies, segments, do-not-contact,
points and UTM tags."""

from __future__ import annotations

from typing import Any

from django.db import router as databases
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router, Schema

from ...contacts import company_people, consent, fieldset, points, utm
from ...contacts.models import Company, Contact, DoNotContact
from ...contacts.owners import possible_owners
from ...contacts.points import PointsRefused
from ...contacts.shapes import company as company_shapes
from ...contacts.shapes import contact as shapes
from ...segments.models import Segment
from ...sql import writing as transaction
from ...wire.page import UTM
from ...wire.text import storable
from .. import describing, logs
from ..answers import answer
from ..calling import Call, call_of
from ..errors import ApiError, Invalid
from ..fields import contact_field
from ..params import identity
from ..schemas import Success
from . import activity, export, writing
from .resource import Contacts
from .schemas import DESCRIBED

router = Router(tags=["contacts"])
resource = Contacts()
OWNERS = 1_000


class Events(Schema):
    """A page of what happened."""

    events: list[dict[str, Any]]
    filters: dict[str, Any]
    order: list[str]
    types: dict[str, str]
    total: int
    page: int
    limit: int
    maxPages: int


class Found(DESCRIBED.one):  # type: ignore[name-defined]
    recordFound: bool


class CompaniesOf(Schema):
    total: int
    companies: list[dict[str, Any]]


@router.get("/contacts/list/fields", **describing.of("contact_fields", list[Any], "Fields"))
def list_fields(request: HttpRequest) -> HttpResponse:
    call = call_of(request)
    call.must("view", Contact)
    return answer([contact_field(field) for field in fieldset.current().contact.values()])


@router.get("/contacts/list/owners", **describing.of("owners", list[Any], "Possible owners"))
def list_owners(request: HttpRequest) -> HttpResponse:
    call = call_of(request)
    call.must("view", Contact)
    return answer([shapes.owner(user) for user in possible_owners()[:OWNERS]])


@router.get("/contacts/activity", **describing.of("activity", Events, "What everybody did"))
def all_activity(request: HttpRequest) -> HttpResponse:
    call = call_of(request)
    call.must("view", Contact)
    return answer(activity.events(call))


@router.get(
    "/contacts/{int:number}/activity", **describing.of("contact_activity", Events, "What they did")
)
def contact_activity(request: HttpRequest, number: int) -> HttpResponse:
    call, contact = _seen(request, number)
    return answer(activity.events(call, contact.pk))


class Export(Schema):
    """Everything about a person."""

    contact: dict[str, Any]
    mergedContacts: list[int]
    merges: list[dict[str, Any]]
    identifiers: list[dict[str, Any]]
    devices: list[dict[str, Any]]
    companies: list[dict[str, Any]]
    segments: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    activity: list[dict[str, Any]]


@router.get(
    "/contacts/{int:number}/export",
    **describing.of("contact_export", Export, "Everything about a person"),
)
def export_contact(request: HttpRequest, number: int) -> HttpResponseBase:
    call, contact = _seen(request, number)
    call.must("export", Contact)
    call.log(logs.EXPORT, contact)
    parts = export.document(
        contact,
        sees_companies=call.may("view", Company),
        sees_segments=call.may("view", Segment),
    )
    response = StreamingHttpResponse(parts, content_type="application/json")
    name = f'attachment; filename="contact-{contact.pk}.json"'
    response["Content-Disposition"] = name
    return response


@router.get(
    "/contacts/{int:number}/companies",
    **describing.of("companies_of_contact", CompaniesOf, "Their companies"),
)
def companies(request: HttpRequest, number: int) -> HttpResponse:
    call, contact = _seen(request, number)
    call.must("view", Company)
    memberships = company_people.of_contact(contact.pk)
    shown = company_shapes.companies(row.company for row in memberships)
    for entry, row in zip(shown, memberships, strict=True):
        entry["is_primary"] = str(int(row.is_primary))
    return answer({"total": len(shown), "companies": shown})


@router.post(
    "/contacts/{int:number}/dnc/{channel}/add",
    **describing.of("dnc_add", DESCRIBED.one, "Say that they must not be written to"),
)
def forbid(request: HttpRequest, number: int, channel: str) -> HttpResponse:
    call, contact = _changed(request, number)
    sent = call.params.all
    reason = identity(sent.get("reason") or ("" if "reason" in sent else 3))
    if sent.get("reason") in (None, ""):
        reason = 3
    channel = storable(channel)
    if not 0 < len(channel) <= 16:
        raise ApiError(400, _("There is no such channel."))
    if reason not in DoNotContact.Reason.values:
        raise Invalid({"reason": [_("Send 1 (unsubscribed), 2 (bounced) or 3 (by hand).")]})
    consent.forbid(
        contact.pk,
        channel,
        reason=DoNotContact.Reason(reason),
        comments=str(sent.get("comments") or ""),
        now=call.now,
    )
    call.log("wagtail.edit", contact, do_not_contact=channel)
    return _contact(number, call)


@router.post(
    "/contacts/{int:number}/dnc/{channel}/remove",
    **describing.of("dnc_remove", Found, "Let them be written to again"),
)
def allow(request: HttpRequest, number: int, channel: str) -> HttpResponse:
    call, contact = _changed(request, number)
    found = consent.allow(contact.pk, storable(channel)[:16], now=call.now)
    if found:
        call.log("wagtail.edit", contact, may_contact=channel)
    return answer({"recordFound": found, "contact": _shown(number, call)})


@router.post(
    "/contacts/{int:number}/points/{operator}/{delta}",
    **describing.of("points", Success, "Change their points: plus, minus, times, divide or set"),
)
def change_points(request: HttpRequest, number: int, operator: str, delta: str) -> HttpResponse:
    call, contact = _changed(request, number)
    amount = identity(delta)
    if operator not in points.OPERATORS or amount is None:
        raise ApiError(400, _("Points go plus, minus, times, divide or set, by a whole number."))
    sent = {name.lower(): str(value)[:200] for name, value in call.params.all.items()}
    try:
        points.change(
            contact.pk,
            operator,  # type: ignore[arg-type]
            amount,
            now=call.now,
            event=sent.get("eventname", ""),
            action=sent.get("actionname") or sent.get("eventaction", ""),
            actor=call.user,
        )
    except PointsRefused:
        raise ApiError(400, _("That is no number of points.")) from None
    call.log("wagtail.edit", contact, points=f"{operator} {amount}")
    return answer({"success": 1})


@router.post(
    "/contacts/{int:number}/utm/add", **describing.of("utm_add", DESCRIBED.one, "Note UTM tags")
)
def add_utm(request: HttpRequest, number: int) -> HttpResponse:
    call, contact = _changed(request, number)
    sent = call.params.all
    tags = {name: str(sent[name]) for name in UTM if sent.get(name) not in (None, "")}
    wrong: dict[str, list[str]] = {}
    seen = None
    if sent.get("lastActive"):
        seen = writing.last_active(sent["lastActive"], call.now, wrong)
    if not tags:
        raise Invalid({"utm_campaign": [_("Send at least one of the five UTM tags.")]})
    if wrong:
        raise Invalid(wrong)
    using = databases.db_for_write(Contact)
    with transaction(using, Contact._meta.db_table):
        utm.record(
            contact.pk,
            tags,
            now=seen or call.now,
            url=str(sent.get("url") or ""),
            referrer=str(sent.get("referer") or ""),
            further={
                "query": sent.get("query"),
                "remote_host": str(sent.get("remote_host") or sent.get("remotehost") or ""),
                "user_agent": str(sent.get("user_agent") or sent.get("useragent") or ""),
            },
            using=using,
        )
        if seen is not None:
            writing.set_last_active(contact.pk, seen, using)
        call.log("wagtail.edit", contact, utm=tags)
    return _contact(number, call)


@router.post(
    "/contacts/{int:number}/utm/{int:row}/remove",
    **describing.of("utm_remove", Found, "Forget UTM tags"),
)
def remove_utm(request: HttpRequest, number: int, row: int) -> HttpResponse:
    call, contact = _changed(request, number)
    known = identity(row)
    if known is None or not utm.rows_of([contact.pk]).filter(pk=known).delete()[0]:
        raise ApiError(400, _("This contact has no such UTM tags."))
    call.log("wagtail.edit", contact, utm_removed=known)
    return answer({"recordFound": True, "contact": _shown(number, call)})


def _seen(request: HttpRequest, number: int) -> tuple[Call, Contact]:
    call = call_of(request)
    call.must("view", Contact)
    return call, resource.find(number, call)


def _changed(request: HttpRequest, number: int) -> tuple[Call, Contact]:
    call = call_of(request)
    call.must("change", Contact)
    return call, resource.find(number, call)


def _shown(number: int, call: Call) -> dict[str, Any]:
    return resource.show_one(resource.find(number, call), call)


def _contact(number: int, call: Call) -> HttpResponse:
    return answer({"contact": _shown(number, call)})
