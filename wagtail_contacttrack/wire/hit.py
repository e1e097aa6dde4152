"""A tracking request, understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .addresses import Networks, client_address
from .agents import MAX_LENGTH as MAX_USER_AGENT
from .body import body
from .ids import valid_tracking_id
from .packed import unpack
from .page import take_page
from .params import MAX_VALUE, Intake, Param, first_text, query
from .request import RawRequest
from .text import cut, header_text, storable

Door: TypeAlias = Literal["event", "pixel", "link", "open"]
Signal: TypeAlias = Literal["", "dnt", "gpc"]

DAY_MS = 86_400_000
MAX_ENGAGED_MS = DAY_MS
MAX_AGE_MS = 7 * DAY_MS
_MAX_LANGUAGES = 20
_MAX_HEADER = 300
_MAX_PAGE_ID = 2**31 - 1

# The device's own cookie, and under which names old clients give the same id back.
_DEVICE_COOKIES = ("mautic_device_id", "mtc_device_id", "mtc_sid")
# How tracker and server talk to each other; nothing that anybody would want to see again.
_TRANSPORT = (
    "d", "mautic_device_id", "mtc_event_id", "mtc_leave", "mtc_engaged", "mtc_age", "mtc_page",
    "mtc_locale", "mtc_identity", "mtc_id", "mtc_sid",
)  # fmt: skip

_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LOCALE = re.compile(r"[A-Za-z0-9_@.-]{1,100}")
_NUMBER = re.compile(r"\+?([0-9]{1,18})(?:\.[0-9]*)?")
_COUNTRY = re.compile(r"[A-Z]{2}")
# What Cloudflare says of an address whose country it does not know.
_NO_COUNTRY = "XX"


@dataclass(slots=True)
class Hit:
    """What one request says, under one set of names whatever way its bytes took.

    Every text is storable; "" stands for unknown.
    """

    door: Door
    method: str
    page_url: str = ""
    page_title: str = ""
    page_referrer: str = ""
    page_language: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    params: dict[str, Param] = field(default_factory=dict)
    clickthrough: str | dict[str, Param] = ""
    # What the website has signed about its visitor. Not to be stored.
    identity: str = ""
    cookie_device: str = ""
    param_device: str = ""
    previous_hit: str = ""
    event_id: str = ""
    leaves: str = ""
    engaged_ms: int = 0
    age_ms: int = 0
    wagtail_page: int | None = None
    wagtail_locale: str = ""
    address: str = ""
    user_agent: str = ""
    accept_language: list[str] = field(default_factory=list)
    origin: str = ""
    referer: str = ""
    fetch_site: str = ""
    signal: Signal = ""
    prefetch: bool = False
    country: str = ""
    too_large: bool = False
    problems: tuple[str, ...] = ()

    @property
    def tracker(self) -> bool:
        """Whether the browser script sent it."""
        return bool(self.event_id or self.leaves)


def decode(
    raw: RawRequest,
    *,
    door: Door,
    trusted_proxies: Networks,
    max_body: int = 65536,
    country_header: str = "",
    title_is_field: bool = False,
) -> Hit:
    """Say what a tracking request means; never raises.

    Headers that name an address or a country count only from `trusted_proxies`.
    `title_is_field` says that visitors may set the contact field `title`, which then keeps that
    name for itself. A request larger than `max_body` is not looked into.
    """
    hit = _from_headers(raw, door, trusted_proxies, country_header)
    if len(raw.body) > max_body or len(raw.query) > max_body:
        hit.too_large = True
        hit.problems = ("too_large",)
        return hit
    intake = Intake()
    sent = query(raw.query, intake)
    if raw.body:
        sent.update(body(raw.body, raw.headers.get("content-type") or "", intake))
    packed = unpack(sent.pop("d", None), intake)
    _take_transport(hit, sent, intake)
    for name in _TRANSPORT:
        packed.pop(name, None)
    page = take_page(
        sent,
        packed,
        own_url=_own_url(raw, door),
        referer=hit.referer,
        is_pixel=door == "pixel",
        title_is_field=title_is_field,
    )
    hit.page_url, hit.page_title = page.url, page.title
    hit.page_referrer, hit.page_language = page.referrer, page.language
    hit.utm, hit.clickthrough = page.utm, page.clickthrough
    hit.params = {**packed, **sent} if packed else sent
    if not hit.signal and first_text(hit.params.get("do_not_track")).lower() in ("true", "1"):
        hit.signal = "dnt"
    hit.problems = tuple(intake.problems)
    return hit


def _from_headers(raw: RawRequest, door: Door, trusted: Networks, country_header: str) -> Hit:
    get = raw.headers.get
    hit = Hit(
        door=door,
        method=raw.method,
        address=client_address(raw.peer, raw.headers, trusted),
        user_agent=cut(header_text(get("user-agent") or ""), MAX_USER_AGENT),
        accept_language=_languages(get("accept-language") or ""),
        origin=cut(header_text(get("origin") or ""), _MAX_HEADER),
        referer=cut(header_text(get("referer") or ""), MAX_VALUE),
        fetch_site=cut(header_text(get("sec-fetch-site") or ""), 16),
        prefetch=any(_is_prefetch(get(name)) for name in ("sec-purpose", "purpose", "x-moz")),
    )
    if get("dnt") == "1":
        hit.signal = "dnt"
    elif get("sec-gpc") == "1":
        hit.signal = "gpc"
    if country_header and raw.peer in trusted:
        hit.country = _country(get(country_header.lower()))
    hit.previous_hit = cut(storable(raw.cookies.get("mautic_referer_id") or ""), _MAX_HEADER)
    hit.cookie_device = cookie_device(raw.cookies)
    return hit


def cookie_device(cookies: Mapping[str, str]) -> str:
    """The device's tracking id as its cookies say it; "" if they do not."""
    for name in _DEVICE_COOKIES:
        value = cookies.get(name)
        if value and valid_tracking_id(value):
            return value
    return ""


