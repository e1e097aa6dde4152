"""Whatever arrives: never a server error, and exactly one reason, which is counted."""

from __future__ import annotations

import base64
import gzip
import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wagtail.models import Site
from waitress.server import create_server

from wagtail_contacttrack.activity.models import Activity
from wagtail_contacttrack.tracking.models import HitCount
from wagtail_contacttrack.tracking.reasons import Reason

from .conftest import FIREFOX, GIF, PUBLIC, browser, counts, reason

DOORS = ["/mtc/event", "/mtracking.gif", "/index.php/mtc/event", "/index.php/mtracking.gif"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW"]
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


def ask(method: str, path: str, body: bytes = b"", query: str = "", **environ: Any) -> HttpResponse:
    """A request as a WSGI server hands it over, exceptions included."""
    if environ.get("CONTENT_LENGTH", "") is None:
        del environ["CONTENT_LENGTH"]
    else:
        environ.setdefault("CONTENT_LENGTH", str(len(body)))
    return browser().request(
        **{
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(body),
            **environ,
        }
    )


def ends_well(response: HttpResponse, method: str = "GET") -> str:
    """The reason; exactly one, counted once, and an answer that nobody may keep."""
    found = reason(response)
    assert found in Reason.values
    assert found != "storage_failed"
    assert response.status_code == 200
    assert counts() == {found: 1}
    assert "no-store" in response["Cache-Control"]
    if response["Content-Type"] == "image/gif":
        assert response.content == GIF
    HitCount.objects.all().delete()
    return found


# Bodies

DEEP = "[" * 100_000
BODIES = {
    "nothing": (FORM, b""),
    "no form": (FORM, b"\x00\xff\xfe\x80&&&===%%%"),
    "NUL": (FORM, b"page_url=a%00b&page_title=%00&email=%00&tags=%00"),
    "raw NUL": (FORM, b"page_url=a\x00b&page\x00_title=x"),
    "lone surrogate": (FORM, b"page_url=%ED%A0%80&page_title=%ED%BF%BF&%ED%A0%80=x"),
    "broken UTF-8": (FORM, b"page_url=%C3%28&page_title=%F0%28%8C%BC&x=%C3"),
    "controls": (FORM, urlencode({"page_title": "".join(map(chr, range(160)))}).encode()),
    "not characters": (FORM, urlencode({"page_title": "\ufffe\uffff\U0010ffff\u202e"}).encode()),
    "bracket bomb": (FORM, b"a" + b"[a]" * 20_000 + b"=1"),
    "open brackets": (FORM, b"a" + b"[" * 60_000 + b"=1"),
    "many parameters": (FORM, b"&".join(b"a%d=1" % n for n in range(6_000))),
    "many nested": (FORM, b"&".join(b"a[%d][]=1" % n for n in range(5_000))),
    "arrays for texts": (FORM, b"page_url[a]=1&page_title[]=1&email[]=1&tags[a][b]=1&ct[lead]=1"
                               b"&d[page_url][]=1&mautic_device_id[]=1&mtc_event_id[]=1"),
    "long name": (FORM, b"x" * 60_000 + b"=1"),
    "long value": (FORM, b"page_url=" + b"x" * 60_000),
    "10 MB": (FORM, b"page_url=" + b"x" * 10_000_000),
    "10 MB of text": ("text/plain", b"x" * 10_000_000),
    "10 MB of JSON": ("application/json", b'{"page_url":"' + b"x" * 10_000_000),
    "10 MB of parts": (MULTIPART, b"--b\r\n" * 2_000_000),
    "10 MB of anything": ("application/octet-stream", b"\x00" * 10_000_000),
    "JSON": ("application/json", b'{"page_url":"\\u0000\\ud800","page_title":null,"x":[{}]}'),
    "JSON bomb": ("application/json", DEEP[:60_000].encode()),
    "JSON object bomb": ("application/json", b'{"a":' * 10_000),
    "JSON number": ("application/json", b'{"page_url":' + b"9" * 50_000 + b"}"),
    "JSON NaN": ("application/json", b'{"page_url":NaN,"mtc_age":Infinity,"mtc_engaged":-1e999}'),
    "JSON list": ("application/json", b"[1,2,3]"),
    "JSON text": ("application/json", b'"text"'),
    "JSON in UTF-16": ("application/json", '{"page_url":"x"}'.encode("utf-16")),
    "JSON that ends": ("application/json", b'{"page_url":"x'),
    "JSON as a beacon": ("text/plain", b'{"page_url":{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}}'),
    "multipart without boundary": ("multipart/form-data", b"--b\r\n\r\n--b--"),
    "multipart without end": (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="a"\r\n'),
    "multipart in multipart": (MULTIPART, b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n"),
    "multipart names": (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="\xff\x00[["\r\n'
                                   b"\r\n\xff\x00\r\n--b--"),
    "boundary of bytes": ("multipart/form-data; boundary=\xff\x00", b"--\xff\r\n"),
    "boundary too long": ("multipart/form-data; boundary=" + "b" * 5_000, b"--bbb"),
    "XML": ("text/xml", b'<!DOCTYPE x [<!ENTITY a "aaa">]><x>&a;</x>'),
    "gzip": (FORM, gzip.compress(b"page_url=x" * 1000)),
    "unknown type": ("x/y; charset=nonsense; q=\xff", b"page_url=x"),
    "wrong charset": (f"{FORM}; charset=utf-7", b"page_url=+AG8-"),
    "unknown charset": (f"{FORM}; charset=\xff", b"page_url=x"),
    "type of 8 KB": ("a" * 8_000, b"page_url=x"),
    "no type": ("", b"page_url=x"),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", BODIES)
def test_bodies_may_hold_anything(name):
    kind, body = BODIES[name]
    for door in DOORS[:2]:
        for method in METHODS:
            response = ask(method, door, body, CONTENT_TYPE=kind)
            found = ends_well(response)
            looked_into = method not in ("GET", "HEAD")
            too_large = looked_into and len(body) > 65_536
            assert found == ("payload_too_large" if too_large else "recorded"), (door, method)


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_a_question_for_permission_is_no_hit(door):
    for body in (b"", b"\xff" * 100_000):
        response = ask("OPTIONS", door, body, HTTP_ORIGIN="\xff", CONTENT_TYPE=FORM)
        assert response.status_code == 204
    assert counts() == {}


# Queries


def packed(data: bytes) -> str:
    return f"d={quote(base64.b64encode(data))}"


QUERIES = {
    "NUL": "page_url=%00&page_title=a%00b&tags=%00&email=%00&%00=%00",
    "lone surrogate": "page_url=%ED%A0%80%ED%B0%80&d=%ED%A0%80",
    "raw bytes": "page_url=\xff\xfe&\x80=\x80",
    "percent": "page_url=%&page_title=%zz&d=%",
    "brackets": "page_url[][][][][][][][]=1&[=1&]=1&a[=1&a]=1&[]=1&[a]=1",
    "bracket bomb": "a" + "[]" * 20_000 + "=1",
    "d is no base64": "d=!!!&page_url=x",
    "d is half of it": "d=YTox",
    "d is one letter": "d=Y",
    "d in d": packed(b'a:1:{s:1:"d";s:4:"YTow";}'),
    "d lies about lengths": packed(b'a:1:{s:8:"page_url";s:9999:"x";}'),
    "d is an object": packed(b'O:8:"stdClass":1:{s:1:"x";i:1;}'),
    "d counts to infinity": packed(b"a:99999999999:{i:0;i:1;}"),
    "d is deep": packed(b"a:1:{i:0;" * 5_000),
    "d has NUL and bytes": packed(b'a:1:{s:8:"page_url";s:4:"\x00\xff\xed\xa0";}'),
    "d has a list for the address": packed(b'a:1:{s:8:"page_url";a:1:{i:0;i:1;}}'),
    "d is 60 KB": packed(b'a:1:{s:8:"page_url";s:40000:"' + b"x" * 40_000 + b'";}'),
    "d is JSON": "d=" + quote(json.dumps({"page_url": ["x"], "a": {"b": None}})),
    "d is an array": "d[page_url][x]=1&d[]=2",
    "ct": "ct=%00&ct[lead]=1&page_url=https%3A%2F%2Fa.example%2F%3Fct%3D%2500",
    "addresses": "page_url=http%3A%2F%2F%5B%3A%3A1&page_referrer=http%3A%2F%2F%5B",
    "an address of the script that is none": "page_url=http%3A%2F%2F%5B%3A%3A1&mtc_event_id=e",
    "an address with a bad port": "page_url=http%3A%2F%2Fa%3A99999999%2F",
    "script": "page_url=javascript%3Aalert(1)&page_title=%3Cscript%3E",
    "SQL": "page_url='%3B%20DROP%20TABLE%20x--&mautic_device_id='%20OR%201%3D1",
    "percent signs for the driver": "page_url=%25s%25(x)s%25%25&page_title=%25s",
    "numbers": "mtc_page=99999999999999999999&mtc_age=-1&mtc_engaged=1e99&timezone_offset=x",
    "numbers that are none": "mtc_page=NaN&mtc_age=%D9%A1%D9%A2&mtc_locale=%00",
    "campaign": "&".join(f"utm_{name}=" + "ü" * 500 for name in ("source", "medium", "campaign")),
    "the same name thousands of times": "&".join(["page_url=x"] * 5_000),
    "separators": "&" * 60_000,
    "semicolons": ";page_url=x;;" * 1_000,
    "emoji": "page_url=" + quote("🦊" * 1_000) + "&page_title=" + quote("👩‍👩‍👧‍👦"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", QUERIES)
def test_queries_may_hold_anything(name):
    for door in DOORS[:2]:
        for method in ("GET", "HEAD", "POST", "PUT"):
            assert ends_well(ask(method, door, query=QUERIES[name])) == "recorded"


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("length", [65_537, 1_000_000])
def test_an_address_that_is_too_long_is_not_looked_into(door, length):
    response = ask("GET", door, query="page_url=".ljust(length, "x"))
    assert ends_well(response) == "payload_too_large"
    assert not Activity.objects.exists()


# Lengths and broken connections


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ("-1", "recorded"),
        ("abc", "recorded"),
        ("", "recorded"),
        ("0", "recorded"),
        ("4", "recorded"),
        ("10", "recorded"),
        ("+10", "recorded"),
        ("1e1", "recorded"),
        ("١٠", "recorded"),
        ("11", "invalid"),
        ("9" * 30, "invalid"),
        (None, "recorded"),
    ],
)
@pytest.mark.parametrize("door", DOORS[:2])
def test_the_length_may_be_a_lie(door, length, expected):
    response = ask("POST", door, b"page_url=x", CONTENT_TYPE=FORM, CONTENT_LENGTH=length)
    assert ends_well(response) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OSError, ConnectionResetError, TimeoutError])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("door", DOORS[:2])
def test_a_sender_may_hang_up(door, error, chunked):
    class Broken(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise error("gone")

        readline = read

    environ: dict[str, Any] = {"wsgi.input": Broken(), "CONTENT_TYPE": FORM}
    environ |= (
        {"wsgi.input_terminated": True, "CONTENT_LENGTH": None}
        if chunked
        else {"CONTENT_LENGTH": "10"}
    )
    assert ends_well(ask("POST", door, **environ)) == "invalid"
    assert not Activity.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("size", [10, 10_000_000])
@pytest.mark.parametrize("door", DOORS[:2])
def test_a_body_may_come_in_chunks(door, size):
    """As gunicorn and others hand it over: no length, and a stream that ends by itself."""
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": None, "CONTENT_TYPE": FORM}
    response = ask("POST", door, b"page_url=x".ljust(size, b"x"), **environ)
    found = ends_well(response)
    assert found == ("recorded" if size < 65_536 else "payload_too_large")
    if found == "recorded":
        assert Activity.objects.get().url == "x"


# Headers

ODD = [
    "\x00",
    "\xff\xfe",
    "é",
    "=",
    ";",
    ";;;=;=",
    '"',
    "a" * 100_000,
    "\xed\xa0\x80",
    "%00",
    "\r",
    "{}",
]
HEADERS = [
    "USER_AGENT", "REFERER", "ORIGIN", "ACCEPT_LANGUAGE", "DNT", "SEC_GPC", "SEC_PURPOSE",
    "X_FORWARDED_FOR", "FORWARDED", "CLIENT_IP", "COOKIE", "ACCEPT", "AUTHORIZATION",
    "IF_NONE_MATCH", "X_REQUESTED_WITH", "CONTENT_ENCODING", "TRANSFER_ENCODING", "EXPECT",
    "RANGE", "X_COUNTRY",
    "X_HTTP_METHOD_OVERRIDE", "ACCESS_CONTROL_REQUEST_METHOD", "ACCESS_CONTROL_REQUEST_HEADERS",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("header", HEADERS)
def test_headers_may_hold_anything(header, configure):
    configure(TRUSTED_PROXIES=[PUBLIC], COUNTRY_HEADER="X-Country")
    allowed = {"recorded"}
    if header == "ORIGIN":
        allowed = {"recorded", "origin_not_listed"}
    for value in ODD:
        for door in DOORS[:2]:
            environ = {f"HTTP_{header}": value, "QUERY_STRING": "page_url=x"}
            response = ask("POST", door, b"a=b", CONTENT_TYPE=FORM, **environ)
            assert ends_well(response) in allowed, value[:10]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["mautic_device_id", "mtc_device_id", "mtc_sid", "mtc_id", "mautic_referer_id", "sessionid",
     "csrftoken", "messages", "mautic_session_id"],
)  # fmt: skip
def test_cookies_may_hold_anything(name):
    for value in [*ODD, "1", "'", "1.2:3", "a" * 23, "A" * 23, "9" * 400]:
        for door in DOORS[:2]:
            response = ask("POST", door, b"a=b", HTTP_COOKIE=f"{name}={value}; {name}; =; {value}")
            assert ends_well(response) == "recorded"
            assert len(response.cookies["mautic_device_id"].value) == 23


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["/mtracking.gif", "/mtc"])
@pytest.mark.parametrize("octal", ["000", "012", "351"])
def test_a_session_cookie_that_is_no_key_is_no_session(door, octal):
    """Python unquotes what browsers quote: also a NUL, which PostgreSQL refuses to look up."""
    cookie = f'sessionid="abcdefgh\\{octal}ijkl"'
    with CaptureQueriesContext(connection) as queries:
        response = ask("GET", door, query="page_url=x", HTTP_COOKIE=cookie)
    assert response.status_code == 200
    assert counts() == ({"recorded": 1} if door == "/mtracking.gif" else {})
    assert not any("django_session" in query["sql"] for query in queries)


# Whether Django lets them in, where the project allows all hosts.
HOSTS = {
    "nobody.example": True, "testserver:99999": True, "testserver.": True, "TESTSERVER": True,
    "[::1]:80": True, "x" * 10_000: True, "": False, "testserver:x": False, "a b": False,
    "[::1": False, "://": False, "\x00": False, "\xff": False, "a,b": False,
    "testserver@evil.example": False,
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS[:2])
@pytest.mark.parametrize("host", HOSTS)
def test_a_strange_host_is_the_default_site_or_refused_by_django(host, door, settings):
    response = ask("POST", door, b"page_url=x", CONTENT_TYPE=FORM, HTTP_HOST=host)
    if HOSTS[host]:
        assert ends_well(response) == "recorded"
        assert Activity.objects.get().site_id == Site.objects.get().pk
    else:
        assert response.status_code == 400
    settings.ALLOWED_HOSTS = ["www.example.com"]
    response = ask("POST", door, b"page_url=x", CONTENT_TYPE=FORM, HTTP_HOST=host)
    assert response.status_code == 400
    assert counts() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("host", HOSTS)
def test_where_django_does_not_look_at_the_host_nobody_is_turned_away(host, settings):
    common = "django.middleware.common.CommonMiddleware"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != common]
    settings.ALLOWED_HOSTS = ["www.example.com"]
    for door in DOORS[:2]:
        origin = {"HTTP_ORIGIN": f"https://{host}"} if host else {}
        response = ask("POST", door, b"page_url=x", CONTENT_TYPE=FORM, HTTP_HOST=host, **origin)
        assert ends_well(response) in ("recorded", "origin_not_listed")


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*ODD[:6], "1.2.3.4.5", "::ffff:999.1.1.1", "fe80::1%\x00"])
def test_a_sender_may_have_any_address(address):
    response = ask("GET", "/mtracking.gif", query="page_url=x", REMOTE_ADDR=address)
    assert ends_well(response) == "private_ip"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/mtc.js", "/mtc", "/index.php/mtc.js", "/index.php/mtc/"])
