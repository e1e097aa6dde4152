"""One message, made ready for the one person that it goes to."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from fnmatch import fnmatchcase
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import router
from django.urls import Resolver404, resolve, reverse

from ...conf import conf
from ...contacts.linking import contact_for
from ...contacts.models import Contact, Rule
from ...sql import writing
from ...tracking.clickthrough import sign
from ...tracking.paths import APP_NAME
from ...wire.text import storable
from .. import links, messages
from ..models import Message
from . import markup
from .options import Tracking, base_url_of, without_header

UNSUBSCRIBE_URL = "{unsubscribe_url}"
MAX_ADDRESS = 254
HTML, PLAIN = "text/html", "text/plain"


@dataclass(slots=True)
class Prepared:
    """What is sent instead of a message, and the row that knows about it."""

    mail: EmailMessage
    row: Message


def copy_of(mail: EmailMessage) -> EmailMessage:
    """The message for sending: whatever we do to it, its owner's stays as it is."""
    made = copy.copy(mail)
    made.extra_headers = without_header(mail.extra_headers)
    made.to, made.cc, made.bcc = list(mail.to), list(mail.cc), list(mail.bcc)
    if hasattr(mail, "alternatives"):
        made.alternatives = list(mail.alternatives)  # type: ignore[attr-defined]
    return made


def untouched(mail: EmailMessage) -> EmailMessage:
    """The message itself, or one without the header that is only for us."""
    has_ours = without_header(mail.extra_headers) != mail.extra_headers
    return copy_of(mail) if has_ours else mail


def address_of(recipient: Any) -> str:
    """The bare address out of what may stand in a header; "" if a contact cannot have it."""
    address = parseaddr(str(recipient))[1].strip()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= MAX_ADDRESS else ""


def prepare(mail: EmailMessage, tracking: Tracking, recipient: str, *, now: datetime) -> Prepared:
    """Make a message ready for its recipient, whose contact is made if there is none.

    All of it, or an exception and nothing.
    """
    base_url = base_url_of(tracking)
    using = router.db_for_write(Message)
    with writing(using, Contact._meta.db_table):
        owner = contact_for("email", recipient, rule=Rule.MESSAGE, now=now, using=using)
        row = Message.objects.using(using).create(
            key=messages.new_key(),
            contact=owner,
            recipient=recipient,
            subject=storable(" ".join(str(mail.subject).split())),
            bulk=tracking.bulk,
            date_added=now,
            sent_at=now,
        )
        made = copy_of(mail)
        _fill(made, tracking, row, base_url, now, using)
    return Prepared(made, row)


def _fill(
    made: EmailMessage, tracking: Tracking, row: Message, base_url: str, now: datetime, using: str
) -> None:
    way_out = base_url + reverse("wagtail_contacttrack:unsubscribe", args=[row.key])
    if tracking.bulk:
        _add_way_out(made, way_out)
    picture = base_url + reverse("wagtail_contacttrack:open_pixel", args=[row.key])
    addition = (
        f'<img src="{escape(picture)}" width="1" height="1" alt="" style="border:0">'
        if tracking.opens
        else ""
    )
    token = sign(row.contact_id, message=row.key, now=now)

    def tracked(html: str) -> str:
        html = html.replace(UNSUBSCRIBE_URL, escape(way_out))
        found: dict[str, Any] = {}
        if tracking.clicks:
            wanted = {url for url in markup.links_of(html) if _wanted(url, base_url)}
            found = links.links_for(wanted, channel=links.EMAIL, using=using) if wanted else {}

        def change(url: str) -> str | None:
            return links.address_of(found[url], base_url, token) if url in found else None

        return markup.rewritten(html, change, addition)

    _change_parts(made, tracked, lambda text: text.replace(UNSUBSCRIBE_URL, way_out))


def _change_parts(
    made: EmailMessage, html: Callable[[str], str], plain: Callable[[str], str]
) -> None:
    """Change the parts that people read; attachments and everything else stay as they are."""
    change = html if made.content_subtype == "html" else plain
    if made.content_subtype in ("html", "plain") and made.body:
        made.body = change(str(made.body))
    kinds = {HTML: html, PLAIN: plain}
    for number, part in enumerate(getattr(made, "alternatives", None) or ()):
        content, mimetype = part
        if mimetype in kinds and isinstance(content, str):
            changed = (kinds[mimetype](str(content)), mimetype)
            make = getattr(type(part), "_make", type(part))
            made.alternatives[number] = make(changed)  # type: ignore[attr-defined]


def _add_way_out(made: EmailMessage, address: str) -> None:
    """Let mail programs offer a button (RFC 8058), unless the message brings its own."""
    if any(name.lower() == "list-unsubscribe" for name in made.extra_headers):
        return
    made.extra_headers["List-Unsubscribe"] = f"<{address}>"
    if address.startswith("https://"):
        made.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _wanted(url: str, base_url: str) -> bool:
    if not links.is_trackable(url) or _is_door(url, base_url):
        return False
    return not any(fnmatchcase(url, str(pattern)) for pattern in conf.UNTRACKED_LINKS)


def _is_door(url: str, base_url: str) -> bool:
    """Whether an address is one of our own already."""
    parts = urlsplit(url)
    if parts.netloc.lower() != urlsplit(base_url).netloc.lower():
        return False
    try:
        return APP_NAME in resolve(parts.path or "/").app_names
    except Resolver404:
        return False
