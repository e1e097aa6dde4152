"""Bicycles and their parts, as flat shapes."""

from __future__ import annotations

from math import hypot

from .canvas import Canvas, Point, polar

INK = "#22302c"
STEEL = "#b9c2bd"
LEATHER = "#9a5b34"
BRASS = "#d9a441"


def wheel(
    canvas: Canvas, center: Point, radius: float, *, tyre: str = INK, spokes: int = 18,
    thick: float = 1.0,
) -> None:  # fmt: skip
    """A spoked wheel; `radius` goes to the middle of the tyre."""
    hub = radius * 0.075
    for number in range(spokes):
        angle = 360 * number / spokes
        start = polar(center, hub, angle + (55 if number % 2 else -55))
        canvas.line([start, polar(center, radius * 0.93, angle)], STEEL, radius * 0.011)
    canvas.ring(center, radius, tyre, radius * 0.085 * thick)
    canvas.ring(center, radius * (0.92 - 0.03 * thick), STEEL, radius * 0.035)
    canvas.disc(center, hub, INK)
    canvas.disc(center, hub * 0.45, STEEL)


def gear(canvas: Canvas, center: Point, radius: float, color: str, teeth: int = 28) -> None:
    """A chainring with its teeth and openings."""
    depth = radius * 0.07
    outline = []
    for number in range(teeth * 4):
        reach = radius + (depth if number % 4 in (1, 2) else 0)
        outline.append(polar(center, reach, 360 * number / (teeth * 4)))
    canvas.polygon(outline, color)


def bicycle(
    canvas: Canvas, at: Point, size: float, color: str, *, sporty: bool = False,
    guards: bool = True, basket: bool = False, tyre: str = INK,
) -> None:  # fmt: skip
    """A bicycle that stands on the ground at `at` (middle between the wheels) and looks right."""
    unit = size / 100
    x, y = at

    def spot(right: float, up: float) -> Point:
        return x + right * unit, y - up * unit

    rear, front, crank = spot(-52, 34), spot(52, 34), spot(-6, 31)
    seat, head, chin = spot(-21, 82), spot(34, 86), spot(37, 73)
    canvas.shadow(spot(0, 0), 190 * unit, 12 * unit)
    for hub in (rear, front):
        wheel(canvas, hub, 31 * unit, tyre=tyre, thick=1.25 if sporty else 1.0)
        if guards:
            start, end = (165, 292) if hub == rear else (196, 320)
            canvas.arc(hub, 35.6 * unit, start, end, color, 2.2 * unit)
    tube = 3.6 * unit
    canvas.line([rear, crank], color, tube * 0.7)
    canvas.line([rear, seat], color, tube * 0.6)
    low = spot(-17, 67) if not sporty else spot(-20, 79)
    canvas.line([low, head], color, tube)
    canvas.line([crank, chin], color, tube * 1.15)
    canvas.line([crank, seat], color, tube)
    canvas.line([head, chin], color, tube * 1.35)
    canvas.line([chin, spot(42, 60), front], color, tube * 0.85)
    canvas.line([seat, spot(-24, 92)], STEEL, tube * 0.6)
    saddle(canvas, spot(-24, 94), 15 * unit)
    _drivetrain(canvas, rear, crank, unit)
    canvas.line([head, spot(32.5, 95)], STEEL, tube * 0.7)
    if sporty:
        canvas.line([spot(32.5, 95), spot(46, 96)], INK, tube * 0.8)
        canvas.arc(spot(46, 88.5), 7.5 * unit, -90, 100, INK, tube * 0.85)
    else:
        canvas.line(
            [spot(32.5, 95), spot(36, 101), spot(28, 103.5), spot(20, 101)], INK, tube * 0.8
        )
        canvas.line([spot(20, 101), spot(14, 99.5)], LEATHER, tube * 1.1)
        lamp(canvas, spot(43, 84), 4.2 * unit)
    if basket:
        _basket(canvas, spot(47, 103), 27 * unit)