def test_the_other_doors_stand_it_too(path):
    for method in METHODS:
        for value in ODD:
            environ = {"HTTP_COOKIE": f"mautic_device_id={value}", "HTTP_IF_NONE_MATCH": value}
            body = value.encode("utf-8", "replace")
            response = ask(method, path, body, query=f"mautic_device_id={value}", **environ)
            assert response.status_code == 200, (method, value[:10])
    assert counts() == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/mtc/\xff", "/mtc/event/x", "/mtracking.gif/", "/mtc.js/", "/mtc.jsx"]
)
def test_what_is_no_door_is_not_found(path):
    # Wagtail looks for a page there, with a slash.
    assert ask("GET", path).status_code in (301, 404)
    assert counts() == {}


# Anything at all

raw_text = st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))
names = st.sampled_from(
    ["page_url", "url", "title", "d", "ct", "mtc_leave", "mtc_event_id", "mtc_age", "mtc_engaged",
     "mautic_device_id", "tags", "utm_source", "do_not_track", "a[b]", "x"]
)  # fmt: skip
pairs = st.lists(st.tuples(names, raw_text | raw_text.map(quote)), max_size=6).map(
    lambda items: "&".join(f"{name}={value}" for name, value in items)
)
environs = st.fixed_dictionaries(
    {},
    optional={
        **{f"HTTP_{name}": raw_text for name in HEADERS},
        "HTTP_COOKIE": st.tuples(
            st.sampled_from(["mautic_device_id", "mautic_referer_id", "sessionid"]), raw_text
        ).map("=".join),
        "CONTENT_TYPE": raw_text
        | st.sampled_from([FORM, MULTIPART, "application/json", "text/plain"]),
        "CONTENT_LENGTH": raw_text | st.integers(-5, 100).map(str),
        "REMOTE_ADDR": raw_text | st.just(PUBLIC),
        "wsgi.input_terminated": st.booleans(),
        "wsgi.url_scheme": st.sampled_from(["http", "https"]),
    },
)


