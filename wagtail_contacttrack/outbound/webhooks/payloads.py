"""What webhooks are told about contacts, companies, visits and mail, in Mautic's shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ...activity.kinds import PAGE_HIT
from ...activity.models import Activity
from ...contacts import points, resolving, telling
from ...contacts.models import Company, Contact, DoNotContact
from ...contacts.shapes import company as company_shapes
from ...contacts.shapes import contact as contact_shapes
from ...contacts.shapes.basics import Entry, moment
from ...contacts.shapes.hit import hit
from ...reactions import Happened
from ..kinds import EMAIL_OPENED, EMAIL_SENT
from ..models import Message
from .models import WebhookEvent
from .triggers import Payload, Trigger, register

NEW_CONTACT = "mautic.lead_post_save_new"
CONTACT_CHANGED = "mautic.lead_post_save_update"

Events = Sequence[WebhookEvent]
Payloads = list[Payload | None]

STATUSES = {
    None: "contactable",
    DoNotContact.Reason.UNSUBSCRIBED: "unsubscribed",
    DoNotContact.Reason.BOUNCED: "bounced",
    DoNotContact.Reason.MANUAL: "manual",
}


def people(contact_ids: Iterable[int | None]) -> dict[int, Entry]:
    """The contacts in full by the ids asked for, which may be of contacts merged since."""
    wanted = {number for number in contact_ids if number is not None}
    survivors = resolving.survivors(wanted)
    rows = contact_shapes.related(Contact.objects.filter(pk__in=set(survivors.values())))
    shown = {entry["id"]: entry for entry in contact_shapes.contacts(list(rows))}
    return {first: shown[last] for first, last in survivors.items() if last in shown}


def _contacts(events: Events) -> Payloads:
    found = people(event.contact_id for event in events)
    return [_with_contact(event, found) for event in events]


def _with_contact(event: WebhookEvent, found: dict[int, Entry], **further: Any) -> Payload | None:
    contact = found.get(event.contact_id or 0)
    return None if contact is None else {"contact": contact, **further}


def _changes(events: Events) -> Payloads:
    """Changes of known contacts; what was done while one was made is part of that event."""
    ids = [event.contact_id for event in events]
    made = WebhookEvent.objects.filter(
        webhook=events[0].webhook_id, trigger=NEW_CONTACT, contact_id__in=ids
    )
    new = set(made.values_list("contact_id", "date_added"))
    return [
        None
        if payload is None
        or payload["contact"]["dateIdentified"] is None
        or (event.contact_id, event.date_added) in new
        else payload
        for event, payload in zip(events, _contacts(events), strict=True)
    ]


def _deleted(events: Events) -> Payloads:
    """Who is gone has no more than a number."""
    return [
        {
            "id": event.contact_id,
            "deletedId": event.contact_id,
            "contact": {"id": event.contact_id, "deletedId": event.contact_id},
            **({"mergedInto": event.facts["winner"]} if "winner" in event.facts else {}),
        }
        for event in events
    ]


def _points(events: Events) -> Payloads:
    found = people(event.contact_id for event in events)
    rows = _activities(events)
    payloads = []
    for event in events:
        data = rows[event.facts["activity"]].data if event.facts["activity"] in rows else {}
        after = data.get("points", 0)
        change = {"old_points": after - data.get("delta", 0), "new_points": after}
        payloads.append(_with_contact(event, found, points=change))
    return payloads


def _subscriptions(events: Events) -> Payloads:
    found = people(event.contact_id for event in events)
    return [
        _with_contact(
            event,
            found,
            channel=event.facts["channel"],
            old_status=STATUSES.get(event.facts["before"], "manual"),
            new_status=STATUSES.get(event.facts["after"], "manual"),
        )
        for event in events
    ]


def _companies_of(events: Events) -> Payloads:
    found, there = people(event.contact_id for event in events), _companies(events)
    return [
        _with_contact(
            event,
            found,
            added=event.facts["added"],
            company=there.get(event.facts["company"], {"id": event.facts["company"]}),
        )
        for event in events
    ]


def _companies_saved(events: Events) -> Payloads:
    there = _companies(events)
    found = (there.get(event.facts["company"]) for event in events)
    return [None if company is None else {"company": company} for company in found]


def _companies_deleted(events: Events) -> Payloads:
    ids = (event.facts["company"] for event in events)
    return [{"id": n, "deletedId": n, "company": {"id": n, "deletedId": n}} for n in ids]


def _companies(events: Events) -> dict[int, Entry]:
    rows = Company.objects.filter(pk__in={event.facts["company"] for event in events})
    return {entry["id"]: entry for entry in company_shapes.companies(rows)}


def _hits(events: Events) -> Payloads:
    rows = _activities(events)
    found = people(row.contact_id for row in rows.values())
    return [
        {"hit": {**hit(row), "lead": found.get(row.contact_id)}} if row else None
        for row in (rows.get(event.facts["activity"]) for event in events)
    ]


def _mail(events: Events) -> list[tuple[Activity, Message, Entry] | None]:
    rows = _activities(events)
    numbers = {row.data.get("message") for row in rows.values()}
    messages = Message.objects.in_bulk(numbers - {None})
    found = people(row.contact_id for row in rows.values())
    parts = []
    for event in events:
        row = rows.get(event.facts["activity"])
        message = messages.get(row.data.get("message")) if row else None
        contact = found.get(row.contact_id) if row else None
        parts.append((row, message, contact) if row and message and contact else None)
    return parts


def _sent(events: Events) -> Payloads:
    return [
        part
        and {
            "email": {"id": part[1].pk, "subject": part[1].subject},
            "contact": part[2],
            "subject": part[1].subject,
            "idHash": part[1].key,
            "source": None,
        }
        for part in _mail(events)
    ]


def _opened(events: Events) -> Payloads:
    return [part and {"stat": _stat(*part)} for part in _mail(events)]


def _stat(row: Activity, message: Message, contact: Entry) -> Entry:
    return {
        "id": message.pk,
        "emailAddress": message.recipient,
        "ipAddress": row.address or None,
        "dateSent": moment(message.sent_at or message.date_added),
        "isRead": True,
        "isFailed": False,
        "dateRead": moment(message.opened_at or row.time),
        "retryCount": 0,
        "source": None,
        "sourceId": None,
        "openCount": max(message.opens, 1),
        "lastOpened": moment(message.last_opened_at or row.time),
        "trackingHash": message.key,
        "viewedInBrowser": False,
        "lead": contact,
        "email": {"id": message.pk, "subject": message.subject},
    }


def _activities(events: Events) -> dict[int, Activity]:
    rows = Activity.objects.select_related("agent", "device")
    return rows.in_bulk({event.facts["activity"] for event in events})


def _was_known(happened: Happened) -> bool:
    return bool(happened.facts.get("known"))


def _by_a_person(happened: Happened) -> bool:
    return not happened.facts.get("machine")


for trigger in (
    Trigger(
        NEW_CONTACT, _("Contact is new"),
        _("Somebody became known: by a form, a call of the API or an editor."),
        telling.KNOWN, _contacts, latest_only=True,
    ),
    Trigger(
        CONTACT_CHANGED, _("Contact was changed"),
        _("Fields, tags or the owner of a known contact were changed."),
        telling.CHANGED, _changes, latest_only=True,
    ),
    Trigger(
        "mautic.lead_points_change", _("Points of a contact changed"),
        _("With the points before and after."),
        points.KIND, _points,
    ),
    Trigger(
        "mautic.lead_channel_subscription_changed", _("Contact unsubscribed or subscribed again"),
        _("A contact may no longer be written to, or may again."),
        telling.SUBSCRIPTION, _subscriptions,
    ),
    Trigger(
        "mautic.lead_company_change", _("Contact joined or left a company"),
        _("With the contact and the company."),
        telling.COMPANY, _companies_of,
    ),
    Trigger(
        "mautic.lead_post_delete", _("Contact was deleted"),
        _("A known contact was deleted, or became part of another one. Only its number is sent."),
        telling.REMOVED, _deleted, _was_known,
    ),
    Trigger(
        "mautic.company_post_save", _("Company is new or was changed"),
        _("By an editor, a call of the API or a visitor."),
        telling.COMPANY_SAVED, _companies_saved, latest_only=True,
    ),
    Trigger(
        "mautic.company_post_delete", _("Company was deleted"),
        _("Only its number is sent."),
        telling.COMPANY_REMOVED, _companies_deleted,
    ),
    Trigger(
        "mautic.page_on_hit", _("Page was visited"),
        _("Every recorded visit, also of anonymous visitors. These can be many."),
        PAGE_HIT, _hits,
    ),
    Trigger(
        "mautic.email_on_send", _("E-mail was sent"),
        _("A tracked e-mail was handed to the mail server."),
        EMAIL_SENT, _sent,
    ),
    Trigger(
        "mautic.email_on_open", _("E-mail was opened"),
        _("For the first time, and not by a machine."),
        EMAIL_OPENED, _opened, _by_a_person,
    ),
):  # fmt: skip
    register(trigger)
