"""Webhooks in the API: other services enter themselves here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema

from ..contacts.models import Contact
from ..contacts.shapes.basics import moment
from ..outbound.webhooks import triggers
from ..outbound.webhooks.models import Webhook, new_secret
from ..wire.text import storable
from . import describing
from .answers import Entry, answer
from .calling import Call, call_of
from .errors import Forbidden, Invalid
from .params import texts, truth
from .queries import Column
from .resources import Resource

COLUMNS = {
    "id": Column("pk", "integer"),
    "name": Column("name"),
    "description": Column("description"),
    "webhook_url": Column("url"),
    "is_published": Column("is_published", "boolean"),
    "date_added": Column("date_added", "datetime"),
    "date_modified": Column("date_modified", "datetime"),
}
# What programs send, and where it is kept.
TEXTS = {
    "name": "name",
    "description": "description",
    "webhookUrl": "url",
    "secret": "secret",
    "eventsOrderbyDir": "events_order",
}
SENT_AS = {**{name: sent for sent, name in TEXTS.items()}, "triggers": "triggers"}


class HookOut(Schema):
    id: int | None
    name: str
    description: str | None
    webhookUrl: str
    secret: str | None
    eventsOrderbyDir: str
    triggers: list[str]
    isPublished: bool
    dateAdded: str | None
    dateModified: str | None
    category: None


class HookIn(Schema):
    name: str
    webhookUrl: str
    description: str | None = None
    secret: str | None = None
    triggers: list[str] | str | None = None
    eventsOrderbyDir: str | None = None
    isPublished: bool | int | str | None = None


class TriggerOut(Schema):
    label: str
    description: str


class Triggers(Schema):
    triggers: dict[str, TriggerOut]


class Hooks(Resource[Webhook]):
    """Addresses that are told what happens here."""

    model = Webhook
    path: ClassVar[str] = "hooks"
    single: ClassVar[str] = "hook"
    plural: ClassVar[str] = "hooks"
    columns = COLUMNS

    def must(self, action: str, call: Call) -> None:
        super().must(action, call)
        if action in ("add", "change"):
            # Whoever says where contacts are sent to, gets to see them.
            call.must("view", Contact)

    def search(self, rows: Any, text: str, call: Call) -> Any:
        return rows.filter(name__icontains=text)

    def show(self, rows: Sequence[Webhook], call: Call, *, minimal: bool = False) -> list[Entry]:
        # Whoever knows the secret can send in our name.
        secrets = call.may("change", Webhook) or call.may("add", Webhook)
        return [_shape(row, secrets) for row in rows]

    def create(self, values: Mapping[str, Any], call: Call) -> tuple[Webhook, bool]:
        return _save(Webhook(date_added=call.now), values), True

    def update(
        self, row: Webhook, values: Mapping[str, Any], call: Call, *, replace: bool
    ) -> Webhook:
        # The delivery notes its own things in the same row.
        row = Webhook.objects.select_for_update().get(pk=row.pk)
        if replace:
            row.name = row.url = row.description = ""
            row.triggers, row.events_order, row.is_published = [], Webhook.Order.ASC, True
        return _save(row, values)


def _shape(row: Webhook, secrets: bool) -> Entry:
    return {
        "id": row.pk,
        "name": row.name,
        "description": row.description or None,
        "webhookUrl": row.url,
        "secret": row.secret if secrets else None,
        "eventsOrderbyDir": row.events_order,
        "triggers": [str(key) for key in row.triggers],
        "isPublished": row.is_published,
        "dateAdded": moment(row.date_added),
        "dateModified": moment(row.date_modified),
        "category": None,
    }


def _save(row: Webhook, values: Mapping[str, Any]) -> Webhook:
    wrong: dict[str, list[str]] = {}
    for sent, name in TEXTS.items():
        value = values.get(sent)
        if isinstance(value, list | dict):
            wrong[sent] = [_("Send a text.")]
        elif sent in values:
            setattr(row, name, storable("" if value is None else str(value)).strip())
    row.events_order = row.events_order.upper() or Webhook.Order.ASC
    row.secret = row.secret or new_secret()
    if "triggers" in values:
        row.triggers = list(dict.fromkeys(map(storable, texts(values["triggers"]))))
    if "isPublished" in values:
        row.is_published = truth(values["isPublished"])
    try:
        row.full_clean(exclude=[SENT[name] for name in wrong])
    except ValidationError as error:
        wrong |= {SENT_AS.get(name, name): found for name, found in error.message_dict.items()}
    if wrong:
        raise Invalid(wrong)
    row.save()
    return row


SENT = {sent: name for name, sent in SENT_AS.items()}

router = Router(tags=["hooks"])


@router.get("/hooks/triggers", **describing.of("list_triggers", Triggers, "What hooks can be told"))
def list_triggers(request: HttpRequest) -> HttpResponse:
    call = call_of(request)
    if not any(call.may(action, Webhook) for action in ("view", "add")):
        raise Forbidden
    found = {
        trigger.key: {"label": str(trigger.label), "description": str(trigger.description)}
        for trigger in triggers.every()
    }
    return answer({"triggers": found})


DESCRIBED = describing.described("Hook", "hook", "hooks", HookOut, HookIn)
