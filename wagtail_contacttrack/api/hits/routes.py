"""The door for batches of hits."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from ...activity.models import Activity
from ...tracking.reasons import Reason
from .. import describing
from ..answers import answer
from ..calling import call_of
from ..errors import ApiError
from .decoding import Item, Refused, decode
from .ingest import ingest

MOST = 1_000
STATUSES = {str(Reason.RECORDED): "recorded", str(Reason.DUPLICATE): "duplicate"}

router = Router(tags=["hits"])


class HitIn(Schema):
    """A page hit, or with a `kind` something else that a contact did."""

    event_id: str | None = Field(None, description="Whatever comes twice under it counts once.")
    kind: str | None = Field(None, description="Such as `forum.post`; a page hit without it.")
    contact: int | str | None = Field(None, description="The contact's id.")
    device: str | None = Field(None, description="A device id, as in the cookie.")
    fields: dict[str, Any] | None = Field(
        None, description="Fields by alias; a unique one says who it is."
    )
    time: str | None = Field(None, description="With a time zone; now without it.")
    page_url: str | None = None
    page_title: str | None = None
    page_referrer: str | None = None
    page_language: str | None = None
    user_agent: str | None = None
    ip: str | None = None
    utm_campaign: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_content: str | None = None
    utm_term: str | None = None
    data: dict[str, Any] | None = None


class Result(Schema):
    """How one hit has ended; `reason` is a code, and `message` a sentence where it was refused."""

    event_id: str | None
    status: Literal["recorded", "duplicate", "refused"]
    reason: str
    message: str
    contact_id: int | None
    activity_id: int | None


class Results(Schema):
    total: int
    results: list[Result]


BODY = {
    "anyOf": [
        {"type": "array", "items": describing.schema_of(HitIn)},
        {
            "type": "object",
            "properties": {"hits": {"type": "array", "items": describing.schema_of(HitIn)}},
            "required": ["hits"],
        },
    ]
}


@router.post(
    "/hits/batch", **describing.of("hits_batch", Results, "Record what contacts did", body=BODY)
)
def batch(request: HttpRequest) -> HttpResponse:
    call = call_of(request)
    call.must("add", Activity)
    sent = list(call.params.items.values()) if call.params.listed else call.params.body.get("hits")
    if not isinstance(sent, list):
        raise ApiError(400, _("Send a list of hits."))
    if len(sent) > MOST:
        raise ApiError(400, _("Send no more than %(limit)s hits at once.") % {"limit": MOST})
    items: list[Item | Refused] = []
    for hit in sent:
        try:
            items.append(decode(hit, now=call.now, anonymize=call.anonymize_ip))
        except Refused as refused:
            items.append(refused)
    results = [
        {
            "event_id": _event_id(hit),
            "status": STATUSES.get(verdict.reason, "refused"),
            "reason": str(verdict.reason),
            "message": verdict.message,
            "contact_id": verdict.contact_id,
            "activity_id": verdict.activity_id,
        }
        for hit, verdict in zip(sent, ingest(items, call), strict=True)
    ]
    return answer({"total": len(results), "results": results})


def _event_id(hit: Any) -> str | None:
    found = hit.get("event_id") if isinstance(hit, dict) else None
    return str(found) if isinstance(found, str | int) else None
