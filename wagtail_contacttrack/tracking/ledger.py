"""The rows of one batch: what is new, what was there already, and what is left behind."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..activity.adding import announce_row
from ..activity.kinds import PAGE_HIT
from ..activity.models import Activity
from ..reactions import Happened, tell, wanted
from ..signals import activity_recorded
from ..sql import Dialect, Statement, dump
from ..wire.hit import Hit
from . import lookups
from .lookups import page_address
from .outcome import Admitted
from .reasons import Reason

# A page that holds both the script and a pixel sends two hits for one visit, moments apart.
TWIN_WINDOW = timedelta(seconds=10)

COLUMNS = (
    "kind", "contact_id", "device_id", "site_id", "page_id", "agent_id", "event_key", "time",
    "left_at", "engaged", "url", "title", "referrer", "address", "data",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """A page view, whether it is in the database already (`id`) or will be in a moment."""

    key: uuid.UUID
    device_id: int | None
    url: str
    time: datetime
    data: dict[str, Any]
    id: int | None = None
    item: Admitted | None = None
    title: str = ""
    referrer: str = ""
    changed: bool = False


class Ledger:
    """Collects what a batch means for the ledger, then writes it with few statements."""

    def __init__(self, cursor: Any, sql: Dialect) -> None:
        self.cursor = cursor
        self.sql = sql
        self.using = sql.connection.alias
        self.table = sql.quote(Activity._meta.db_table)
        self.by_key: dict[uuid.UUID, Row] = {}
        self.by_place: dict[tuple[int | None, str], list[Row]] = {}
        self.new: list[Row] = []
        self.pending: list[tuple[Admitted, Row]] = []
        # When pages were left: as the next page says, and as they report themselves.
        self.followed: dict[int, datetime] = {}
        self.reported: dict[uuid.UUID, tuple[datetime, int]] = {}

    # Reading

    def queries(self, batch: Sequence[Admitted]) -> list[Statement]:
        """Ask for the rows that the batch may repeat or close; `remember` takes the answers."""
        keys = {item.key for item in batch if item.hit.leaves or item.hit.event_id}
        # What comes late comes without a twin, and must not make us read days of somebody's visits.
        returning = [
            item
            for item in batch
            if item.device
            and not item.device.is_new
            and not item.hit.leaves
            and item.now - item.time <= TWIN_WINDOW
        ]
        queries = []
        select = (
            f"SELECT id, event_key, device_id, url, time, title, referrer, data FROM {self.table}"  # noqa: S608
        )
        if keys:
            condition, values = self.sql.one_of("event_key", [self.sql.key(key) for key in keys])
            queries.append((f"{select} WHERE {condition}", values))
        if returning:
            contacts = sorted({i.device.contact_id for i in returning if i.device})
            since = min(i.time for i in returning) - TWIN_WINDOW
            until = max(i.time for i in returning) + TWIN_WINDOW
            condition, values = self.sql.one_of("contact_id", contacts)
            values += [self.sql.moment(since), self.sql.moment(until)]
            queries.append((f"{select} WHERE {condition} AND time BETWEEN %s AND %s", values))
        return queries

    def remember(self, found: tuple[Any, ...]) -> None:
        """Take in a row that is there already."""
        number, key, device_id, url, time, title, referrer, data = found
        if key is None:
            return
        row = Row(
            key=as_key(key),
            device_id=device_id,
            url=url,
            time=as_time(time),
            data=json.loads(data) if isinstance(data, str) else data,
            id=number,
            title=title,
            referrer=referrer,
        )
        if row.key not in self.by_key:
            self._know(row)

    def _know(self, row: Row) -> None:
        self.by_key[row.key] = row
        self.by_place.setdefault((row.device_id, bare(row.url)), []).append(row)

    # Deciding

    def view(self, item: Admitted) -> None:
        """Take in a page view: a new row, or one that is there already."""
        same = self.by_key.get(item.key)
        row = same or self._twin(item)
        if row is None:
            row = self._add(item)
        elif row is not same or item.hit.event_id:
            item.outcome.reason = Reason.DUPLICATE
            self._complete(row, item)
        # Otherwise it is our own row: an earlier attempt was committed when the connection broke.
        self.pending.append((item, row))
        # Script and pixel of one page do not follow each other.
        # Neither does what comes out of the queue of a browser that was offline: the cookie is of
        # the page that is open now.
        if same is None and item.previous_id and item.previous_id != row.id and not item.late:
            self.followed.setdefault(item.previous_id, item.time)

    def leave(self, item: Admitted) -> None:
        """Take in the end of a page view. An unknown page view is an unusable request."""
        row = self.by_key.get(item.key)
        if row is None:
            item.outcome.reason = Reason.INVALID
            return
        item.outcome.reason = Reason.PAGE_LEFT
        moment = max(item.time, row.time)
        # Nobody looks at a page for longer than since it was opened.
        engaged = min(item.hit.engaged_ms, (moment - row.time) // timedelta(milliseconds=1))
        known = self.reported.get(row.key)
        if known is None or known[1] < engaged:
            self.reported[row.key] = (moment, engaged)

    def _add(self, item: Admitted) -> Row:
        row = Row(
            key=item.key,
            device_id=item.device.id if item.device else None,
            url=item.hit.page_url,
            time=item.time,
            data=hit_data(item),
            item=item,
            title=item.hit.page_title,
            referrer=item.hit.page_referrer,
        )
        self.new.append(row)
        self._know(row)
        return row

    def _twin(self, item: Admitted) -> Row | None:
        """The same visit, told by the other of script and pixel; of several the nearest."""
        if item.device is None:
            return None
        other = "pixel" if door_of(item.hit) == "script" else "script"
        near = [
            (abs(row.time - item.time), row)
            for row in self.by_place.get((item.device.id, bare(item.hit.page_url)), ())
            if row.data.get("door") == other and abs(row.time - item.time) <= TWIN_WINDOW
        ]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def _complete(self, row: Row, item: Admitted) -> None:
        """Add to a row what its repetition knows better: the script's key, and further values."""
        data = hit_data(item)
        merged = merge_data(row.data, data)
        if data["door"] != row.data.get("door"):
            merged["door"] = "both"
        if data["door"] == "script" and row.key != item.key:
            self.by_key[item.key] = row
            row.key, row.changed = item.key, True
        if not row.title and item.hit.page_title:
            row.title, row.changed = item.hit.page_title, True
        if not row.referrer and item.hit.page_referrer:
            row.referrer, row.changed = item.hit.page_referrer, True
        if merged != row.data:
            row.data, row.changed = merged, True

    # Writing

    def write(self) -> None:
        """Write everything that was decided, and tell the hits the ids of their rows."""
        changed = {id(row): row for row in self.by_key.values() if row.changed and not row.item}
        statements = [
            *self._inserts(),
            *(self._update(row) for row in changed.values()),
            *self._close_reported(),
            *self._close_followed(),
        ]
        for number, key in self.sql.run(self.cursor, statements):
            self.by_key[as_key(key)].id = number
        if activity_recorded.has_listeners():
            self._announce()
        if wanted(PAGE_HIT):
            tell(self._happened(), using=self.using)
        for item, row in self.pending:
            # The next page does not end what was sent late.
            item.outcome.activity_id = None if item.late else row.id

    def _announce(self) -> None:
        for row in self.new:
            device = row.item.device if row.item else None
            if row.item and row.id and device:
                site_id = row.item.site.site_id
                announce_row(row.id, PAGE_HIT, device.contact_id, site_id, row.time, self.using)

    def _happened(self) -> list[Happened]:
        return [
            Happened(PAGE_HIT, row.time, row.item.device.contact_id, {"activity": row.id})
            for row in self.new
            if row.item and row.item.device and row.id
        ]

    def _inserts(self) -> list[Statement]:
        # One order everywhere, so that two processes never wait for each other's keys.
        rows = sorted(self.new, key=lambda row: row.key)
        return self.sql.insert(
            Activity._meta.db_table,
            COLUMNS,
            [self._values(row) for row in rows],
            ["id", "event_key"],
        )

    def _values(self, row: Row) -> tuple[Any, ...]:
        item = row.item
        assert item is not None and item.device is not None  # noqa: S101
        hit = item.hit
        left_at, engaged = self.reported.pop(row.key, (None, None))
        return (
            PAGE_HIT,
            item.device.contact_id,
            item.device.id,
            item.site.site_id,
            lookups.pages.get(page_address(hit.page_url)) if hit.page_url else None,
            lookups.user_agents.get(hit.user_agent),
            self.sql.key(row.key),
            self.sql.moment(row.time),
            self.sql.moment(left_at),
            engaged,
            row.url,
            row.title,
            row.referrer,
            hit.address,
            self.sql.document(row.data),
        )

    def _update(self, row: Row) -> Statement:
        return (
            f"UPDATE {self.table} SET event_key = %s, title = %s, referrer = %s, data = %s "  # noqa: S608
            "WHERE id = %s",
            [self.sql.key(row.key), row.title, row.referrer, dump(row.data), row.id],
        )

    def _close_reported(self) -> list[Statement]:
        """Take over what pages report themselves, whatever the order in which that arrives.

        A page that is looked at again reports more; a report that says no more is an old one.
        """
        ends = {self.by_key[key].id: end for key, end in self.reported.items()}
        if not ends:
            return []
        left, left_values = self._by_id(
            (number, self.sql.moment(ends[number][0])) for number in ends
        )
        engaged, engaged_values = self._by_id((number, ends[number][1]) for number in ends)
        condition, numbers = self.sql.one_of("id", list(ends))
        statement = (
            f"UPDATE {self.table} SET left_at = {left}, engaged = {engaged} "  # noqa: S608
            f"WHERE {condition} AND COALESCE(engaged, -1) < {engaged}"
        )
        return [(statement, [*left_values, *engaged_values, *numbers, *engaged_values])]

    def _close_followed(self) -> list[Statement]:
        """Note for pages that did not report it themselves that the next one has come."""
        if not self.followed:
            return []
        left, values = self._by_id(
            (number, self.sql.moment(moment)) for number, moment in self.followed.items()
        )
        condition, numbers = self.sql.one_of("id", list(self.followed))
        statement = (
            f"UPDATE {self.table} SET left_at = {left} "  # noqa: S608
            f"WHERE {condition} AND left_at IS NULL AND time <= {left}"
        )
        return [(statement, [*values, *numbers, *values])]

    @staticmethod
    def _by_id(pairs: Iterable[tuple[int | None, Any]]) -> tuple[str, list[Any]]:
        """An expression that has its own value for each row, and its parameters."""
        values = [part for pair in pairs for part in pair]
        return f"CASE id {' '.join(['WHEN %s THEN %s'] * (len(values) // 2))} END", values


