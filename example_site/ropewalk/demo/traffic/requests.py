"""The requests that browsers would send for what the plan says."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from wagtail_contacttrack.tracking.cookies import DEVICE, PREVIOUS
from wagtail_contacttrack.tracking.pipeline import sign_previous
from wagtail_contacttrack.wire.request import RawRequest

from .browsers import BOTS
from .plan import Leave, Stray, View

PROXY = "127.0.0.1"
COUNTRY_HEADER = "cf-ipcountry"
FORM = "application/x-www-form-urlencoded;charset=UTF-8"
STRANGER = "https://copycat.example"


class Browsers:
    """Makes requests to the site at `origin`, through a proxy that tells address and country."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        self.scheme, self.host = parts.scheme, parts.netloc

    def view(self, view: View) -> RawRequest:
        """A page view: what the script sends, or the pixel where scripts are off."""
        if not view.visitor.scripts:
            return self._pixel(view)
        return self._post(view, self._parameters(view), self._cookies(view))

    def leave(self, leave: Leave) -> RawRequest:
        """The beacon that is sent while a page is being left."""
        body = {
            "mtc_leave": leave.view.event_id,
            "mtc_engaged": str(leave.engaged),
            "mautic_device_id": leave.view.visitor.device,
        }
        headers = {"content-type": "text/plain;charset=UTF-8"}
        return self._post(leave.view, body, {DEVICE: leave.view.visitor.device}, headers)

    def stray(self, stray: Stray) -> RawRequest:
        """A request that the site does not count, for the reason that `stray.kind` names."""
        view, kind = stray.view, stray.kind
        body = self._parameters(view)
        if kind == "duplicate":
            return self._post(view, body, self._cookies(view))
        # Somebody else, of whom nothing must remain.
        body["mtc_event_id"] += f"-{kind}"
        body["mautic_device_id"] = view.visitor.device[::-1]
        headers: dict[str, str] = {}
        address = view.address
        if kind == "bot":
            headers["user-agent"] = BOTS[view.visitor.number % len(BOTS)]
        elif kind == "dnt":
            headers["dnt"] = "1"
            body["do_not_track"] = "true"
        elif kind == "gpc":
            headers["sec-gpc"] = "1"
        elif kind == "prefetch":
            headers["sec-purpose"] = "prefetch;prerender"
        elif kind == "private_ip":
            address = "192.168.1.23"
        elif kind == "origin_not_listed":
            headers["origin"], headers["referer"] = STRANGER, f"{STRANGER}/"
            body["page_url"] = f"{STRANGER}/shop.html"
        return self._post(view, body, {}, headers, address)

    def _parameters(self, view: View) -> dict[str, str]:
        person, place = view.visitor, view.place
        language = person.languages[0]
        found = {
            "page_title": place.title,
            "page_language": language,
            "preferred_locale": language.replace("-", "_"),
            "page_referrer": view.referrer,
            "timezone_offset": str(person.timezone_offset),
            "timezone": person.timezone,
            "resolution": person.browser.resolution,
            "platform": person.browser.platform,
            "do_not_track": "false",
            "page_url": view.url,
            "counter": str(view.counter),
            "mtc_event_id": view.event_id,
            "mautic_device_id": person.device,
        }
        if place.page:
            found |= {"mtc_page": str(place.page), "mtc_locale": place.locale}
        return found

    def _cookies(self, view: View) -> dict[str, str]:
        """What the server has set before. The cookie of the last page lives for half an hour."""
        if not view.returning:
            return {}
        cookies = {}
        previous = view.previous
        if view.visitor.scripts:
            cookies[DEVICE] = view.visitor.device
        if previous and previous.outcome and previous.outcome.activity_id:
            cookies[PREVIOUS] = sign_previous(previous.outcome, previous.time)
            cookies.setdefault(DEVICE, previous.outcome.tracking_id or "")
        return cookies

    def _pixel(self, view: View) -> RawRequest:
        query = urlencode({"page_url": view.place.url, "page_title": view.place.title})
        headers = self._headers(view, view.address) | {"referer": view.url}
        return RawRequest(
            method="GET",
            path="/mtracking.gif",
            query=query,
            headers=headers,
            cookies=self._cookies(view),
            body=b"",
            peer=PROXY,
            scheme=self.scheme,
            host=self.host,
        )

    def _post(
        self, view: View, body: dict[str, str], cookies: dict[str, str],
        headers: dict[str, str] | None = None, address: str = "",
    ) -> RawRequest:  # fmt: skip
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(view.url))
        common = {"content-type": FORM, "origin": origin, "referer": f"{origin}/"}
        return RawRequest(
            method="POST",
            path="/mtc/event",
            query="",
            headers=self._headers(view, address or view.address) | common | (headers or {}),
            cookies=cookies,
            body=urlencode(body).encode(),
            peer=PROXY,
            scheme=self.scheme,
            host=self.host,
        )

    def _headers(self, view: View, address: str) -> dict[str, str]:
        return {
            "user-agent": view.visitor.browser.agent,
            "accept-language": view.visitor.accept_language,
            "x-forwarded-for": address,
            COUNTRY_HEADER: view.visitor.country,
        }
