"""Machines that read mail are told from people who do."""

from __future__ import annotations

import pytest

from wagtail_contacttrack.wire.mailproxies import mail_machine

PEOPLE = [
    "",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Outlook-iOS/723.4027091.prod.iphone (4.28.0)",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_mail_programs_and_browsers_are_people(agent: str) -> None:
    assert mail_machine(agent) == ""


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 "
            "(via ggpht.com GoogleImageProxy)",
            "Google image proxy",
        ),
        (
            "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
            "Yahoo Mail proxy",
        ),
        ("Mozilla/5.0", "Apple Mail privacy"),
        (" Mozilla/5.0 ", "Apple Mail privacy"),
        ("MIMECAST", "Mimecast"),
        ("Barracuda Sentinel (EE)", "Barracuda"),
        ("x" * 900 + "Proofpoint", "Proofpoint"),
    ],
)
def test_machines_are_called_by_their_names(agent: str, name: str) -> None:
    assert mail_machine(agent) == name


@pytest.mark.parametrize("agent", ["x" * 100_000, "\x00\ud800", "Mozilla/5.0\n"])
def test_whatever_a_header_holds_it_is_read(agent: str) -> None:
    mail_machine(agent)
