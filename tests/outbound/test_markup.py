"""HTML of messages keeps every character but those of its links."""

from __future__ import annotations

import pytest

from wagtail_contacttrack.outbound.mail.markup import links_of, rewritten


def change(url: str) -> str | None:
    return f"https://t.example/?a=1&u={len(url)}" if url.startswith("http") else None


def changed(text: str, addition: str = "") -> str:
    return rewritten(text, change, addition)


T = "https://t.example/?a=1&amp;u="


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="http://a.b">x</a>', f'<a href="{T}10">x</a>'),
        ("<a href='http://a.b'>x</a>", f'<a href="{T}10">x</a>'),
        ("<a href=http://a.b>x</a>", f'<a href="{T}10">x</a>'),
        ("<A HREF = http://a.b >x</A>", f'<A HREF = "{T}10" >x</A>'),
        ('<a\n  class="b"\n  href="http://a.b"\n>x', f'<a\n  class="b"\n  href="{T}10"\n>x'),
        ('<area href="http://a.b"/>', f'<area href="{T}10"/>'),
        ('<a href=" http://a.b ">x</a>', f'<a href="{T}10">x</a>'),
        ('<a href="http://a.b/?c=1&amp;d=2">x', f'<a href="{T}19">x'),
        ('<a title=\'y href="z"\' href="http://a.b">x', f'<a title=\'y href="z"\' href="{T}10">x'),
        ('<a data-href="n" href="http://a.b">x', f'<a data-href="n" href="{T}10">x'),
        ('<p>ü\r\n😀\n<a href="http://a.b">', f'<p>ü\r\n😀\n<a href="{T}10">'),
        ('<a href="http://a.b" href="http://cc.b">', f'<a href="{T}10" href="http://cc.b">'),
    ],
)
def test_the_link_is_all_that_changes(before, after):
    assert changed(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no markup",
        '<a href="#top">x</a>',
        '<a href="mailto:a@b.c">x</a><a href="tel:1">y</a>',
        "<a>x</a><a href>y</a><a href=>z</a><a name=b>w</a>",
        '<a href="http://a.b" data-contacttrack="off">x</a>',
        '<!--[if mso]><a href="http://a.b">x</a><![endif]-->',
        '<script>"<a href=http://a.b>"</script><style>a[href="http://a.b"] {}</style>',
        '<a href="http://a.b',
        "<a href='http://a.b>",
        '<link href="http://a.b"><img src="http://a.b"><form action="http://a.b">',
        "<<<a>>>&&amp;<",
        "http://a.b",
        "<p>\x00</p><![CDATA[<a href=http://a.b>]]",
    ],
)
def test_everything_else_stays_to_the_letter(text):
    assert changed(text) == text


def test_what_is_added_stands_at_the_end_of_the_body():
    page = "<html><body><p>x</p></body ></html>"
    assert changed(page, "<i>") == "<html><body><p>x</p><i></body ></html>"
    assert changed("<html><p>x</html>", "<i>") == "<html><p>x<i></html>"
    assert changed("<p>x</p>", "<i>") == "<p>x</p><i>"
    # The last one counts, and a comment is none.
    assert changed("</body><!-- </body> --></body>", "<i>") == "</body><!-- </body> --><i></body>"


def test_links_are_told_as_browsers_understand_them():
    assert links_of('<a href="http://a.b/?x=1&amp;y=2&copy=3">') == ["http://a.b/?x=1&y=2&copy=3"]
