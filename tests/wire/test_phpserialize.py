"""PHP's serialized data: everything that arrays and scalars can say, and nothing else."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_contacttrack.wire.phpserialize import PhpSerializeError, PhpValue, loads

from .ending import comes_to_an_end


def dumps(value: PhpValue) -> bytes:
    """What PHP would write."""
    if value is None:
        return b"N;"
    if isinstance(value, bool):
        return b"b:%d;" % value
    if isinstance(value, int):
        return b"i:%d;" % value
    if isinstance(value, float):
        special = {math.inf: "INF", -math.inf: "-INF"}
        return f"d:{special.get(value, repr(value).upper())};".encode()
    if isinstance(value, str):
        raw = value.encode()
        return b's:%d:"%s";' % (len(raw), raw)
    items = b"".join(dumps(key) + dumps(item) for key, item in value.items())
    return b"a:%d:{%s}" % (len(value), items)


storable_text = st.text(
    st.characters(codec="utf-8", exclude_characters="".join(map(chr, range(32))))
)
integers = st.integers(-(2**63), 2**63 - 1)
scalars = st.none() | st.booleans() | integers | st.floats(allow_nan=False) | storable_text
values = st.recursive(
    scalars,
    lambda inner: st.dictionaries(storable_text | integers, inner, max_size=5),
    max_leaves=20,
).filter(lambda value: depth(value) <= 6)


def depth(value: PhpValue) -> int:
    if not isinstance(value, dict):
        return 0
    return 1 + max(map(depth, value.values()), default=0)


@given(values)
def test_reads_back_what_php_writes(value: PhpValue) -> None:
    assert loads(dumps(value)) == value


@given(st.binary(max_size=200) | st.text(alphabet='aisbdNOC:;{}"0123456789-.', max_size=60))
def test_never_raises_anything_but_its_own_error(raw: bytes | str) -> None:
    with suppress(PhpSerializeError):
        loads(raw if isinstance(raw, bytes) else raw.encode())


@pytest.mark.parametrize(
    "raw",
    [
        b'O:8:"stdClass":0:{}',
        b'a:1:{i:0;O:8:"stdClass":0:{}}',
        b'C:3:"Foo":0:{}',
        b'a:1:{i:0;C:3:"Foo":0:{}}',
        b'a:2:{i:0;s:1:"a";i:1;R:2;}',
        b"a:1:{i:0;r:1;}",
        b'E:7:"Foo:Bar";',
        b'S:1:"a";',
        b"A:0:{}",
        b'a:1:{N;s:1:"a";}',
        b"a:1:{b:1;i:1;}",
        b"a:1:{a:0:{}i:1;}",
        b"a:-1:{}",
        b"a:2:{i:0;i:0;}",
        b"a:0:{i:0;i:0;}",
        b"a:9999999:{}",
        b'a:1:{s:8:"page_url";s:9999:"x";}',
        b's:3:"ab";',
        b's:1:"ab";',
        b's:-1:"";',
        b"s:1:'a';",
        b"i:;",
        b"i:1",
        b"i:1_0;",
        b"i:" + b"9" * 5000 + b";",
        b"d:;",
        b"d:.;",
        b"d:nan;",
        b"b:2;",
        b"N",
        b"",
        b" a:0:{}",
        b"\x00",
    ],
)
def test_refuses_everything_else(raw: bytes) -> None:
    with pytest.raises(PhpSerializeError):
        loads(raw)


def test_an_object_in_a_text_is_a_text() -> None:
    assert loads(b'a:1:{i:0;s:19:";O:8:"stdClass":0:{";}') == {0: ';O:8:"stdClass":0:{'}


def test_ignores_what_follows_as_php_does() -> None:
    assert loads(b"a:0:{}\n") == {}


def test_lengths_are_bytes() -> None:
    assert loads('s:2:"é";'.encode()) == "é"
    with pytest.raises(PhpSerializeError):
        loads('s:1:"é";'.encode())


def test_texts_are_storable_whatever_they_held() -> None:
    assert loads(b's:5:"a\x00b\xffc";') == "ab\ufffdc"


def test_depth_is_limited() -> None:
    assert loads(b"a:1:{i:0;" * 5 + b"N;" + b"}" * 5)
    with pytest.raises(PhpSerializeError):
        loads(b"a:1:{i:0;" * 7 + b"N;" + b"}" * 7)


@pytest.mark.parametrize(
    "raw",
    [b"a:1:{i:0;" * 3600, b"a:2001:{" + b"i:0;N;" * 2001 + b"}", b"x" * 32769],
    ids=["deep", "many", "large"],
)
def test_hostile_data_is_refused(raw: bytes) -> None:
    with comes_to_an_end(), pytest.raises(PhpSerializeError):
        loads(raw)
