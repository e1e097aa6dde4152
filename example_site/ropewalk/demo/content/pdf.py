"""A price list as a PDF of one page, with the fonts that every reader has."""

from __future__ import annotations

from collections.abc import Iterable

Line = tuple[str, str]

PAGE_WIDTH, PAGE_HEIGHT = 595, 842
LEFT, RIGHT = 64, 531
GREEN = "0.09 0.34 0.31"
INK = "0.12 0.15 0.14"
SOFT = "0.42 0.46 0.44"

# Widths of the digits and signs that prices are made of, in thousandths of the font size.
_WIDTHS = {".": 278, ",": 278, " ": 278, "€": 556}


def price_list(
    title: str, subtitle: str, sections: Iterable[tuple[str, list[Line]]], foot: str
) -> bytes:
    """The document's bytes: a heading, sections with names and prices, and a line at the foot."""
    parts = [
        f"{GREEN} rg 0 {PAGE_HEIGHT - 14} {PAGE_WIDTH} 14 re f",
        _text("Ropewalk Cycles", LEFT, 772, 12, SOFT),
        _text(title, LEFT, 734, 30, GREEN, bold=True),
        _text(subtitle, LEFT, 710, 12, SOFT),
    ]
    top = 664
    for heading, lines in sections:
        parts.append(_text(heading, LEFT, top, 15, GREEN, bold=True))
        top -= 12
        for name, price in lines:
            parts.append(f"0.88 0.85 0.79 RG 0.6 w {LEFT} {top} m {RIGHT} {top} l S")
            parts.append(_text(name, LEFT, top - 16, 11, INK))
            parts.append(_text(price, RIGHT - _width(price, 11), top - 16, 11, INK))
            top -= 24
        top -= 28
    parts.append(_text(foot, LEFT, 48, 9, SOFT))
    return _document("\n".join(parts).encode("cp1252"), title)


def _text(text: str, x: float, y: float, size: int, color: str, bold: bool = False) -> str:
    for sign in "\\()":
        text = text.replace(sign, f"\\{sign}")
    font = "F2" if bold else "F1"
    return f"BT {color} rg /{font} {size} Tf {x:.1f} {y:.1f} Td ({text}) Tj ET"


def _width(text: str, size: int) -> float:
    return sum(_WIDTHS.get(sign, 556) for sign in text) * size / 1000


def _document(content: bytes, title: str) -> bytes:
    fonts = [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Contents 4 0 R "
            "/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
        ).encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *fonts,
        b"<< /Title (%s) >>" % title.encode("cp1252"),
    ]
    document = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(document)
    document += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    document += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    document += b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\n" % (len(objects) + 1)
    return bytes(document + b"startxref\n%d\n%%%%EOF\n" % start)
