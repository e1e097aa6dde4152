"""The closed list of reasons: every tracking request ends with exactly one of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    RECORDED = "recorded", _("Recorded")
    PAGE_LEFT = "page_left", _("End of a page view recorded")
    DUPLICATE = "duplicate", _("Already recorded")
    STAFF_EXCLUDED = "staff_excluded", _("Logged-in editor")
    PRIVATE_IP = "private_ip", _("Private network")
    BLOCKED_IP = "blocked_ip", _("Blocked address")
    BOT = "bot", _("Bot or crawler")
    MACHINE = "machine", _("Mail scanner or image proxy")
    DNT = "dnt", _("Do Not Track")
    GPC = "gpc", _("Global Privacy Control")
    PREFETCH = "prefetch", _("Prefetched, not visited")
    ORIGIN_NOT_LISTED = "origin_not_listed", _("Website not listed")
    RATE_LIMITED = "rate_limited", _("Too many requests")
    PAYLOAD_TOO_LARGE = "payload_too_large", _("Request too large")
    INVALID = "invalid", _("Unusable request")
    STORAGE_FAILED = "storage_failed", _("Database not available")


KEPT = frozenset({Reason.RECORDED, Reason.PAGE_LEFT, Reason.DUPLICATE})

_OBJECTION = _(
    "The visitor's browser asks not to be tracked. To record these visitors nevertheless, turn off "
    "“Respect Do Not Track and Global Privacy Control” in the tracking settings."
)
# What editors can do about a refusal, or have done by the developer of their site.
REMEDIES = {
    Reason.STAFF_EXCLUDED: _(
        "Editors who are logged in are not tracked. Test in a private window, or log out."
    ),
    Reason.PRIVATE_IP: _(
        "Visits from private networks are not tracked. To test on your own machine, set "
        "TRACK_PRIVATE_IP_RANGES to True. If every visitor gets this reason, your proxy is "
        "missing from TRUSTED_PROXIES."
    ),
    Reason.BLOCKED_IP: _(
        "The address is on the list of addresses that are not tracked. To count it, take it off "
        "the list in the tracking settings, or have your developer take it out of DO_NOT_TRACK_IPS."
    ),
    Reason.BOT: _(
        "The browser says that it is a crawler; there is nothing to do. If people are refused, "
        "have your developer shorten the list in DO_NOT_TRACK_BOTS."
    ),
    Reason.MACHINE: _(
        "A machine opened a message or followed a link before its reader could, or on behalf of "
        "the reader; there is nothing to do. It is marked in the timeline and counts as nobody."
    ),
    Reason.DNT: _OBJECTION,
    Reason.GPC: _OBJECTION,
    Reason.PREFETCH: _("The browser loaded the page ahead of time; nobody has seen it yet."),
    Reason.ORIGIN_NOT_LISTED: _(
        "The page is on a website that is not listed. Add its origin, for example "
        "https://shop.example.com, to the websites in the tracking settings."
    ),
    Reason.RATE_LIMITED: _(
        "One address sent more requests in a minute than RATE_LIMIT allows. If many people share "
        "an address, have your developer raise it; if all visitors seem to, your proxy is missing "
        "from TRUSTED_PROXIES."
    ),
    Reason.PAYLOAD_TOO_LARGE: _(
        "The request was larger than MAX_BODY_SIZE. The tracker itself never sends so much: have "
        "your developer look at the parameters that your pages add."
    ),
    Reason.INVALID: _(
        "The request could not be used: it was broken, or reported the end of a page view that is "
        "not known."
    ),
    Reason.STORAGE_FAILED: _("The database could not be reached. See the server's log."),
}