@pytest.mark.django_db
@hypothesis_settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    method=st.sampled_from(METHODS),
    door=st.sampled_from(DOORS),
    query=raw_text | pairs,
    body=st.binary(max_size=300) | pairs.map(lambda text: text.encode("latin-1")),
    environ=environs,
)
@example("POST", "/mtc/event", "", b"mtc_leave=a&mautic_device_id=" + b"a" * 23, {})
def test_requests_may_be_anything(db, method, door, query, body, environ):
    ends_well(ask(method, door, body, query, **environ))


# A real server


@pytest.fixture
def server(committed: None) -> Iterator[int]:
    """The port of a real web server with the project behind it."""
    server = create_server(WSGIHandler(), host="127.0.0.1", port=0, threads=2)

    def run() -> None:
        # Closing the server is how to end it.
        with suppress(OSError):
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    server.task_dispatcher.shutdown()


def talk(port: int, data: bytes, *, hang_up: bool = False) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(data)
        if hang_up:
            return b""
        line.shutdown(socket.SHUT_WR)
        found = b""
        while part := line.recv(65_536):
            found += part
    return found


def request(head: str, body: bytes = b"") -> bytes:
    agent = f"Host: testserver\r\nUser-Agent: {FIREFOX}\r\nConnection: close\r\n"
    first, _, rest = head.partition("\n")
    lines = "".join(f"{line}\r\n" for line in rest.splitlines())
    return f"{first}\r\n{agent}{lines}\r\n".encode("latin-1") + body


