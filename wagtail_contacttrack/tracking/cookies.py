"""The cookies that a tracking answer sets."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from http.cookies import Morsel

from django.http import HttpResponse
from django.utils.http import http_date

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
    if conf.COOKIE_SECURE is not None:
        secure = conf.COOKIE_SECURE
    place = (conf.COOKIE_PATH, conf.COOKIE_DOMAIN or None, secure, conf.COOKIE_HTTPONLY)
    second = int(now.timestamp())
    device, contact = outcome.tracking_id or "", str(outcome.contact_id)
    values = [
        (DEVICE, device, conf.COOKIE_MAX_AGE, False),
        (CONTACT, contact, None, False),
        (LEGACY_DEVICE, device, None, False),
    ]
    if outcome.activity_id is not None:
        seconds = int(SESSION_GAP.total_seconds())
        values.append((PREVIOUS, sign_previous(outcome, now), seconds, True))
    for name, value, max_age, hidden in values:
        cookie = _blank(name, max_age, hidden, *place, second).copy()
        cookie.set(name, value, value)
        response.cookies[name] = cookie


@lru_cache(maxsize=64)
def _blank(
    name: str,
    max_age: int | None,
    hidden: bool,
    path: str,
    domain: str | None,
    secure: bool,
    httponly: bool,
    second: int,
) -> Morsel[str]:
    """A cookie without its value. All of one second are alike: `expires` follows from `max_age`."""
    expires = None if max_age is None else http_date(second + max_age)
    response = HttpResponse()
    response.set_cookie(
        name,
        max_age=max_age,
        expires=expires,
        path=path,
        domain=domain,
        secure=secure,
        httponly=hidden or httponly,
        samesite="None" if secure else "Lax",
    )
    return response.cookies[name]
