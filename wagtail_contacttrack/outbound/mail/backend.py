"""The backend that Django sends through; another one does the sending."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import Error
from django.utils import timezone
from django.utils.module_loading import import_string

from ...conf import conf
from ...contacts import consent
from ...contacts.linking import owner_of
from ..kinds import EMAIL_SENT, EMAIL_SKIPPED
from ..models import Message
from ..recording import note
from .options import Tracking, tracking_of
from .preparing import Prepared, address_of, copy_of, prepare, untouched

logger = logging.getLogger(__name__)

PATH = "wagtail_contacttrack.outbound.mail.TrackingEmailBackend"


class TrackingEmailBackend(BaseEmailBackend):
    """Prepares the messages that want to be tracked, and hands all of them to `EMAIL_BACKEND`.

    A message that cannot be prepared is sent as it is. One that goes to several recipients cannot
    tell them apart, and is sent as it is as well; bulk mail still leaves those out who want none.
    """

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__()
        if conf.EMAIL_BACKEND in (PATH, f"{__name__}.TrackingEmailBackend"):
            raise ImproperlyConfigured("CONTACTTRACK['EMAIL_BACKEND'] must be another backend.")
        # Only where it is wanted: from Django 6.1 on, backends need not know it.
        silence = {"fail_silently": True} if fail_silently else {}
        self.inner = import_string(conf.EMAIL_BACKEND)(**silence, **kwargs)
        self._mutex = threading.RLock()

    def __getstate__(self) -> dict[str, Any]:
        """For copies of messages, which know the backend that they are sent through."""
        return {name: value for name, value in vars(self).items() if name != "_mutex"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._mutex = threading.RLock()

    def open(self) -> bool | None:
        return self.inner.open()

    def close(self) -> None:
        self.inner.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send them in their order; return how many were sent."""
        wanted = [(mail, tracking_of(mail)) for mail in email_messages or ()]
        if not any(tracking for _mail, tracking in wanted):
            return self.inner.send_messages([untouched(mail) for mail, _none in wanted]) or 0
        with self._mutex:
            opened = self.inner.open()
            try:
                return sum(self._send(mail, tracking) for mail, tracking in wanted)
            finally:
                if opened:
                    self.inner.close()

    def _send(self, mail: EmailMessage, tracking: Tracking | None) -> int:
        if tracking is None:
            return self._hand_over(untouched(mail))
        made = self._without_unwilling(mail) if tracking.bulk else copy_of(mail)
        recipients = made.recipients()
        if mail.recipients() and not recipients:
            return 0
        if len(recipients) == 1 and (ready := self._prepared(made, tracking)):
            made, sent = ready.mail, self._send_prepared(ready)
        else:
            sent = self._hand_over(made)
        # Some backends note on a message what became of it, and its owner looks there.
        news = {name: value for name, value in vars(made).items() if name not in vars(mail)}
        vars(mail).update(news)
        return sent

    def _hand_over(self, mail: EmailMessage) -> int:
        sent = self.inner.send_messages([mail])
        # Some backends do not count.
        return 1 if sent is None else int(sent)

    def _without_unwilling(self, mail: EmailMessage) -> EmailMessage:
        """The message for those only who may be written to; the others' timelines say so."""
        made = copy_of(mail)
        for recipient in mail.recipients():
            contact_id = owner_of("email", address_of(recipient))
            if contact_id is None or consent.may_contact(contact_id):
                continue
            for people in (made.to, made.cc, made.bcc):
                people[:] = [person for person in people if person != recipient]
            logger.info("Bulk mail to contact %s is not sent: it wants none.", contact_id)
            note(EMAIL_SKIPPED, contact_id, now=timezone.now(), title=str(mail.subject))
        return made

    def _prepared(self, mail: EmailMessage, tracking: Tracking) -> Prepared | None:
        recipient = address_of(mail.recipients()[0])
        if not recipient:
            # Such as names on one's own machine; no contact has an address like that.
            return None
        try:
            return prepare(mail, tracking, recipient, now=timezone.now())
        except Exception:
            # Mail is more important than knowing what became of it.
            logger.exception("A message could not be prepared for tracking and is sent as it is.")
            return None

    def _send_prepared(self, prepared: Prepared) -> int:
        row = prepared.row
        try:
            sent = self._hand_over(prepared.mail)
        except BaseException:
            self._forget(row)
            raise
        if not sent:
            self._forget(row)
            return 0
        try:
            note(EMAIL_SENT, row.contact_id, now=row.date_added, title=row.subject, message=row.pk)
        except Error:
            logger.exception("That a message was sent could not be noted.")
        return sent

    @staticmethod
    def _forget(row: Message) -> None:
        try:
            row.delete()
        except Error:
            logger.exception("A message that was not sent could not be deleted.")