TALKS = {
    "plain": (request("GET /mtracking.gif?page_url=x HTTP/1.1"), 200),
    "old": (request("GET /mtracking.gif?page_url=x HTTP/1.0"), 200),
    "raw bytes in the address": (request("GET /mtracking.gif?page_url=\xff\xfe HTTP/1.1"), 400),
    "raw bytes in headers": (request("GET /mtracking.gif?a HTTP/1.1\nReferer: \xff\xfe"), 200),
    "form": (
        request(
            f"POST /mtc/event HTTP/1.1\nContent-Type: {FORM}\nContent-Length: 10", b"page_url=x"
        ),
        200,
    ),
    "chunks": (
        request(
            f"POST /mtc/event HTTP/1.1\nContent-Type: {FORM}\nTransfer-Encoding: chunked",
            b"5\r\npage_\r\n5\r\nurl=x\r\n0\r\n\r\n",
        ),
        200,
    ),
    "10 MB": (
        request(
            f"POST /mtc/event HTTP/1.1\nContent-Type: {FORM}\nContent-Length: 10000000",
            b"x" * 10_000_000,
        ),
        200,
    ),
    "bad length": (request("POST /mtc/event HTTP/1.1\nContent-Length: ten", b"page_url=x"), 400),
    "no protocol": (b"GET /mtracking.gif\r\n\r\n", 0),
    "no request": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "two lengths": (
        request("POST /mtc/event HTTP/1.1\nContent-Length: 1\nContent-Length: 5", b"a=bcd"),
        0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TALKS)
def test_a_real_server_never_fails_over_a_visitor(server, configure, name):
    configure(TRACK_PRIVATE_IP_RANGES=True)
    data, expected = TALKS[name]
    answer = talk(server, data)
    status = int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0
    assert status < 500
    assert status == expected or not expected
    # What the server itself refuses does not reach us.
    tracked = b"X-Contacttrack-Reason: " in answer
    assert tracked == (status == 200)
    assert sum(counts().values()) == tracked


def test_a_visitor_who_hangs_up_is_no_error(server, configure, caplog):
    configure(TRACK_PRIVATE_IP_RANGES=True)
    head = f"POST /mtc/event HTTP/1.1\nContent-Type: {FORM}\nContent-Length: 5000"
    talk(server, request(head, b"page_url=x"), hang_up=True)
    talk(server, request("GET /mtracking.gif?page_url=z HTTP/1.1"))
    assert counts() == {"recorded": 1}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
