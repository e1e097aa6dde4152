"""Countries, their regions, languages and time zones: what is one, and what it is called.

The lists are read when they are asked for first, and kept. Nothing here asks the database.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from django.utils.translation import get_language

REGIONS = Path(__file__).parent / "data" / "regions.json"
# Names that people use and that no list has.
FURTHER_COUNTRIES = {
    "america": "US",
    "burma": "MM",
    "cape verde": "CV",
    "east timor": "TL",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "ivory coast": "CI",
    "macau": "MO",
    "macedonia": "MK",
    "republic of korea": "KR",
    "scotland": "GB",
    "swaziland": "SZ",
    "the netherlands": "NL",
    "united states of america": "US",
    "wales": "GB",
}
# Neither places nor fit for an address: groups of countries, and what stands for none.
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
_CODE = re.compile(r"[A-Z]{2}")
# What JavaScript says that a clock is behind UTC, in minutes without summer time, and the best
# known zone there.
ZONES_BY_OFFSET = {
    720: "Pacific/Kwajalein",
    660: "Pacific/Pago_Pago",
    600: "Pacific/Honolulu",
    540: "America/Anchorage",
    480: "America/Los_Angeles",
    420: "America/Denver",
    360: "America/Chicago",
    300: "America/New_York",
    240: "America/Halifax",
    210: "America/St_Johns",
    180: "America/Sao_Paulo",
    120: "America/Noronha",
    60: "Atlantic/Azores",
    0: "Europe/London",
    -60: "Europe/Paris",
    -120: "Europe/Helsinki",
    -180: "Europe/Moscow",
    -210: "Asia/Tehran",
    -240: "Asia/Dubai",
    -270: "Asia/Kabul",
    -300: "Asia/Karachi",
    -330: "Asia/Kolkata",
    -345: "Asia/Kathmandu",
    -360: "Asia/Dhaka",
    -390: "Asia/Yangon",
    -420: "Asia/Bangkok",
    -480: "Asia/Shanghai",
    -540: "Asia/Tokyo",
    -570: "Australia/Darwin",
    -600: "Australia/Sydney",
    -660: "Pacific/Guadalcanal",
    -720: "Pacific/Auckland",
    -780: "Pacific/Tongatapu",
    -840: "Pacific/Kiritimati",
}


def country(sent: str) -> str:
    """The English name of a country, told by that name in any spelling or by an ISO code, or ""."""
    code = country_code(sent)
    return _country_names("en")[code] if code else ""


def country_name(code: str) -> str:
    """The English name of the country with this ISO code; a code that is none stays as it is."""
    return _country_names("en").get(code.upper(), code)


def country_code(sent: str) -> str:
    """The two letters of a country told by its English name or an ISO code, or ""."""
    upper = sent.strip().upper()
    if _CODE.fullmatch(upper) and upper in _country_names("en"):
        return upper
    return _codes().get(_plain(sent), "")


def country_title(stored: str) -> str:
    """What the reader calls this country; what is none stays as it is."""
    code = country_code(stored)
    return _country_names(_language()).get(code) or stored


def countries() -> list[tuple[str, str]]:
    """English names, with what the reader calls each country, in the reader's order."""
    titles = _country_names(_language())
    found = [(name, titles.get(code, name)) for code, name in _country_names("en").items()]
    return sorted(found, key=lambda pair: _plain(pair[1]))


def region(sent: str) -> str:
    """The name of a region of any country, told by that name or by a code such as US-CA, or ""."""
    names, codes = _region_names()
    return codes.get(sent.strip().upper()) or names.get(_plain(sent), "")


def regions() -> list[str]:
    """The names of all regions, each once."""
    return sorted(set(_region_names()[0].values()))


def regions_of(country: str) -> list[str]:
    """The names of the regions of a country that is told by name or code; none of what is none."""
    _name, found = _data().get(country_code(country), ("", {}))
    return sorted(found.values())


