"""What the measured visitors send: the requests of the browser script, byte for byte."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from urllib.parse import urlencode

HOST = "www.example.org"
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
PAGES = 200

SYSTEMS = (
    ("Windows NT 10.0; Win64; x64", "Windows"),
    ("Macintosh; Intel Mac OS X 10_15_7", "Mac OS"),
    ("X11; Linux x86_64", "Linux"),
)
AGENTS = [
    (f"Mozilla/5.0 ({system}{gecko}) {engine}", name)
    for system, name in SYSTEMS
    for version in (139, 140, 141, 142)
    for gecko, engine in (
        (f"; rv:{version}.0", f"Gecko/20100101 Firefox/{version}.0"),
        ("", f"AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"),
    )
]


@dataclass(slots=True)
class Visitor:
    """One browser; `previous` is the cookie that lets its next page view end this one."""

    device: str
    address: str
    agent: int
    previous: str = ""
    known: bool = False


@dataclass
class Traffic:
    """Page views of new visitors or, from a pool of known ones in turn, of returning ones.

    `name` keeps the ids of several processes apart.
    """

    name: str
    pool: int
    random: random.Random = field(init=False)
    visitors: list[Visitor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.name)
        self.numbers = itertools.count(1)
        self.first_address = int(IPv4Address("20.0.0.0")) + self.random.randrange(64) * 2**24
        self.views = itertools.count(1)
        self.turn = 0
        self.pages = [_page(number) for number in range(PAGES)]

    def new(self) -> Visitor:
        """A browser that was never here: an id of its own making, and no cookie."""
        number = next(self.numbers)
        device = "".join(self.random.choices(ALPHABET, k=23))
        # A public address for each, so that nobody meets the rate limit.
        address = str(IPv4Address(self.first_address + number))
        return Visitor(device, address, number % len(AGENTS))

    def fill(self) -> None:
        """Make the pool, all of whose visitors are still to come for the first time."""
        self.visitors = [self.new() for _ in range(self.pool)]

    def returning(self) -> Visitor:
        """Whoever of the pool was longest away."""
        visitor = self.visitors[self.turn]
        self.turn = (self.turn + 1) % len(self.visitors)
        return visitor

    def request(self, visitor: Visitor, path: bytes) -> tuple[bytes, str]:
        """A page view, as the bytes of an HTTP request, and its event id."""
        event_id = f"{self.name}-{next(self.views):x}"
        page = self.pages[self.random.randrange(PAGES)]
        agent, platform = AGENTS[visitor.agent]
        body = (
            f"{page}&mtc_event_id={event_id}&mautic_device_id={visitor.device}&platform={platform}"
        )
        cookies = ""
        if visitor.known:
            cookies = f"Cookie: mautic_device_id={visitor.device}; mtc_sid={visitor.device}"
            if visitor.previous:
                cookies += f"; mautic_referer_id={visitor.previous}"
            cookies += "\r\n"
        head = (
            f"Host: {HOST}\r\nX-Forwarded-For: {visitor.address}\r\nUser-Agent: {agent}\r\n"
            f"{cookies}Content-Length: {len(body)}\r\n"
        )
        return b"POST " + path + CONSTANT + head.encode() + b"\r\n" + body.encode(), event_id


CONSTANT = (
    " HTTP/1.1\r\n"
    "Accept: */*\r\n"
    "Accept-Language: en-GB,en;q=0.8,de;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    f"Referer: http://{HOST}/\r\n"
    "Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n"
    f"Origin: http://{HOST}\r\n"
    "Connection: keep-alive\r\n"
    "Sec-Fetch-Dest: empty\r\n"
    "Sec-Fetch-Mode: cors\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Priority: u=4\r\n"
).encode()


def _page(number: int) -> str:
    """What the script says about one page of the site; every tenth view comes from a campaign."""
    query = "" if number % 10 else "?utm_source=newsletter&utm_medium=email&utm_campaign=spring"
    referrer = "https://www.search.example/" if number % 3 else f"http://{HOST}/"
    return urlencode(
        {
            "page_url": f"http://{HOST}/products/wheels-and-tyres/{number}/{query}",
            "counter": 0,
            "page_title": f"Wheels & tyres, part {number} – Ropewalk Cycles",
            "page_language": "en-GB",
            "preferred_locale": "en_GB",
            "page_referrer": referrer,
            "timezone_offset": -60,
            "timezone": "Europe/Vienna",
            "resolution": "1920x1080",
            "do_not_track": "false",
            "mtc_page": number + 3,
            "mtc_locale": "en",
        }
    )
