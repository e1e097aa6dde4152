"""The cookies that a tracking answer sets."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse

from ..conf import conf
from .outcome import Outcome
from .pipeline import SESSION_GAP, sign_previous

DEVICE = "mautic_device_id"
CONTACT = "mtc_id"
LEGACY_DEVICE = "mtc_sid"
PREVIOUS = "mautic_referer_id"


def set_cookies(response: HttpResponse, outcome: Outcome, *, secure: bool, now: datetime) -> None:
    """Let the visitor be recognised next time.

    On https the cookies reach us from other websites too; a browser accepts that only together
    with Secure. On http they are sent to this site alone.
    """
    lifetime = conf.COOKIE_MAX_AGE
    _set(response, DEVICE, outcome.tracking_id or "", lifetime, secure)
    _set(response, CONTACT, str(outcome.contact_id), None, secure)
    _set(response, LEGACY_DEVICE, outcome.tracking_id or "", None, secure)
    if outcome.activity_id is not None:
        seconds = int(SESSION_GAP.total_seconds())
        _set(response, PREVIOUS, sign_previous(outcome, now), seconds, secure, hidden=True)


def _set(
    response: HttpResponse,
    name: str,
    value: str,
    max_age: int | None,
    secure: bool,
    hidden: bool = False,
) -> None:
    if conf.COOKIE_SECURE is not None:
        secure = conf.COOKIE_SECURE
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=conf.COOKIE_PATH,
        domain=conf.COOKIE_DOMAIN or None,
        secure=secure,
        httponly=hidden or conf.COOKIE_HTTPONLY,
        samesite="None" if secure else "Lax",
    )
