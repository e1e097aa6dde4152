"""Which page a hit is about, and where its visitor came from."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from .making import event, pixel
from .test_packed import WORDPRESS_GUEST

PAGE = "https://site.example/pricing"


def packed(**values: str) -> str:
    items = "".join(
        f's:{len(k.encode())}:"{k}";s:{len(v.encode())}:"{v}";' for k, v in values.items()
    )
    return "d=" + quote(f"a:{len(values)}:{{{items}}}")


@pytest.mark.parametrize(
    ("query", "referer", "expected"),
    [
        (f"page_url={PAGE}", "https://other.example/", PAGE),
        (f"url={PAGE}", "https://other.example/", PAGE),
        (f"page_url={PAGE}&url=https://old.example/", "", PAGE),
        (f"page_url=&url={PAGE}", "", PAGE),
        (packed(page_url=PAGE), "https://other.example/", PAGE),
        (packed(url=PAGE), "https://other.example/", PAGE),
        (packed(page_url="x") + f"&page_url={PAGE}", "", PAGE),
        ("tags=A", PAGE, PAGE),
        (packed(email="a@b.c"), PAGE, PAGE),
        ("tags=A", "", ""),
        ("", PAGE, "https://track.example/mtracking.gif"),
        ("page_url=cart_screen&email=myemail%40example.com", "", "cart_screen"),
        ("page_url=cart_screen&email=myemail@example.com", "", "cart_screen"),
        ("page_url=myapp://cart/1", "", "myapp://cart/1"),
        ("page_url[a]=" + PAGE, "", PAGE),
        ("page_url[]=", PAGE, PAGE),
        ("page_url=" + quote("https://x.example/a%20b?q=%2B+%26&a.b=1#f"), "",
         "https://x.example/a%20b?q=%2B+%26&a.b=1#f"),
    ],
)  # fmt: skip
def test_the_page_of_a_pixel(query: str, referer: str, expected: str) -> None:  # S38 S39 S54
    assert pixel(query, headers={"referer": referer}).page_url == expected


@pytest.mark.parametrize(
    ("values", "referer", "expected"),
    [
        ({"page_url": PAGE}, "https://site.example/", PAGE),
        ({"url": PAGE}, "", PAGE),
        ({}, PAGE, PAGE),
        ({}, "", ""),
    ],
)
def test_the_page_of_an_event(values: dict[str, str], referer: str, expected: str) -> None:  # S18
    assert event(values, headers={"referer": referer}).page_url == expected


def test_the_pixel_itself_is_named_without_its_default_port() -> None:
    assert pixel(host="track.example:443").page_url == "https://track.example/mtracking.gif"
    assert pixel(host="track.example:8000").page_url == "https://track.example:8000/mtracking.gif"


def test_both_spellings_mean_the_same() -> None:  # S15 S16 S17 S18 S38 S39
    new = pixel(f"page_url={PAGE}&page_title=T&page_referrer=https://g.example/&page_language=de")
    old = pixel(f"url={PAGE}&title=T&referrer=https://g.example/&language=de")
    mixed = pixel(f"page_url={PAGE}&page_title=T&referrer=https://g.example/&language=de")
    inside = pixel(packed(url=PAGE, title="T", referrer="https://g.example/", language="de"))
    assert new == old == mixed == inside
    assert (new.page_title, new.page_referrer, new.page_language, new.params) == (
        "T", "https://g.example/", "de", {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "title_is_field", "title", "params"),
    [
        ("title=Dr", False, "Dr", {}),
        ("title=Dr", True, "", {"title": "Dr"}),
        ("page_title=T&title=Dr", False, "T", {"title": "Dr"}),
        ("page_title=T&title=Dr", True, "T", {"title": "Dr"}),
        (packed(title="T"), False, "T", {}),
        (packed(title="T"), True, "T", {}),
        (packed(page_title="T", title="Dr"), False, "T", {"title": "Dr"}),
        (packed(page_title="T") + "&title=Dr", False, "T", {"title": "Dr"}),
        (packed(title="T") + "&title=Dr", True, "T", {"title": "Dr"}),
    ],
)
def test_a_bare_title_may_belong_to_the_contact(  # S39
    query: str, title_is_field: bool, title: str, params: dict[str, str]
) -> None:
    hit = pixel(query, title_is_field=title_is_field)
    assert (hit.page_title, hit.params) == (title, params)


def test_entities_are_decoded_once_and_only_inside_d() -> None:
    assert pixel(packed(page_title="A &amp;lt; B &#8211;")).page_title == "A &lt; B –"
    assert pixel(packed(page_title="A&#0;&#xd800;&#1;B")).page_title == "A\ufffd\ufffdB"
    assert pixel("page_title=A+%26amp%3B+B").page_title == "A &amp; B"


@pytest.mark.parametrize(
    ("page", "referrer", "expected"),
    [
        (PAGE, "https://www.google.com/search?q=x", "https://www.google.com/search?q=x"),
        (PAGE, "https://site.example/", "https://site.example/"),
        (PAGE, PAGE, ""),
        (PAGE + "#a", PAGE + "#b", ""),
        ("http://host?page_id=4", "http://host/?page_id=4", ""),
        ("http://HOST", "https://host:443/", ""),
        (PAGE, "www.google.com", "www.google.com"),
        (PAGE, "site.example", "site.example"),
        ("cart_screen", "com.example.app", "com.example.app"),
    ],
)
def test_a_page_does_not_refer_to_itself(page: str, referrer: str, expected: str) -> None:  # S17
    hit = event({"page_url": page, "page_referrer": referrer}, headers={"referer": page})
    assert hit.page_referrer == expected


@pytest.mark.parametrize(
    ("query", "referer", "expected"),
    [
        (f"page_url={PAGE}", "https://site.example/", ""),
        (f"page_url={PAGE}", "https://other.example/x", "https://other.example/x"),
        (f"page_url={PAGE}&page_referrer=", "https://other.example/x", ""),
        ("tags=A", "https://other.example/x", ""),
        ("", "https://other.example/x", "https://other.example/x"),
    ],
)
def test_the_header_names_the_referrer_only_when_it_is_not_the_page(
    query: str, referer: str, expected: str
) -> None:
    assert pixel(query, headers={"referer": referer}).page_referrer == expected


def test_campaign_tags_are_found_wherever_they_are() -> None:
    page = quote(PAGE + "?utm_source=a+b&utm_medium=%26%2B&utm_term=&x=1#&utm_content=no")
    assert event({"utm_source": "explicit", "page_url": PAGE + "?utm_source=page"}).utm == {
        "utm_source": "explicit"
    }
    hit = pixel(f"page_url={page}&utm_campaign=Fr%C3%BChling&utm_id=7")
    assert hit.utm == {"utm_campaign": "Frühling", "utm_source": "a b", "utm_medium": "&+"}
    assert hit.params == {"utm_id": "7"}
    assert pixel("utm_source[x]=a&utm_medium[]=").utm == {"utm_source": "a"}
    assert len(pixel("utm_content=" + "x" * 500).utm["utm_content"]) == 191


@pytest.mark.parametrize(
    ("referer", "expected"),
    [
        ("http://127.0.0.1:47085/?page_id=4&utm_source=x&utm_medium=cpc",
         {"utm_source": "x", "utm_medium": "cpc"}),
        ("http://other.example/?utm_source=x", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_wordpress_drops_campaign_tags_and_the_browser_knows_them(
    referer: str, expected: dict[str, str]
) -> None:
    hit = pixel(f"d={WORDPRESS_GUEST}", headers={"referer": referer})
    assert hit.utm == expected


def test_the_page_s_own_tags_win_over_the_browser_s() -> None:
    hit = pixel(f"page_url={PAGE}?utm_source=page", headers={"referer": PAGE + "?utm_medium=x"})
    assert hit.utm == {"utm_source": "page"}


def test_the_page_s_query_gives_tags_and_ct_and_nothing_else() -> None:
    page = PAGE + "?email=eve@example.com&tags=x&utm_source=s&ct=abc&mautic_device_id=" + "a" * 23
    hit = event({"page_url": page})
    assert (hit.utm, hit.clickthrough) == ({"utm_source": "s"}, "abc")
    assert (hit.params, hit.param_device) == ({}, "")
    assert hit.page_url == page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ct=abc%2B", "abc+"),
        ("ct[lead]=1&ct[source][]=email&ct[source][]=2", {"lead": "1", "source": ["email", "2"]}),
        ("ct[]=abc", "abc"),
        (f"ct=abc&page_url={quote(PAGE + '?ct=other')}", "abc"),
        (f"page_url={quote(PAGE + '?ct=other%253D')}", "other%3D"),
        (f"page_url={quote(PAGE + '?ct%5Blead%5D=1')}", {"lead": "1"}),
        (packed(ct="inside"), "inside"),
        ("ct=", ""),
    ],
)
def test_the_click_through_token_is_kept_as_it_came(query: str, expected: object) -> None:
    hit = pixel(query)
    assert hit.clickthrough == expected
    assert "ct" not in hit.params
