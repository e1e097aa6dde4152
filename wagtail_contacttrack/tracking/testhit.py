"""A real hit on request, so that editors see whether the way in is open, and if not, why.

It goes through the same `pipeline.handle` as every visit. All tests of a site come from one device
of their own, so they leave a single contact behind, which the next test replaces and which can be
deleted without touching anybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from wagtail.models import Site

from ..activity.models import Activity, TrackedPage
from ..contacts.models import Contact
from ..contacts.removal import remove
from ..wire.hit import Hit, decode
from ..wire.ids import TRACKING_ID_LENGTH, new_tracking_id
from ..wire.request import RawRequest
from .outcome import Outcome
from .pipeline import handle
from .sites import SiteOptions, options_for_site

# What a visitor's browser and the proxies on its way say; nothing that tells who the editor is.
HEADERS = (
    "user-agent", "accept-language", "dnt", "sec-gpc", "x-forwarded-for", "forwarded", "client-ip",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a test comes from: the socket's address, and headers by lower-case name."""

    peer: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """How a test ended, what had arrived, and the row that was stored, if one was."""

    outcome: Outcome
    hit: Hit
    row: Activity | None


def send(
    site: Site, sender: Sender, *, page_url: str = "", staff: bool = False, now: datetime
) -> Result:
    """Send one page view of `page_url`, or of the site's root, as the script does.

    An address on another website is sent as that website's visitors would send it; `staff` sends
    it as an editor who is logged in. Replaces what an earlier test has left.
    """
    discard(site)
    options = options_for_site(site)
    raw = _request(site, options, sender, page_url or f"{site.root_url}/")
    hit = decode(
        raw,
        door="event",
        trusted_proxies=options.trusted_proxies,
        country_header=options.country_header,
    )
    outcome = handle(raw, door="event", site=options, staff=staff, now=now)
    row = None
    if outcome.activity_id is not None:
        rows = Activity.objects.select_related("contact", "agent", "page")
        row = rows.filter(pk=outcome.activity_id).first()
    if row and row.page_id:
        # A page that nobody has visited yet must not be called by the title of a test.
        TrackedPage.objects.filter(pk=row.page_id, title=row.title).update(title="")
    return Result(outcome, hit, row)


def discard(site: Site) -> int:
    """Delete the contact that tests of this site have made; return how many there were.

    Once an editor has given it a name of its own, it is no longer ours to delete.
    """
    found = Contact.objects.anonymous().filter(devices__tracking_id=device_of(site))
    return remove(list(found.values_list("pk", flat=True)))


def device_of(site: Site) -> str:
    """The tracking id of a site's tests: always the same, and nobody else can know it."""
    digest = salted_hmac("wagtail_contacttrack.test_hit", str(site.pk), algorithm="sha256")
    return digest.hexdigest()[:TRACKING_ID_LENGTH]


def _request(site: Site, options: SiteOptions, sender: Sender, page_url: str) -> RawRequest:
    root = urlsplit(site.root_url)
    page = urlsplit(page_url)
    names = (*HEADERS, options.country_header.lower())
    headers = {name: value for name in names if name and (value := sender.headers.get(name))}
    headers["content-type"] = "application/x-www-form-urlencoded"
    if page.scheme in ("http", "https") and page.netloc:
        headers["origin"] = f"{page.scheme}://{page.netloc}"
    values = {
        "page_url": page_url,
        "page_title": gettext("Test hit"),
        "mtc_event_id": new_tracking_id(),
        "mautic_device_id": device_of(site),
    }
    return RawRequest(
        method="POST",
        path="/mtc/event",
        query="",
        headers=headers,
        cookies={},
        body=urlencode(values).encode(),
        peer=sender.peer,
        scheme=root.scheme,
        host=root.netloc,
    )
