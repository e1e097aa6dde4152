"""What a User-Agent header says about a device, and whether a machine sent it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import ua_parser
from user_agents.parsers import Browser, OperatingSystem, UserAgent, parse_device

from .text import cut, storable

Kind: TypeAlias = Literal["desktop", "mobile", "tablet", "app", "bot", "other"]

MAX_LENGTH = 1000

# Apps and servers introduce themselves by the HTTP library that they use. Mautic's list of bots
# holds some of these, so apps went uncounted; here they are visitors.
_APP_STACKS = (
    "aiohttp", "alamofire", "apache-httpclient", "axios", "cfnetwork", "curl/", "dalvik/", "dart/",
    "go-http-client", "guzzlehttp", "httpclient", "java/", "ktor", "node-fetch", "okhttp",
    "python-httpx", "python-requests", "python-urllib", "retrofit", "undici", "volley", "wget/",
)  # fmt: skip

# Crawlers and monitors that ua-parser does not know as such, in lower case. Headless browsers are
# not here: tests and screen readers use them as well. A site may list them.
_CRAWLERS = (
    "ahrefssiteaudit", "chatgpt-user", "chrome-lighthouse", "datadog/", "datadogsynthetics",
    "feedly", "google-read-aloud", "googleother", "gtmetrix", "mastodon/", "mediapartners-google",
    "meta-externalagent", "meta-externalfetcher", "oai-searchbot", "phantomjs", "pingdom",
    "ptst/", "site24x7", "statuscake",
)  # fmt: skip
_PLACEHOLDERS = ("Other", "Spider", "iOS-Device")
_CRAWLER_WORDS = ("bot", "crawler", "spider")


@dataclass(frozen=True, slots=True)
class Agent:
    """A device and its software; "" where the header does not say."""

    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    brand: str = ""
    model: str = ""
    kind: Kind = "other"

    @property
    def is_bot(self) -> bool:
        """Whether a crawler, a monitor or the like sent it."""
        return self.kind == "bot"


class _FastUserAgent(UserAgent):
    """`user_agents.UserAgent`, filled by ua-parser's fastest core instead of its slowest."""

    def __init__(self, text: str) -> None:
        found = ua_parser.parse(text)
        browser, system, device = found.user_agent, found.os, found.device
        self.ua_string = text
        self.browser = Browser(
            browser.family if browser else "Other",
            (),
            _version(browser.major, browser.minor, browser.patch) if browser else "",
        )
        self.os = OperatingSystem(
            system.family if system else "Other",
            (),
            _version(system.major, system.minor, system.patch) if system else "",
        )
        self.device = parse_device(
            device.family if device else "Other",
            device.brand if device else None,
            device.model if device else None,
        )


def parse(user_agent: str) -> Agent:
    """What the header says; remembered by the header's text. An empty header says nothing."""
    return _parse(cut(user_agent, MAX_LENGTH))


def is_bot(user_agent: str, extra: Sequence[str] = ()) -> bool:
    """Whether a machine sent it: one known here, or one whose header contains an extra string.

    The extra strings count exactly as they are written, upper and lower case included.
    """
    text = cut(user_agent, MAX_LENGTH)
    return _parse(text).is_bot or (bool(extra) and _contains(text, tuple(extra)))


@lru_cache(maxsize=2048)
def _contains(text: str, parts: tuple[str, ...]) -> bool:
    return any(part and part in text for part in parts)


@lru_cache(maxsize=2048)
def _parse(text: str) -> Agent:
    text = storable(text)
    if not text.strip():
        return Agent()
    found = _FastUserAgent(text)
    if (kind := _kind(found, text.lower())) == "bot":
        return Agent(browser=_name(found.browser.family), kind="bot")
    device = found.device if found.device.family != "Spider" else parse_device("Other", "", "")
    return Agent(
        browser=_name(found.browser.family),
        browser_version=found.browser.version_string,
        os=_name(found.os.family),
        os_version=found.os.version_string,
        brand=_name(device.brand),
        model=_name(device.model),
        kind=kind,
    )


def _kind(found: UserAgent, text: str) -> Kind:
    if any(name in text for name in _CRAWLERS):
        return "bot"
    stack = any(name in text for name in _APP_STACKS)
    if found.is_bot and (not stack or any(word in text for word in _CRAWLER_WORDS)):
        return "bot"
    if stack:
        return "app"
    if found.is_tablet:
        return "tablet"
    if found.is_mobile:
        return "mobile"
    return "desktop" if found.is_pc else "other"


def _name(value: str | None) -> str:
    """A name as people know it: ua-parser's placeholders say nothing."""
    if not value or value in _PLACEHOLDERS or value.startswith("Generic"):
        return ""
    return value


def _version(*parts: str | None) -> str:
    return ".".join(part for part in parts if part)
