"""Browsers without a network: hits go the way of a visit, and cookies come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from wagtail.models import Site

from wagtail_contacttrack.contacts import fieldset
from wagtail_contacttrack.contacts.models import ContactField
from wagtail_contacttrack.tracking import sites
from wagtail_contacttrack.tracking.outcome import Outcome
from wagtail_contacttrack.tracking.pipeline import handle
from wagtail_contacttrack.wire.request import RawRequest

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def open_fields(*aliases: str, unique: tuple[str, ...] = ()) -> None:
    """Let browsers set these contact fields; those that do not exist yet are added."""
    for alias in aliases:
        ContactField.objects.update_or_create(
            object="contact",
            alias=alias,
            defaults={"publicly_updatable": True},
            create_defaults={"label": alias, "publicly_updatable": True},
        )
    ContactField.objects.filter(object="contact", alias__in=unique).update(unique_identifier=True)
    fieldset.clear()


@dataclass
class Browser:
    """Keeps the device cookie that the last answer has set."""

    device: str = ""

    def visit(self, path: str = "", *, now: datetime, **params: str) -> Outcome:
        """Ask for the pixel of a page, with further parameters."""
        query = urlencode({"page_url": f"https://site.example/{path}", **params})
        raw = RawRequest(
            method="GET",
            path="/mtracking.gif",
            query=query,
            headers={"user-agent": AGENT},
            cookies={"mautic_device_id": self.device} if self.device else {},
            body=b"",
            peer="203.0.113.9",
            scheme="https",
            host="site.example",
        )
        options = sites.options_for_site(Site.objects.get(is_default_site=True))
        outcome = handle(raw, door="pixel", site=options, now=now)
        if outcome.tracking_id:
            self.device = outcome.tracking_id
        return outcome