def _take_transport(hit: Hit, sent: dict[str, Param], intake: Intake) -> None:
    """Take what tracker and server tell each other out of the parameters."""
    taken = {name: first_text(sent.pop(name)) for name in _TRANSPORT if name in sent}
    if not taken:
        return
    device = taken.get("mautic_device_id", "")
    hit.param_device = device if valid_tracking_id(device) else ""
    hit.event_id = _event_id(taken.get("mtc_event_id", ""), intake)
    hit.leaves = _event_id(taken.get("mtc_leave", ""), intake)
    hit.engaged_ms = _number(taken.get("mtc_engaged", ""), MAX_ENGAGED_MS)
    hit.age_ms = _number(taken.get("mtc_age", ""), MAX_AGE_MS)
    page = _number(taken.get("mtc_page", ""), _MAX_PAGE_ID + 1)
    hit.wagtail_page = page if 0 < page <= _MAX_PAGE_ID else None
    hit.identity = taken.get("mtc_identity", "")
    locale = taken.get("mtc_locale", "")
    hit.wagtail_locale = locale if _LOCALE.fullmatch(locale) else ""


def _event_id(value: str, intake: Intake) -> str:
    if value and not _EVENT_ID.fullmatch(value):
        intake.note("event_id_invalid")
        return ""
    return value


def _number(value: str, most: int) -> int:
    """A count of milliseconds and the like, between 0 and `most`; 0 for anything else."""
    found = _NUMBER.fullmatch(value)
    return min(int(found.group(1)), most) if found else 0


def _own_url(raw: RawRequest, door: Door) -> str:
    """A pixel that was asked for without any parameters stands for itself."""
    if door != "pixel" or raw.query:
        return ""
    default = ":443" if raw.scheme == "https" else ":80"
    return storable(cut(f"{raw.scheme}://{raw.host.removesuffix(default)}{raw.path}", MAX_VALUE))


def _languages(header: str) -> list[str]:
    """The languages of an Accept-Language header in its order, without their weights."""
    found = []
    for part in header[:_MAX_HEADER].split(",")[:_MAX_LANGUAGES]:
        language = part.partition(";")[0].strip()
        if language and language != "*":
            found.append(storable(language))
    return found


def _is_prefetch(header: str | None) -> bool:
    """Whether the browser says that nobody has seen the page yet."""
    if not header:
        return False
    header = header.lower()
    return "prefetch" in header or "prerender" in header


def _country(header: str | None) -> str:
    code = (header or "").strip().upper()
    return code if code != _NO_COUNTRY and _COUNTRY.fullmatch(code) else ""
