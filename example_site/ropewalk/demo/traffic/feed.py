"""Hands the planned visits to the package, through the same way in as real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from wagtail.models import Site

from wagtail_contacttrack.tracking import counters
from wagtail_contacttrack.tracking.outcome import Outcome
from wagtail_contacttrack.tracking.pipeline import handle, handle_many
from wagtail_contacttrack.tracking.sites import SiteOptions, options_for_site
from wagtail_contacttrack.wire.addresses import parse_networks
from wagtail_contacttrack.wire.hit import Door
from wagtail_contacttrack.wire.request import RawRequest

from .plan import Event, Leave, Stray, View
from .requests import COUNTRY_HEADER, PROXY, Browsers

BATCH = 256


def options_for_traffic(site: Site) -> SiteOptions:
    """The site's own options, as they would be on a public server behind a proxy."""
    return replace(
        options_for_site(site),
        trusted_proxies=parse_networks([PROXY])[0],
        country_header=COUNTRY_HEADER,
        track_private=False,
    )


class Feeder:
    """Collects requests into batches and keeps what became of the views.

    `sent` is called with the number of events that are committed.
    """

    def __init__(
        self, options: SiteOptions, browsers: Browsers, sent: Callable[[int], None]
    ) -> None:
        self.options = options
        self.browsers = browsers
        self.sent = sent
        self.batch: list[tuple[RawRequest, Door, datetime]] = []
        self.views: list[View | None] = []
        self.waiting: set[int] = set()

    def feed(self, events: list[Event]) -> None:
        """Hand over all events, in their order."""
        for event in events:
            self._take(event)
            if len(self.batch) >= BATCH:
                self.flush()
        self.flush()
        counters.flush()

    def _take(self, event: Event) -> None:
        match event:
            case View():
                self._take_view(event)
            case Leave():
                self._add(self.browsers.leave(event), "event", event.time)
            case Stray(kind="staff_excluded"):
                self.flush()
                raw = self.browsers.stray(event)
                handle(raw, door="event", site=self.options, staff=True, now=event.time)
                self.sent(1)
            case Stray():
                self._add(self.browsers.stray(event), "event", event.time)

    def _take_view(self, view: View) -> None:
        previous = view.previous
        # Where no report of leaving comes, the next page's cookie says when the last one ended.
        # That cookie exists only once the last page is committed.
        if previous and not previous.leave and id(previous) in self.waiting:
            self.flush()
        door: Door = "event" if view.visitor.scripts else "pixel"
        self._add(self.browsers.view(view), door, view.time, view)

    def _add(self, raw: RawRequest, door: Door, time: datetime, view: View | None = None) -> None:
        self.batch.append((raw, door, time))
        self.views.append(view)
        if view:
            self.waiting.add(id(view))

    def flush(self) -> None:
        """Commit what is collected."""
        if not self.batch:
            return
        outcomes: list[Outcome] = handle_many(self.batch, site=self.options)
        for view, outcome in zip(self.views, outcomes, strict=True):
            if view:
                view.outcome = outcome
        self.sent(len(self.batch))
        self.batch, self.views, self.waiting = [], [], set()
