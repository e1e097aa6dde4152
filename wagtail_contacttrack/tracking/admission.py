"""May this hit be kept? One reason code out of the closed list, or None for yes."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..wire import agents
from ..wire.addresses import is_private
from ..wire.hit import Hit
from .limiter import RateLimiter
from .reasons import Reason
from .sites import SiteOptions

OPAQUE = "null"

limiter = RateLimiter()


def admit(
    hit: Hit, site: SiteOptions, *, host: str, secure: bool, staff: bool, now: float
) -> Reason | None:
    """Return why the hit may not be kept, or None. The first reason that applies counts.

    `host` is the Host header of the request, `secure` whether it came by https, `staff` whether an
    editor's session came with it, `now` a Unix time.
    """
    if hit.too_large:
        return Reason.PAYLOAD_TOO_LARGE
    if staff:
        return Reason.STAFF_EXCLUDED
    if hit.prefetch:
        return Reason.PREFETCH
    if not site.track_private and (not hit.address or is_private(hit.address)):
        return Reason.PRIVATE_IP
    if hit.address and hit.address in site.blocked:
        return Reason.BLOCKED_IP
    if agents.is_bot(hit.user_agent, site.extra_bots):
        return Reason.BOT
    if hit.signal and site.respect_signals:
        return Reason(hit.signal)
    if not _page_may_send(hit, site, host, secure):
        return Reason.ORIGIN_NOT_LISTED
    if not limiter.allow(hit.address, site.rate_limit, now):
        return Reason.RATE_LIMITED
    return None


def _page_may_send(hit: Hit, site: SiteOptions, host: str, secure: bool) -> bool:
    """Whether the page that sent the hit may do so.

    Plain pixels carry no origin and work everywhere, as e-mails and apps need it. The script's own
    image fallback is held to the origin of the page that it stands on. So are its beacons from
    websites with a strict referrer policy, where browsers write "null" instead of the origin.
    """
    if not site.restrict_origins:
        return True
    origin = "" if hit.origin == OPAQUE else hit.origin
    if not origin and (hit.tracker or hit.origin):
        origin = _page_origin(hit)
    return not origin or origin_allowed(origin, site, host, secure)


def is_trusted(hit: Hit, site: SiteOptions, *, host: str, secure: bool) -> bool:
    """Whether a hit may say who its visitor is: by a device id, by fields, by a link.

    Not if a page of any website may have put that there: its owner would choose who our visitors
    are. Browsers say when a page of another website asks for a pixel; apps say nothing of the kind.
    """
    if hit.origin or hit.tracker or not site.restrict_origins:
        # Held to its origin already.
        return True
    foreign = hit.fetch_site in ("cross-site", "same-site")
    if not (foreign or hit.referer):
        return True
    origin = _origin_of(hit.referer)
    return bool(origin) and origin_allowed(origin, site, host, secure)


def origin_allowed(origin: str, site: SiteOptions, host: str, secure: bool) -> bool:
    """Whether pages of an origin belong to the site: they are its own, or listed.

    To a request by https, the site's own pages are those by https: anybody on the way can change
    the others. Otherwise the scheme is left aside: behind a proxy that ends TLS, Django may not
    know about https.
    """
    if site.origins.allows(origin):
        return True
    if secure and not origin.lower().startswith("https://"):
        return False
    return _is_same_host(origin, host) or site.own_origins.allows(origin)


def _is_same_host(origin: str, host: str) -> bool:
    name = origin.partition("://")[2].lower()
    host = host.lower()
    if name == host:
        return True
    return _without_default_port(name) == _without_default_port(host)


def _without_default_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port in ("80", "443") else host


def _page_origin(hit: Hit) -> str:
    return _origin_of(hit.referer) or _origin_of(hit.page_url)


def _origin_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https") and parts.netloc:
        return f"{parts.scheme}://{parts.netloc}"
    return ""
