"""What the visitors' browsers say about themselves."""

from __future__ import annotations

from typing import NamedTuple


class Browser(NamedTuple):
    weight: int
    agent: str
    platform: str
    resolution: str
    mobile: bool = False


def _chrome(system: str, version: int, mobile: str = "") -> str:
    return (
        f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{version}.0.0.0 {mobile}Safari/537.36"
    )


def _safari(system: str, version: str, mobile: str = "") -> str:
    return (
        f"Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Version/{version} {mobile}Safari/{'604.1' if mobile else '605.1.15'}"
    )


def _firefox(system: str, version: str) -> str:
    return f"Mozilla/5.0 ({system}; rv:{version}) Gecko/20100101 Firefox/{version}"


WINDOWS = "Windows NT 10.0; Win64; x64"
MAC = "Macintosh; Intel Mac OS X 10_15_7"

BROWSERS = [
    Browser(18, _chrome(WINDOWS, 142), "Windows", "1920x1080"),
    Browser(8, _chrome(WINDOWS, 141), "Windows", "2560x1440"),
    Browser(7, _chrome(WINDOWS, 142) + " Edg/142.0.0.0", "Windows", "1536x864"),
    Browser(8, _firefox(WINDOWS, "145.0"), "Windows", "1920x1200"),
    Browser(4, _firefox("X11; Linux x86_64", "145.0"), "Linux", "1920x1080"),
    Browser(3, _chrome("X11; Linux x86_64", 142), "Linux", "2560x1440"),
    Browser(6, _chrome(MAC, 142), "MacOS", "1728x1117"),
    Browser(8, _safari(MAC, "26.1"), "MacOS", "1512x982"),
    Browser(
        16, _safari("iPhone; CPU iPhone OS 18_7 like Mac OS X", "26.1", "Mobile/15E148 "),
        "MacOS", "393x852", True,
    ),
    Browser(
        5, _safari("iPhone; CPU iPhone OS 17_6 like Mac OS X", "17.6", "Mobile/15E148 "),
        "MacOS", "390x844", True,
    ),
    Browser(
        4, _safari("iPad; CPU OS 17_6 like Mac OS X", "17.6", "Mobile/15E148 "),
        "MacOS", "820x1180",
    ),
    Browser(
        9, _chrome("Linux; Android 15; Pixel 9", 142, "Mobile "), "Linux", "412x924", True
    ),
    Browser(
        8, _chrome("Linux; Android 15; SM-S931B", 141, "Mobile "), "Linux", "360x780", True
    ),
    Browser(2, _chrome("Linux; Android 14; SM-X710", 142), "Linux", "800x1280"),
]  # fmt: skip

BOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
    "+https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
]
