"""A page of the timeline as it is shown: visits, and in them the entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.template.context import BaseContext
from wagtail.admin.ui.components import Component

from ...activity import kinds
from ...activity.kinds import Kind
from ...activity.models import Activity
from ...activity.timeline import Session, TimelinePage
from ...contacts import history
from ...contacts.models import UserAgent
from .addresses import Address
from .devices import icon_of
from .durations import duration_text
from .merges import undo_links
from .pages import EditLink, edit_links
from .sent import Item, Sent, sent_with, utm_items

MAX_TITLE = 300


@dataclass(eq=False)
class Entry(Component):
    """One activity; as a component it renders the template of its kind.

    `opens` says that the visit begins with it; `device` is set where the contact has gone on with
    another one. `undo_url` leads to where a merge can be taken back.
    """

    activity: Activity
    opens: bool = False
    device: UserAgent | None = None
    edit_link: EditLink | None = None
    undo_url: str = ""

    @cached_property
    def kind(self) -> Kind:
        return kinds.get(self.activity.kind)

    @property
    def template_name(self) -> str:
        return self.kind.template

    def get_context_data(
        self, parent_context: BaseContext | Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        extra = self.kind.context(self.activity) if self.kind.context else {}
        return {**extra, "entry": self}

    @property
    def icon(self) -> str:
        screen = self.activity.kind == kinds.PAGE_HIT and self.address.is_screen
        return "mobile-alt" if screen and self.address.raw else self.kind.icon

    @property
    def title(self) -> str:
        title = self.activity.title
        return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"

    @cached_property
    def address(self) -> Address:
        return Address(self.activity.url)

    @cached_property
    def source(self) -> Address | None:
        """The referrer, if it is not of the page's own website."""
        referrer = Address(self.activity.referrer)
        return referrer if referrer.raw and referrer.host != self.address.host else None

    @property
    def own_source(self) -> Address | None:
        """The same, unless the head of the visit says all of it already."""
        source = self.source
        return None if source and self.opens and source.label == source.host else source

    @property
    def time_on_page(self) -> str:
        return duration_text(self.activity.time_on_page)

    @property
    def engaged(self) -> str:
        return duration_text(timedelta(milliseconds=self.activity.engaged or 0))

    @cached_property
    def utm(self) -> list[Item]:
        return utm_items(self.activity)

    @property
    def was_sent(self) -> bool:
        """Whether a browser or an app has sent it; what the app notes about contacts was not."""
        return self.activity.kind not in history.KINDS

    @cached_property
    def sent(self) -> Sent:
        return sent_with(self.activity)


@dataclass(eq=False)
class Visit:
    """A session, newest entry first. `entry` is the page hit that it began with, if known."""

    session: Session
    entry: Entry | None
    entries: list[Entry] = field(default_factory=list)

    @property
    def agent(self) -> UserAgent | None:
        """The device that the visit began with, or the earliest that is known of."""
        first = self.entry.activity if self.entry else self.session.rows[-1]
        return first.agent

    @property
    def icon(self) -> str:
        return icon_of(self.agent)

    @property
    def duration(self) -> str:
        return duration_text(self.session.duration)

    @property
    def partial(self) -> bool:
        """Whether some of its entries stand on another page, or are filtered away."""
        return self.session.more or len(self.entries) < self.session.size


def visits_of(page: TimelinePage, user: Any) -> list[Visit]:
    """The sessions of a timeline page, ready to be shown to this user; three queries at most."""
    links = edit_links(user, {row.page.url for row in page.rows if row.page})
    undo_urls = undo_links(user, page.rows)
    return [_visit(session, links, undo_urls) for session in page.sessions]


def _visit(session: Session, links: Mapping[str, EditLink], undo_urls: Mapping[int, str]) -> Visit:
    visit = Visit(session, Entry(session.entry) if session.entry else None)
    before = visit.agent
    for row in reversed(session.rows):
        changed = row.agent if row.agent and row.agent != before else None
        link = links.get(row.page.url) if row.page else None
        undo_url = undo_urls.get(row.id, "")
        visit.entries.append(Entry(row, row.id == session.entry_id, changed, link, undo_url))
        before = row.agent or before
    visit.entries.reverse()
    return visit
