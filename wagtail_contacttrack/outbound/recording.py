"""Keep what became of messages and links: counters, and rows in the timeline of whom they are for.

Each function is one transaction, committed when it returns. Counters of one message or link are
kept right by locking its row, and what counts only the first time by locking the contact's.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import DataError, Error, IntegrityError, OperationalError, connections, router
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.utils.crypto import salted_hmac

from ..activity.adding import add
from ..activity.models import Activity
from ..contacts.models import Device, Presence
from ..contacts.resolving import survivor_id
from ..sql import writing
from ..tracking import lookups
from ..wire.ids import text_key
from . import kinds
from .models import LinkVisitor, Message, TrackedLink

if TYPE_CHECKING:
    from .doors import Entering

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

ATTEMPTS = 3
SALT = "wagtail_contacttrack.link_visitor"


def followed(came: Entering, link: TrackedLink) -> bool:
    """Keep that somebody followed a link; whether that could be written."""
    return _tried(lambda using: _follow(came, link, using))


def opened(came: Entering, message: Message) -> bool:
    """Keep that somebody opened a message; whether that could be written."""
    return _tried(lambda using: _open(came, message, using))


def note(
    kind: str,
    contact_id: int,
    *,
    now: datetime,
    title: str = "",
    message: int | None = None,
    by_editor: bool = False,
    using: str | None = None,
) -> bool:
    """Add a row to the timeline of whoever this contact is today; False if there is nobody."""
    using = using or router.db_for_write(Activity)
    with writing(using, Activity._meta.db_table):
        owner = lock(contact_id, using)
        if owner is not None:
            facts = {"message": message, "editor": by_editor}
            data = {name: value for name, value in facts.items() if value}
            add(kind, owner, now=now, title=title, data=data, using=using)
    return owner is not None


def lock(contact_id: int, using: str) -> int | None:
    """Who this contact is today, neither merged nor deleted until the transaction ends."""
    owner = survivor_id(contact_id, using=using)
    while owner is not None:
        presences = Presence.objects.using(using).select_for_update()
        held = presences.filter(contact_id=owner).values_list("contact_id", flat=True).first()
        before, owner = owner, survivor_id(contact_id, using=using)
        if held is not None and owner == before:
            return owner
        if owner == before:
            return None
    return None


def _follow(came: Entering, link: TrackedLink, using: str) -> None:
    contact_id, device = came.contact_id, _device(came, using)
    if contact_id is None and device is not None and not came.machine:
        contact_id = device.contact_id
    kind = kinds.EMAIL_CLICKED if came.message else kinds.LINK_CLICKED
    owner = None
    if contact_id is not None:
        title = came.message.subject if came.message else ""
        owner = _add(came, kind, contact_id, using, title=title, url=link.url, link=link.pk)
    if came.machine:
        return
    if came.message is not None:
        Message.objects.using(using).filter(pk=came.message.pk).update(
            clicks=F("clicks") + 1,
            clicked_at=Coalesce("clicked_at", came.now),
            # Who follows a link has opened the message, with pictures or without.
            opened_at=Coalesce("opened_at", came.now),
        )
    _count(link, _visitor(came, owner), using)


def _open(came: Entering, message: Message, using: str) -> None:
    owner = _add(
        came, kinds.EMAIL_OPENED, message.contact_id, using, title=message.subject, once=True
    )
    if owner is None or came.machine:
        return
    Message.objects.using(using).filter(pk=message.pk).update(
        opens=F("opens") + 1,
        opened_at=Coalesce("opened_at", came.now),
        last_opened_at=Greatest(Coalesce("last_opened_at", came.now), came.now),
    )


def _add(
    came: Entering,
    kind: str,
    contact_id: int,
    using: str,
    *,
    title: str,
    url: str = "",
    link: int | None = None,
    once: bool = False,
) -> int | None:
    """A row for whoever the contact is today, who is returned; None if there is nobody.

    `once` adds no second row for one message. Neither does the same machine get one.
    """
    owner = lock(contact_id, using)
    if owner is None:
        return None
    data: dict[str, Any] = {"message": came.message.pk if came.message else None, "link": link}
    data["machine"] = came.machine
    key = None
    if once or came.machine:
        what = came.message.key if came.message else f"contact {contact_id}"
        key = text_key(f"{kind} {what} {came.machine}")
        if Activity.objects.using(using).filter(event_key=key).exists():
            return owner
    device = _device(came, using)
    add(
        kind,
        owner,
        now=came.now,
        title=title,
        url=url,
        data={name: value for name, value in data.items() if value},
        device_id=device.pk if device and device.contact_id == owner else None,
        site_id=came.site.site_id,
        agent_id=_agent(came.hit.user_agent, using),
        address=came.hit.address,
        key=key,
        using=using,
    )
    if not came.machine:
        presences = Presence.objects.using(using).filter(contact_id=owner, at__lt=came.now)
        presences.update(at=came.now)
    return owner


def _device(came: Entering, using: str) -> Device | None:
    tracking_id = came.hit.cookie_device
    if not tracking_id:
        return None
    return Device.objects.using(using).filter(tracking_id=tracking_id).first()


def _agent(user_agent: str, using: str) -> int | None:
    if not user_agent:
        return None
    with writing(using, Activity._meta.db_table) as (cursor, sql):
        lookups.learn_agents(cursor, sql, [user_agent])
    return lookups.user_agents.get(user_agent)


def _visitor(came: Entering, owner: int | None) -> uuid.UUID:
    """One key for all visits of one person, as far as they can be told; it does not tell who."""
    if owner is not None:
        who = f"contact {owner}"
    elif came.hit.cookie_device:
        who = f"device {came.hit.cookie_device}"
    else:
        who = f"browser {came.hit.address} {came.hit.user_agent}"
    return text_key(salted_hmac(SALT, who, algorithm="sha256").hexdigest())


def _count(link: TrackedLink, visitor: uuid.UUID, using: str) -> None:
    rows = TrackedLink.objects.using(using).filter(pk=link.pk)
    # From here on, nobody else counts this link until we are done.
    rows.update(hits=F("hits") + 1)
    visitors = LinkVisitor.objects.using(using)
    if not visitors.filter(link=link, visitor=visitor).exists():
        visitors.create(link=link, visitor=visitor)
        rows.update(unique_hits=F("unique_hits") + 1)


def _tried(work: Callable[[str], None]) -> bool:
    """Do the work; whether it was committed."""
    try:
        committed(work)
    except Error as error:
        level = logging.WARNING if isinstance(error, DataError) else logging.ERROR
        logger.log(level, "A click or an opening could not be stored.", exc_info=error)
        return False
    return True


def committed(work: Callable[[str], Result]) -> Result:
    """Do the work in a transaction, a few times where that can help, and return its result.

    Raises the database's error if it does not go in the end.
    """
    using = router.db_for_write(Activity)
    connection = connections[using]
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with writing(using, Activity._meta.db_table):
                result = work(using)
        except Error as error:
            lookups.drop()
            passing = isinstance(error, OperationalError | IntegrityError)
            if attempt == ATTEMPTS or not passing or connection.in_atomic_block:
                raise
            connection.close_if_unusable_or_obsolete()
        else:
            break
    # Within a transaction of the caller, nothing is certain yet.
    if connection.in_atomic_block:
        lookups.drop()
    else:
        lookups.keep()
    return result
