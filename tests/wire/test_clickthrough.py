"""The `ct` that Mautic writes into its links."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from wagtail_contacttrack.wire.clickthrough import Clickthrough, read_clickthrough


def packed(serialized: str) -> str:
    return base64.b64encode(serialized.encode()).decode()


MAIL = (
    'a:5:{s:6:"source";a:2:{i:0;s:5:"email";i:1;i:7;}s:5:"email";i:7;'
    's:4:"stat";s:22:"5f9d1c2e3a4b5c6d7e8f90";s:4:"lead";s:2:"12";'
    's:7:"channel";a:1:{s:5:"email";i:7;}}'
)
MEANT = Clickthrough(
    contact_id=12,
    message="5f9d1c2e3a4b5c6d7e8f90",
    channel="email",
    email_id=7,
    source="email",
    source_id=7,
)


@pytest.mark.parametrize(
    "value",
    [
        packed(MAIL),
        quote(packed(MAIL), safe=""),
        packed(MAIL).rstrip("="),
        MAIL,
        {
            "source": ["email", "7"],
            "email": "7",
            "stat": "5f9d1c2e3a4b5c6d7e8f90",
            "lead": "12",
            "channel": {"email": "7"},
        },
        packed(
            json.dumps(
                {
                    "source": ["email", 7],
                    "email": 7,
                    "stat": "5f9d1c2e3a4b5c6d7e8f90",
                    "lead": 12,
                    "channel": {"email": 7},
                }
            )
        ),
    ],
)
def test_all_forms_of_one_token_mean_the_same(value: Any) -> None:
    assert read_clickthrough(value) == MEANT


@pytest.mark.parametrize(
    "channel",
    [{"sms": "3"}, ["sms", "3"], {"0": "sms", "1": "3", "sms": "3"}, {"0": "sms", "1": "3"}, "sms"],
)
def test_a_channel_is_told_by_name_or_by_place_or_both(channel: Any) -> None:
    assert read_clickthrough({"channel": channel}) == Clickthrough(channel="sms")


def test_a_channel_of_e_mail_names_the_mail() -> None:
    read = read_clickthrough({"channel": {"email": "7"}})
    assert read is not None
    assert read.email_id == 7


@pytest.mark.parametrize(
    "value",
    [
        "",
        "rubbish",
        "!!!!",
        packed('O:8:"stdClass":0:{}'),
        packed(MAIL)[:50],
        packed("b:1;"),
        {"lead": "0"},
        {"lead": "-1"},
        {"lead": "1e3"},
        {"lead": "9" * 30},
        {"lead": "٣"},
        {"lead": {}},
        {"stat": "a" * 65},
        {"stat": "<script>"},
        {"channel": {"<b>": "1"}},
        {"channel": []},
        {"channel": {}},
        {"unknown": "1"},
    ],
)
def test_what_cannot_be_read_says_nothing(value: Any) -> None:
    assert read_clickthrough(value) is None


def test_a_bad_part_takes_only_itself_away() -> None:
    read = read_clickthrough({"lead": "x", "stat": "abc", "source": [["a"], "b"]})
    assert read == Clickthrough(message="abc", source="a")
