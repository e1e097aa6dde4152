"""Where a hit comes from and who sends it: private and blocked addresses, proxies, bots."""

from __future__ import annotations

import pytest
from wagtail.models import Site

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.contacts.models import Contact
from wagtail_contacttrack.tracking.models import TrackingSettings

from .conftest import FIREFOX, PUBLIC, counts, reason

pytestmark = pytest.mark.django_db

# Addresses

PRIVATE = [
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.1.1",  # RFC 1918
    "127.0.0.1", "127.8.8.8", "::1",  # loopback
    "169.254.1.1", "fe80::1", "fe80::1%eth0",  # link-local
    "fc00::1", "fd12:3456:789a::1",  # unique local
    "0.0.0.0", "::", "240.0.0.1", "255.255.255.255", "2001:db8::1",  # reserved
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:192.168.0.9",  # IPv4 in IPv6's clothes
    "", "unknown", "999.1.1.1",  # none at all
]  # fmt: skip
NOT_PRIVATE = [
    "8.8.8.8", "2a00:1450:4001::1", "::ffff:8.8.8.8",
    "100.64.0.1",  # carrier-grade NAT: mobile phones come from there
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "224.0.0.1",
    "172.15.255.255", "172.32.0.1", "11.0.0.1", "192.169.0.1", "9.255.255.255",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_networks_are_not_tracked(pixel, address):  # S3
    assert reason(pixel(REMOTE_ADDR=address)) == "private_ip"
    assert not Contact.objects.exists()
    assert counts() == {"private_ip": 1}


@pytest.mark.parametrize("address", NOT_PRIVATE)
def test_everybody_else_is(pixel, address):  # S3
    assert reason(pixel(REMOTE_ADDR=address)) == "recorded"


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "::1", "fd00::1", ""])
def test_private_networks_can_be_tracked(pixel, configure, address):  # S4
    configure(TRACK_PRIVATE_IP_RANGES=True)
    assert reason(pixel(REMOTE_ADDR=address)) == "recorded"


@pytest.mark.parametrize(
    ("line", "address", "blocked"),
    [
        ("1.2.3.4", "1.2.3.4", True),
        ("1.2.3.4", "11.2.3.45", False),
        ("1.2.3.4", "::ffff:1.2.3.4", True),
        ("203.0.113.0/24", "203.0.113.200", True),
        ("203.0.113.0/24", "203.0.114.1", False),
        ("8.8.0.*", "8.8.0.77", True),
        ("8.8.0.*", "108.8.0.77", False),
        ("2a00:1450::/32", "2a00:1450:4001::1", True),
        ("2a00:1450::/32", "2a00:1451::1", False),
        ("2a00:1450:4001:0:0:0:0:1", "2a00:1450:4001::1", True),
    ],
)
@pytest.mark.parametrize("key", ["DO_NOT_TRACK_IPS", "DO_NOT_TRACK_INTERNAL_IPS"])
def test_listed_addresses_are_not_tracked(pixel, configure, key, line, address, blocked):
    configure(**{key: [line]})
    expected = "blocked_ip" if blocked else "recorded"
    assert reason(pixel(REMOTE_ADDR=address)) == expected


def test_addresses_listed_in_the_admin_add_to_the_projects(pixel, configure):
    configure(DO_NOT_TRACK_IPS=["1.2.3.4"])
    site = Site.objects.get()
    TrackingSettings.objects.create(site=site, do_not_track_ips="8.8.8.8\n\n 9.9.9.0/24 ")
    found = [reason(pixel(REMOTE_ADDR=ip)) for ip in ("1.2.3.4", "8.8.8.8", "9.9.9.9", PUBLIC)]
    assert found == ["blocked_ip", "blocked_ip", "blocked_ip", "recorded"]


def test_a_blocked_address_stays_blocked_when_addresses_are_shortened(pixel, configure):
    configure(DO_NOT_TRACK_IPS=[PUBLIC], ANONYMIZE_IP=True)
    assert reason(pixel()) == "blocked_ip"


@pytest.mark.parametrize(
    ("address", "stored"), [(PUBLIC, "203.0.113.0"), ("2a00:1450:4001:81a::5", "2a00:1450:4001::")]
)
def test_addresses_can_be_stored_shortened(pixel, configure, address, stored):
    configure(ANONYMIZE_IP=True)
    pixel(REMOTE_ADDR=address)
    assert Activity.objects.get().address == stored


@pytest.mark.parametrize(
    ("trusted", "headers", "stored"),
    [
        ([], {"HTTP_X_FORWARDED_FOR": "8.8.8.8"}, PUBLIC),
        ([PUBLIC], {"HTTP_X_FORWARDED_FOR": "8.8.8.8"}, "8.8.8.8"),
        (["203.0.113.0/24"], {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 8.8.8.8"}, "8.8.8.8"),
        ([PUBLIC, "8.8.8.8"], {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 8.8.8.8"}, "6.6.6.6"),
        ([PUBLIC], {"HTTP_X_FORWARDED_FOR": "10.0.0.1, gibberish"}, PUBLIC),
        ([PUBLIC], {"HTTP_FORWARDED": 'for="[2a00:1450::1]:4711";proto=https'}, "2a00:1450::1"),
        ([PUBLIC], {"HTTP_CLIENT_IP": "8.8.8.8"}, "8.8.8.8"),
        ([], {"HTTP_CLIENT_IP": "8.8.8.8"}, PUBLIC),
    ],
)
def test_forwarded_addresses_count_only_behind_trusted_proxies(
    pixel, configure, trusted, headers, stored
):
    configure(TRUSTED_PROXIES=trusted)
    pixel(**headers)
    assert Activity.objects.get().address == stored


# Bots

BOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
    "+https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
]
# The contract's 14.3: HTTP libraries are what apps and servers introduce themselves with, so
# nobody is a bot for that, curl included; whoever wants it otherwise lists them.
NOT_BOTS = [
    FIREFOX,
    "okhttp/4.12.0",
    "axios/1.7.2",
    "python-requests/2.32.3",
    "MyApp/1.0 CFNetwork/1494.0.7 Darwin/23.4.0",
    "Dart/3.4 (dart:io)",
    "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UD1A)",
    "GuzzleHttp/7",
    "Go-http-client/2.0",
    "curl/8.5.0",
    "",
]


@pytest.mark.parametrize("agent", BOTS)
def test_crawlers_are_not_tracked(pixel, agent):
    assert reason(pixel(HTTP_USER_AGENT=agent, tags="a", email="x@example.com")) == "bot"
    assert not Contact.objects.exists()


@pytest.mark.parametrize("agent", NOT_BOTS)
def test_apps_and_their_libraries_are_visitors(pixel, agent):  # S54
    assert reason(pixel(HTTP_USER_AGENT=agent)) == "recorded"


def test_further_bots_can_be_listed(pixel, configure):
    configure(DO_NOT_TRACK_BOTS=["curl/", "HeadlessChrome"])
    assert reason(pixel(HTTP_USER_AGENT="curl/8.5.0")) == "bot"
    assert reason(pixel()) == "recorded"
