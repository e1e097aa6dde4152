"""Whether a message wants to be tracked, and how."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from wagtail.models import Site

logger = logging.getLogger(__name__)

ATTRIBUTE = "contacttrack"
HEADER = "X-Contacttrack"
_WORDS = {"on": False, "bulk": True}

AnyMessage = TypeVar("AnyMessage", bound=EmailMessage)


@dataclass(frozen=True, slots=True)
class Tracking:
    """How a message is tracked.

    `bulk` is for newsletters and the like: who has unsubscribed gets none, and mail programs show
    their own button for it. `base_url` is where the site is; without it, the default site of
    Wagtail is asked.
    """

    bulk: bool = False
    opens: bool = True
    clicks: bool = True
    base_url: str = ""


def track(
    message: AnyMessage,
    *,
    bulk: bool = False,
    opens: bool = True,
    clicks: bool = True,
    site: Site | None = None,
) -> AnyMessage:
    """Have a message tracked when it is sent by `TrackingEmailBackend`; returns the message."""
    base_url = site.root_url if site else ""
    setattr(message, ATTRIBUTE, Tracking(bulk, opens, clicks, base_url))
    return message


def tracking_of(message: EmailMessage) -> Tracking | None:
    """What a message says about itself: by `track`, by its attribute, or by its header."""
    said = getattr(message, ATTRIBUTE, None)
    if said is None:
        said = next((value for name, value in message.extra_headers.items() if _ours(name)), None)
    if said is None or said is False or isinstance(said, Tracking):
        return said or None
    word = "on" if said is True else str(said).strip().lower()
    if word in _WORDS:
        return Tracking(bulk=_WORDS[word])
    if word != "off":
        logger.warning("A message says %r about its tracking and is not tracked.", said)
    return None


def without_header(headers: dict[str, str]) -> dict[str, str]:
    """The headers without the one that is only for us."""
    return {name: value for name, value in headers.items() if not _ours(name)}


def base_url_of(tracking: Tracking) -> str:
    """Where recipients reach the site, without a slash at the end."""
    if tracking.base_url:
        return tracking.base_url.rstrip("/")
    site = Site.objects.filter(is_default_site=True).first()
    admin_url = str(getattr(settings, "WAGTAILADMIN_BASE_URL", "") or "")
    # A new Wagtail project calls its site so; nobody reaches that from a mail program.
    if site is not None and (site.hostname != "localhost" or not admin_url):
        return site.root_url.rstrip("/")
    if not admin_url:
        raise ValueError("There is neither a default site nor WAGTAILADMIN_BASE_URL.")
    return admin_url.rstrip("/")


def _ours(header: str) -> bool:
    return header.lower() == HEADER.lower()
