"""What became of an event, as editors read it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...outbound.webhooks.models import WebhookEvent
from ...outbound.webhooks.queue import TEST
from ...outbound.webhooks.triggers import label_of

# By the code in which a problem is kept.
SENTENCES: dict[str, Any] = {
    "address": _("The address is not one of the web."),
    "resolve": _("There is no server of this name."),
    "private": _("The name leads into a private network. Nothing is sent there."),
    "connect": _("The server cannot be reached."),
    "tls": _("The server's certificate is not valid, or no secure connection is possible."),
    "timeout": _("The server did not answer within 15 seconds."),
    "protocol": _("The server's answer could not be understood."),
    "payload": _("The event could not be prepared. The log of the website says more."),
}


def state(event: WebhookEvent) -> str:
    """ "delivered", "waiting" or "failed"."""
    if event.delivered_at is not None:
        return "delivered"
    return "waiting" if event.next_try is not None else "failed"


def state_text(event: WebhookEvent) -> str:
    """The same in a word or two."""
    if event.delivered_at is not None:
        return gettext("Delivered")
    if event.next_try is None:
        return gettext("Not delivered")
    return gettext("Is tried again") if event.attempts else gettext("Waiting")


def sentence(event: WebhookEvent) -> str:
    """What the receiver has answered, or why there was no answer; "" before the first attempt."""
    code, _mark, detail = event.last_error.partition(": ")
    if code == "redirect":
        text = gettext("The server leads on to %(address)s. Enter that address, if it is right.")
        return text % {"address": detail}
    if event.last_status is not None:
        return f"{event.last_status} {_phrase(event.last_status)}".strip()
    return str(SENTENCES.get(code, code))


def name(event: WebhookEvent) -> str:
    """What has happened."""
    return gettext("Test") if event.trigger == TEST else label_of(event.trigger)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
