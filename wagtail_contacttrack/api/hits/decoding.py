"""What one item of a batch says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _

from ...activity.kinds import PAGE_HIT
from ...contacts import fieldset
from ...tracking.reasons import Reason
from ...wire.addresses import mask
from ...wire.agents import MAX_LENGTH
from ...wire.ids import event_key, valid_tracking_id
from ...wire.page import MAX_UTM, UTM
from ...wire.text import cut, storable
from .. import fields_in
from ..errors import Invalid
from ..params import identity

MAX_TEXT = 16_384
MAX_EVENT_ID = 200
# Clocks of servers differ a little.
AHEAD, BACK = timedelta(minutes=5), timedelta(days=5 * 366)
# What this app itself says in timelines.
OWN = ("contact.", "email.", "link.", "points", "utm", PAGE_HIT)
_KIND = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")


class Refused(Exception):
    """That an item cannot be taken, by a code and as a sentence."""

    def __init__(self, sentence: str, code: str = Reason.INVALID) -> None:
        super().__init__(sentence)
        self.code = str(code)


@dataclass(slots=True)
class Item:
    """One item, understood. Of `contact_id`, `device` and `named` at least one is there."""

    key: uuid.UUID
    kind: str
    time: datetime
    contact_id: int | None
    device: str
    # Values of unique fields, and those of all fields, by alias.
    named: dict[str, Any]
    news: dict[str, Any]
    url: str = ""
    title: str = ""
    referrer: str = ""
    address: str = ""
    user_agent: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def decode(sent: Any, *, now: datetime, anonymize: bool) -> Item:
    """What an item says. Raises `Refused`."""
    if not isinstance(sent, Mapping):
        raise Refused(_("Send an object for each hit."))
    contact_id, device, news, named = _who(sent)
    event_id = _text(sent, "event_id", MAX_EVENT_ID)
    kind = _kind(sent)
    url = _text(sent, "page_url") or _text(sent, "url")
    if kind == PAGE_HIT and not url:
        raise Refused(_("A page hit needs a page_url."))
    return Item(
        # The same key as that of the device's own script, which may have sent it as well.
        key=event_key(device, event_id) if event_id else uuid.uuid4(),
        kind=kind,
        time=_time(sent, now),
        contact_id=contact_id,
        device=device,
        named=named,
        news=news,
        url=url,
        title=_text(sent, "page_title") or _text(sent, "title"),
        referrer=_text(sent, "page_referrer") or _text(sent, "referrer"),
        address=_address(sent, anonymize),
        user_agent=cut(_text(sent, "user_agent"), MAX_LENGTH),
        data=_data(sent, kind),
    )


def _who(sent: Mapping[str, Any]) -> tuple[int | None, str, dict[str, Any], dict[str, Any]]:
    contact_id = None
    if sent.get("contact") not in (None, ""):
        contact_id = identity(sent["contact"])
        if contact_id is None:
            raise Refused(_("“contact” is not the id of a contact."))
    device = _text(sent, "device")
    if device and not valid_tracking_id(device):
        raise Refused(_("“device” is not a device id: 23 small letters and digits."))
    fields = sent.get("fields") or {}
    if not isinstance(fields, Mapping):
        raise Refused(_("“fields” must be an object."))
    try:
        news = fields_in.news(fields, fieldset.current().contact, blanks=False)
    except Invalid as invalid:
        raise Refused(invalid.message) from None
    unique = {item.alias for item in fieldset.current().unique}
    named = {alias: value for alias, value in news.items() if alias in unique}
    if contact_id is None and not device and not named:
        raise Refused(
            _("Say who it was: a contact's id, a device, or a unique field such as the e-mail.")
        )
    return contact_id, device, news, named


def _kind(sent: Mapping[str, Any]) -> str:
    kind = _text(sent, "kind", 33) or PAGE_HIT
    if kind == PAGE_HIT:
        return kind
    if len(kind) > 32 or not _KIND.fullmatch(kind):
        raise Refused(_("“kind” has up to 32 small letters, digits and dots, as in forum.post."))
    if kind.startswith(OWN):
        raise Refused(_("Names like this are kept for what the app itself says."))
    return kind


def _time(sent: Mapping[str, Any], now: datetime) -> datetime:
    text = _text(sent, "time", 64)
    if not text:
        return now
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or is_naive(found):
        raise Refused(_("“time” is not a moment with a time zone, as in 2024-05-31T14:30:00Z."))
    if not now - BACK <= found <= now + AHEAD:
        raise Refused(_("“time” lies in the future, or more than five years ago."))
    return min(found, now)


def _address(sent: Mapping[str, Any], anonymize: bool) -> str:
    text = _text(sent, "ip", 64)
    if not text:
        return ""
    try:
        address = str(ip_address(text))
    except ValueError:
        raise Refused(_("“ip” is not an IP address.")) from None
    return mask(address) if anonymize else address


def _data(sent: Mapping[str, Any], kind: str) -> dict[str, Any]:
    given = sent.get("data") or {}
    if not isinstance(given, Mapping):
        raise Refused(_("“data” must be an object."))
    if kind != PAGE_HIT:
        return dict(given)
    tags = {name: cut(_text(sent, name), MAX_UTM) for name in UTM}
    found = {
        "door": "server",
        "utm": {name: text for name, text in tags.items() if text},
        "language": _text(sent, "page_language", 100),
        "params": dict(given),
    }
    return {name: value for name, value in found.items() if value}


def _text(sent: Mapping[str, Any], name: str, limit: int = MAX_TEXT) -> str:
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise Refused(_("“%(name)s” must be text.") % {"name": name})
    text = storable(str(value)).strip()
    if len(text) > limit:
        raise Refused(_("“%(name)s” is too long.") % {"name": name})
    return text
