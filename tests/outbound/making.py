"""Messages that were sent, for the tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.activity.making import contact
from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.outbound import messages
from wagtail_contacttrack.outbound.links import links_for
from wagtail_contacttrack.outbound.models import Message, TrackedLink
from wagtail_contacttrack.tracking import clickthrough

TARGET = "https://shop.example.com/prices?plan=a#top"


def message(owner: Contact | None = None, **values: Any) -> Message:
    """A message that was sent an hour ago."""
    owner = owner or contact(email="ada@example.org", firstname="Ada")
    return Message.objects.create(
        **{
            "key": messages.new_key(),
            "contact": owner,
            "recipient": "ada@example.org",
            "subject": "News of March",
            "sent_at": timezone.now() - timedelta(hours=1),
            **values,
        }
    )


def link(url: str = TARGET, channel: str = "email") -> TrackedLink:
    return links_for([url], channel=channel)[url]


def token(sent: Message, **ago: float) -> str:
    now = timezone.now() - timedelta(**ago)
    return clickthrough.sign(sent.contact_id, message=sent.key, now=now)


def kinds() -> list[str]:
    """The kinds of all rows in the ledger, in their order."""
    return list(Activity.objects.order_by("id").values_list("kind", flat=True))