def _drivetrain(canvas: Canvas, rear: Point, crank: Point, unit: float) -> None:
    canvas.line([(rear[0], rear[1] - 3.6 * unit), (crank[0], crank[1] - 8 * unit)], INK, unit)
    canvas.line([(rear[0], rear[1] + 3.6 * unit), (crank[0], crank[1] + 8 * unit)], INK, unit)
    gear(canvas, crank, 8 * unit, INK, 24)
    canvas.disc(crank, 5.6 * unit, STEEL)
    canvas.disc(crank, 2.6 * unit, INK)
    for angle in (52, 232):
        end = polar(crank, 16 * unit, angle)
        canvas.line([crank, end], INK, 2.2 * unit)
        canvas.line([(end[0] - 4.5 * unit, end[1]), (end[0] + 4.5 * unit, end[1])], INK, 2.6 * unit)


def _basket(canvas: Canvas, at: Point, size: float) -> None:
    x, y = at
    half, depth = size / 2, size * 0.62
    canvas.polygon(
        [(x - half, y), (x + half, y), (x + half * 0.78, y + depth), (x - half * 0.78, y + depth)],
        "#c99b62",
    )
    for step in range(1, 5):
        level = y + depth * step / 5
        reach = half * (1 - 0.22 * step / 5)
        canvas.line([(x - reach, level), (x + reach, level)], "#a87a44", size * 0.02)
    for step in range(-3, 4):
        canvas.line(
            [(x + half * step / 3.6, y), (x + half * 0.78 * step / 3.6, y + depth)],
            "#a87a44", size * 0.02,
        )  # fmt: skip
    canvas.line([(x - half, y), (x + half, y)], "#8a6234", size * 0.07)


def saddle(canvas: Canvas, at: Point, size: float, color: str = LEATHER) -> None:
    """A saddle from the side; `at` is the middle of its upper side, `size` half its length."""
    x, y = at
    canvas.polygon(
        [
            (x - size, y - size * 0.16), (x - size * 0.55, y - size * 0.2),
            (x + size * 0.15, y + size * 0.02), (x + size, y),
            (x + size * 1.02, y + size * 0.14), (x + size * 0.2, y + size * 0.26),
            (x - size * 0.35, y + size * 0.5), (x - size * 0.8, y + size * 0.46),
            (x - size * 1.06, y + size * 0.12),
        ],
        color,
    )  # fmt: skip
    canvas.disc((x - size * 0.98, y + size * 0.02), size * 0.17, color)
    canvas.disc((x + size, y + size * 0.07), size * 0.075, color)


def lamp(canvas: Canvas, at: Point, size: float) -> None:
    """A round headlamp that shines to the right."""
    x, y = at
    canvas.polygon(
        [
            (x - size, y - size * 0.55),
            (x + size * 0.5, y - size),
            (x + size * 0.5, y + size),
            (x - size, y + size * 0.55),
        ],
        STEEL,
    )
    canvas.disc((x - size * 0.9, y), size * 0.58, STEEL)
    canvas.box(
        x + size * 0.4, y - size * 1.05, x + size * 0.75, y + size * 1.05, "#ffe9a8", size * 0.15
    )


def chain(canvas: Canvas, start: Point, end: Point, size: float, color: str = STEEL) -> None:
    """A straight run of chain links."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    count = max(int(length / (size * 2.2)), 1)
    for number in range(count + 1):
        share = number / count
        point = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
        if number < count:
            following = (
                start[0] + (end[0] - start[0]) * (number + 1) / count,
                start[1] + (end[1] - start[1]) * (number + 1) / count,
            )
            canvas.line([point, following], INK if number % 2 else color, size * 1.05)
        canvas.disc(point, size * 0.8, color)
        canvas.disc(point, size * 0.32, INK)


def spanner(canvas: Canvas, at: Point, length: float, color: str = STEEL) -> None:
    """An open-ended spanner that hangs with its jaw up."""
    x, y = at
    head = length * 0.13
    canvas.line([(x, y + head), (x, y + length - head * 0.6)], color, length * 0.085)
    canvas.disc((x, y + head * 0.6), head, color)
    canvas.polygon(
        [
            (x - head * 0.42, y - head),
            (x + head * 0.42, y - head),
            (x + head * 0.42, y + head * 0.5),
            (x - head * 0.42, y + head * 0.5),
        ],
        "#e7ddc9",
    )
    canvas.ring((x, y + length - head * 0.6), head * 0.62, color, head * 0.42)
