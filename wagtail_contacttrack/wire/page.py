"""The page that a hit is about: its address, title, referrer, language and campaign."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from .params import Intake, Param, first_text, query
from .text import cut, storable

UTM = ("utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term")
MAX_UTM = 191

# What says who somebody is belongs into no address that is kept.
_IDENTITY = re.compile(r"(?<=[?&])mtc_identity=[^&#]*&?", re.IGNORECASE)


@dataclass(slots=True)
class Page:
    """What is known about the page; "" where it is unknown."""

    url: str = ""
    title: str = ""
    referrer: str = ""
    language: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    clickthrough: str | dict[str, Param] = ""


def take_page(
    sent: dict[str, Param],
    packed: dict[str, Param],
    *,
    own_url: str,
    referer: str,
    is_pixel: bool,
    title_is_field: bool,
) -> Page:
    """Take everything about the page out of the parameters that were sent and those inside `d`.

    What was sent outright wins over `d`, and that over the page's own query string, which gives
    campaign tags and `ct` and nothing else. `own_url` is the address of the request itself where
    that may stand for the page, else "".
    """
    knows_referrer = _mentions_referrer(sent) or _mentions_referrer(packed)
    page = Page(
        url=_take(sent, packed, "page_url", "url") or own_url or referer,
        title=_take_title(sent, packed, title_is_field),
        referrer=_take(sent, packed, "page_referrer", "referrer"),
        language=_take(sent, packed, "page_language", "language"),
    )
    if not knows_referrer and _host(referer) != _host(page.url):
        page.referrer = referer
    if page.referrer and _bare(page.referrer) == _bare(page.url):
        # WordPress falls back to the page itself.
        page.referrer = ""
    page.url, page.referrer = without_identity(page.url), without_identity(page.referrer)
    within = _query_of(page.url)
    outside = _referer_query(page.url, within, referer) if is_pixel else {}
    for name in UTM:
        given = _take(sent, packed, name)
        if value := given or first_text(within.get(name)) or first_text(outside.get(name)):
            page.utm[name] = cut(value, MAX_UTM)
    page.clickthrough = _clickthrough(sent.pop("ct", ""), packed.pop("ct", ""), within.get("ct"))
    return page


def without_identity(url: str) -> str:
    """An address without a signed identity in its query string."""
    if "mtc_identity" not in url.lower():
        return url
    start, mark, end = _IDENTITY.sub("", url).partition("#")
    return start.rstrip("?&") + mark + end


def _take(sent: dict[str, Param], packed: dict[str, Param], name: str, old_name: str = "") -> str:
    first, second = _take_from(sent, name, old_name), _take_from(packed, name, old_name)
    return first or second


def _take_from(source: dict[str, Param], name: str, old_name: str) -> str:
    value = first_text(source.pop(name, ""))
    if not value and old_name and old_name in source:
        return first_text(source.pop(old_name))
    return value


def _take_title(sent: dict[str, Param], packed: dict[str, Param], title_is_field: bool) -> str:
    """The page's title; a bare `title` may also be how a contact wants to be addressed.

    WordPress puts HTML entities into the titles inside `d`. They are decoded there and nowhere
    else: a title that was sent outright is stored as it is.
    """
    title, coded = first_text(sent.pop("page_title", "")), first_text(packed.pop("page_title", ""))
    if not title and not coded:
        if "title" in sent and not title_is_field:
            title = first_text(sent.pop("title"))
        if "title" in packed:
            coded = first_text(packed.pop("title"))
    return title or storable(html.unescape(coded))


def _mentions_referrer(source: dict[str, Param]) -> bool:
    return "page_referrer" in source or "referrer" in source


def _clickthrough(*candidates: Param | None) -> str | dict[str, Param]:
    for candidate in candidates:
        if candidate:
            return first_text(candidate) if isinstance(candidate, list) else candidate
    return ""


def _query_of(url: str) -> dict[str, Param]:
    """The parameters in an address; none when it cannot hold any of those that count."""
    text = url.partition("#")[0].partition("?")[2]
    if not text or ("utm" not in text and "ct" not in text):
        return {}
    return query(text, Intake())


def _referer_query(url: str, within: dict[str, Param], referer: str) -> dict[str, Param]:
    """What the browser's own idea of the page's address adds.

    WordPress leaves the campaign tags out of the `page_url` that it writes into its pixel.
    """
    if not referer or any(name in within for name in UTM) or _host(referer) != _host(url):
        return {}
    return _query_of(referer)


def _host(url: str) -> str:
    """Host and port as they compare; "" for what is not an address of the web."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return ""
    for mark in "/?#":
        rest = rest.partition(mark)[0]
    host = rest.rpartition("@")[2].lower()
    default = ":443" if scheme.lower() == "https" else ":80"
    return host.removesuffix(default)


def _bare(url: str) -> str:
    """The address without what makes no difference: scheme, fragment and a slash at the root."""
    address = url.partition("#")[0]
    host = _host(address)
    if not host:
        return address
    rest = address.partition("://")[2]
    start = min((at for at in map(rest.find, "/?") if at >= 0), default=len(rest))
    tail = rest[start:]
    return host + (tail if tail.startswith("/") else "/" + tail)
