"""Origins as a site owner lists them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_contacttrack.wire.origins import Origins, origin_error


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("https://example.com", None),
        (" http://example.com ", None),
        ("https://example.com:8443", None),
        ("http://*.example.com", None),
        ("http://*.example.com:8080", None),
        ("HTTPS://EXAMPLE.com", None),
        ("http://localhost:3000", None),
        ("http://127.0.0.1:8001", None),
        ("http://[::1]:8001", None),
        ("https://bücher.example", None),
        ("https://*.bücher.example", None),
        ("https://my_shop.example", None),
        ("example.com", "missing_scheme"),
        ("//example.com", "missing_scheme"),
        ("*", "missing_scheme"),
        ("null", "missing_scheme"),
        ("", "missing_scheme"),
        ("ftp://example.com", "bad_scheme"),
        ("://example.com", "bad_scheme"),
        ("*://example.com", "bad_scheme"),
        ("https://example.com/", "has_path"),
        ("https://example.com/shop", "has_path"),
        ("https://example.com?x=1", "has_path"),
        ("https://example.com#x", "has_path"),
        ("https://*", "bad_wildcard"),
        ("https://*.", "bad_wildcard"),
        ("https://*example.com", "bad_wildcard"),
        ("https://www.*.com", "bad_wildcard"),
        ("https://*.*.example.com", "bad_wildcard"),
        ("https://example.*", "bad_wildcard"),
        ("https://example.com:", "bad_port"),
        ("https://example.com:*", "bad_port"),
        ("https://example.com:0", "bad_port"),
        ("https://example.com:65536", "bad_port"),
        ("https://example.com:http", "bad_port"),
        ("https://example.com:٣", "bad_port"),
        ("https://", "bad_host"),
        ("https://.com", "bad_host"),
        ("https://example..com", "bad_host"),
        ("https://-a.com", "bad_host"),
        ("https://a b.com", "bad_host"),
        ("https://user@example.com", "bad_host"),
        ("https://[::g]", "bad_host"),
        ("https://[::1%25eth0]", "bad_host"),
        ("https://[::1", "bad_host"),
        ("https://" + "a" * 64 + ".com", "bad_host"),
        ("https://" + "a." * 200 + "com", "bad_host"),
        ("https://\ud800.com", "bad_host"),
        ("https://a\0.com", "bad_host"),
    ],
)
def test_a_line_is_an_origin_or_says_why_not(line: str, code: str | None) -> None:  # S24
    assert origin_error(line) == code
    assert bool(Origins([line])) is (code is None)


@pytest.mark.parametrize(
    ("listed", "allowed", "refused"),
    [
        (
            "https://example.com",
            ["https://example.com", "https://EXAMPLE.com", "https://example.com:443"],
            ["http://example.com", "https://www.example.com", "https://example.com:8443",
             "https://example.com.evil.org", "https://evil-example.com", "null", "",
             "https://example.com/", "https://user@example.com", "https://example.com:443:443"],
        ),
        (
            "http://*.example.com",
            ["http://www.example.com", "http://a.b.example.com", "http://www.example.com:80"],
            ["http://example.com", "https://www.example.com", "http://www.example.com:8080",
             "http://evil-example.com", "http://wwwexample.com", "http://.example.com",
             "http://evil.org/.example.com", "http://evil.org?.example.com", "http://*.example.com",
             "http://www.example.com.evil.org", "http://evil.org:80.example.com",
             "http://a@evil.org#.example.com"],
        ),
        ("http://example.com:8080", ["http://example.com:8080"], ["http://example.com"]),
        ("http://*.a.example:81", ["http://x.a.example:81"], ["http://x.a.example"]),
        ("https://BÜCHER.Example", ["https://xn--bcher-kva.example"], ["https://bucher.example"]),
        ("https://*.straße.example", ["https://www.xn--strae-oqa.example"],
         ["https://www.strasse.example"]),
        ("http://[::1]:8001", ["http://[::1]:8001", "http://[0:0::1]:8001"], ["http://[::1]"]),
    ],
)  # fmt: skip
def test_scheme_host_and_port_have_to_agree(  # S24 S25 S26
    listed: str, allowed: list[str], refused: list[str]
) -> None:
    origins = Origins([listed, "nonsense"])
    assert [origin for origin in allowed if not origins.allows(origin)] == []
    assert [origin for origin in refused if origins.allows(origin)] == []


def test_an_empty_list_allows_nothing() -> None:
    assert not Origins()
    assert not Origins().allows("https://example.com")


labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join)


@given(hosts, st.lists(labels, min_size=1, max_size=3), labels)
def test_a_star_stands_for_labels_and_nothing_else(  # S26
    host: str, sub: list[str], label: str
) -> None:
    origins = Origins([f"https://*.{host}"])
    assert origins.allows(f"https://{'.'.join(sub)}.{host}")
    assert not origins.allows(f"https://{host}")
    assert not origins.allows(f"https://{label}-{host}")
    assert not origins.allows(f"https://{label}{host}")
    assert not origins.allows(f"https://{label}.{host}.{label}x")
    assert not origins.allows(f"http://{label}.{host}")


@given(st.text(max_size=60))
def test_origins_may_be_anything(text: str) -> None:
    for line in (text, f"https://{text}", f"https://*.{text}"):
        origin_error(line)
        assert not Origins(["https://*.listed.example"]).allows(line)