def locale(sent: str) -> str:
    """A language such as en or en_US, told with either kind of dash, or ""."""
    return _locales().get(sent.strip().replace("-", "_").lower(), "")


def locale_title(stored: str) -> str:
    """What the reader calls this language; what is none stays as it is."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(stored).get_display_name(_language()) or stored
    except (UnknownLocaleError, ValueError):
        return stored


def locales() -> list[tuple[str, str]]:
    """Languages with what the reader calls them, in the reader's order."""
    return _locale_titles(_language())


def timezone(sent: str) -> str:
    """The name of a time zone such as Europe/Paris, told in any case, or ""."""
    return _timezones().get(sent.strip().lower(), "")


def timezones() -> list[str]:
    """The names of all time zones."""
    return sorted(_timezones().values())


def guess_timezone(offset_text: str) -> str:
    """A zone whose clocks differ from UTC by as many minutes, in JavaScript's sign, or ""."""
    text = str(offset_text).strip()
    return ZONES_BY_OFFSET.get(int(text), "") if re.fullmatch(r"[+-]?[0-9]{1,4}", text) else ""


def _language() -> str:
    return _known_language(get_language() or "en")


@cache
def _known_language(wanted: str) -> str:
    """The reader's language as Babel knows it: pt-br as pt_BR, and English where it knows none."""
    known = _locales()
    return known.get(wanted.replace("-", "_").lower()) or known.get(wanted[:2].lower(), "en")


def _plain(name: str) -> str:
    """A name without what people leave out: case, accents, points, "and" in words."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    text = text.replace("’", "'").replace("&", " and ").replace(".", " ")
    return " ".join(text.split())


@cache
def _country_names(language: str) -> dict[str, str]:
    from babel import Locale

    territories = Locale.parse(language).territories
    return {
        code: name
        for code, name in territories.items()
        if _CODE.fullmatch(code) and code not in NO_COUNTRIES
    }


@cache
def _codes() -> dict[str, str]:
    """ISO codes of two letters by plain English names and by codes of three letters."""
    from babel.core import get_global

    known = _country_names("en")
    found = {_plain(name): code for code, (name, _regions) in _data().items() if code in known}
    for alias, codes in get_global("territory_aliases").items():
        if len(alias) in (2, 3) and alias.isalpha() and len(codes) == 1 and codes[0] in known:
            found[alias.lower()] = codes[0]
    found.update(FURTHER_COUNTRIES)
    found.update((_plain(name), code) for code, name in known.items())
    return found


@cache
def _data() -> dict[str, tuple[str, dict[str, str]]]:
    return dict(json.loads(REGIONS.read_text(encoding="utf-8")))


@cache
def _region_names() -> tuple[dict[str, str], dict[str, str]]:
    """Names by their plain form, and by the codes of country and region."""
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    for country, (_name, regions) in _data().items():
        for short, name in regions.items():
            names.setdefault(_plain(name), name)
            codes[f"{country}-{short.upper()}"] = name
    return names, codes


@cache
def _locales() -> dict[str, str]:
    """Languages by their name in small letters, also without the script: zh_CN."""
    from babel.localedata import locale_identifiers

    found: dict[str, str] = {}
    for name in locale_identifiers():
        if name == "root":
            continue
        found[name.lower()] = name
        language, *others = name.split("_")
        if len(others) == 2 and len(others[0]) == 4:
            found.setdefault(f"{language}_{others[1]}".lower(), f"{language}_{others[1]}")
    return found


@cache
def _locale_titles(language: str) -> list[tuple[str, str]]:
    pairs = [(name, locale_title(name)) for name in _locales().values()]
    return sorted(pairs, key=lambda pair: _plain(pair[1]))


@cache
def _timezones() -> dict[str, str]:
    names = available_timezones() - {"Factory", "localtime", "posixrules"}
    return {name.lower(): name for name in names}