def bare(url: str) -> str:
    """The address without its fragment, which a pixel does not know."""
    return url.partition("#")[0]


def door_of(hit: Hit) -> str:
    """Which of the two a hit comes from, whatever way its bytes took."""
    return "script" if hit.tracker or hit.door == "event" else "pixel"


def hit_data(item: Admitted) -> dict[str, Any]:
    """What a page view keeps besides its columns; empty values are left out."""
    hit, claims = item.hit, item.claims
    data = {
        "door": door_of(hit),
        "utm": hit.utm,
        "language": hit.page_language,
        "locale": hit.wagtail_locale,
        "browser_languages": hit.accept_language,
        "params": hit.params,
        "problems": [*hit.problems, *(claims.problems if claims else ())],
        "ignored": claims.ignored if claims else {},
    }
    return {name: value for name, value in data.items() if value}


def mapping(value: Any) -> dict[str, Any]:
    """The value, if it is a mapping: data of other kinds of activity holds anything."""
    return value if isinstance(value, dict) else {}


def merge_data(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """`old`, completed by what only `new` has; explicit later parameters win."""
    merged = {**new, **old}
    for name in ("utm", "params", "ignored"):
        both = {**mapping(old.get(name)), **mapping(new.get(name))}
        if both:
            merged[name] = both
    return merged


def as_key(value: Any) -> uuid.UUID:
    """A UUID as any driver returns it."""
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def as_time(value: Any) -> datetime:
    """A time as any driver returns it (SQLite: text, MariaDB: without a zone), in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
