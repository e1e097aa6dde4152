"""What a User-Agent header says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_contacttrack.wire.agents import Agent, is_bot, parse

from .ending import comes_to_an_end

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.5 Mobile/15E148 Safari/604.1"
)
PIXEL = (
    "Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36"
)
HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/120.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        (CHROME, Agent("Chrome", "120.0.0", "Windows", "10", "", "", "desktop")),
        (IPHONE, Agent("Mobile Safari", "17.2", "iOS", "17.2", "Apple", "iPhone", "mobile")),
        (IPAD, Agent("Mobile Safari", "16.5", "iOS", "16.5", "Apple", "iPad", "tablet")),
        (PIXEL, Agent("Chrome Mobile", "120.0.0", "Android", "13", "Google", "Pixel 7", "mobile")),
        ("okhttp/4.12.0", Agent("okhttp", "4.12.0", kind="app")),
        ("Java/17", Agent(kind="app")),
        ("MyShop/2.1 CFNetwork/1410.0.3 Darwin/22.6.0",
         Agent("MyShop", "2.1", "iOS", "16", "Apple", "", "app")),
        ("", Agent()),
        ("   ", Agent()),
        ("something else", Agent()),
    ],
)  # fmt: skip
def test_device_and_software(text: str, agent: Agent) -> None:
    assert parse(text) == agent


@pytest.mark.parametrize(
    "text",
    [
        "okhttp/4.12.0",
        "Dart/3.2 (dart:io)",
        "MyApp/1 CFNetwork/1410.0.3 Darwin/22.6.0",
        "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A.230805.001)",
        "axios/1.6.2",
        "python-requests/2.31.0",
        "Python-urllib/3.11",
        "curl/8.1.2",
        "Go-http-client/1.1",
        "GuzzleHttp/7",
        "Java/17.0.1",
        "",
        CHROME,
        IPHONE,
        HEADLESS,
        "Mozilla/5.0 (Linux; Android 13; Cubot X30) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/120.0.0.0 Mobile Safari/537.36",
    ],
)
def test_people_and_apps_are_no_bots(text: str) -> None:
    assert not is_bot(text)
    assert not parse(text).is_bot


@pytest.mark.parametrize(
    "text",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, "
        "like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; "
        "+http://www.google.com/bot.html)",
        "googlebot",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "GPTBot/1.2",
        "meta-externalagent/1.1",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0",
        CHROME + " Chrome-Lighthouse",
        "Mediapartners-Google",
        "FeedCrawlerbot/1.0 (okhttp/4.9)",
        "UptimeRobot/2.0",
    ],
)
def test_crawlers_and_monitors_are_bots(text: str) -> None:
    assert is_bot(text)
    assert parse(text).kind == "bot"


def test_a_site_may_list_further_ones() -> None:
    assert is_bot(HEADLESS, ("HeadlessChrome",))
    assert is_bot("okhttp/4.12.0", ["okhttp"])
    assert not is_bot("okhttp/4.12.0", ("OkHttp", ""))
    assert not is_bot("", ("",))


def test_a_header_costs_once() -> None:
    agent = CHROME + " Once/1"
    assert parse(agent) is parse(agent)


@given(st.text(max_size=200))
def test_headers_may_be_anything(text: str) -> None:
    assert isinstance(parse(text), Agent)
    assert isinstance(is_bot(text, (text[:2],)), bool)


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "(" * 100_000, "Mozilla/5.0 " + "a " * 50_000, "; " * 50_000]
)
def test_long_headers_come_to_an_end(text: str) -> None:
    with comes_to_an_end():
        parse(text)
