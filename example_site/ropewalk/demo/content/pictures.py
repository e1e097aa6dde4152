"""The pictures of the example site, drawn when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from math import sin
from random import Random

from .canvas import HEIGHT, WIDTH, Canvas, polar
from .shapes import (
    BRASS,
    INK,
    LEATHER,
    STEEL,
    bicycle,
    chain,
    gear,
    lamp,
    saddle,
    spanner,
    wheel,
)  # fmt: skip


def harbour() -> Canvas:
    canvas = Canvas("#f3d9b1", "#f8efdf")
    canvas.disc((1180, 420), 170, "#f4b860")
    for left, top, right, color in (
        (0, 620, 210, "#8fb0a6"), (190, 540, 380, "#7da297"), (360, 660, 560, "#9bbab0"),
        (1120, 640, 1330, "#9bbab0"), (1310, 560, 1480, "#7da297"), (1460, 630, 1600, "#8fb0a6"),
    ):  # fmt: skip
        canvas.box(left, top, right, 900, color)
        canvas.polygon([(left, top), ((left + right) / 2, top - 90), (right, top)], color)
        for x in range(left + 38, right - 40, 62):
            for y in range(top + 40, 800, 84):
                canvas.box(x, y, x + 26, y + 42, "#f6e3bf", 3)
    canvas.box(0, 800, WIDTH, 960, "#5f948a")
    for row in range(6):
        for x in range(row * 70 % 190, WIDTH, 260):
            canvas.line([(x, 822 + row * 22), (x + 90, 822 + row * 22)], "#79a99f", 4)
    canvas.box(0, 940, WIDTH, HEIGHT, "#cdbb99")
    for x in range(-60, WIDTH, 160):
        canvas.line([(x, 962), (x + 26, HEIGHT)], "#bda983", 5)
    canvas.box(0, 934, WIDTH, 960, "#a9946c")
    bicycle(canvas, (800, 1085), 590, "#17564f", basket=True)
    return canvas


def workshop() -> Canvas:
    canvas = Canvas("#efe6d4", "#e2d5bb")
    canvas.box(0, 0, WIDTH, 780, "#e7ddc9")
    for x in range(40, WIDTH, 80):
        for y in range(40, 760, 80):
            canvas.disc((x, y), 5, "#cfc2a6")
    for number, length in enumerate((360, 330, 300, 270, 240, 210)):
        spanner(canvas, (130 + number * 95, 130), length, ("#7c8a84", "#95a29c")[number % 2])
    wheel(canvas, (1020, 330), 230, spokes=24)
    wheel(canvas, (1390, 470), 165, tyre="#4a3a2c", spokes=20)
    gear(canvas, (300, 630), 100, "#7c8a84", 30)
    canvas.disc((300, 630), 62, "#e7ddc9")
    canvas.line([(230, 630), (370, 630)], "#7c8a84", 18)
    canvas.line([(300, 560), (300, 700)], "#7c8a84", 18)
    canvas.line([(520, 520), (520, 640)], "#b4541a", 30)
    canvas.line([(520, 640), (520, 720)], STEEL, 10)
    canvas.line([(620, 520), (620, 640)], "#17564f", 30)
    canvas.line([(620, 640), (620, 720)], STEEL, 10)
    canvas.box(0, 800, WIDTH, 880, "#a9743f")
    canvas.box(0, 868, WIDTH, HEIGHT, "#8a5c30")
    for x in (60, 600, 1140):
        canvas.box(x, 910, x + 400, 1150, "#7a4f28", 14)
        canvas.box(x + 150, 1000, x + 250, 1024, BRASS, 12)
    canvas.box(760, 700, 900, 800, "#17564f", 10)
    canvas.box(780, 660, 880, 702, "#21786e", 8)
    canvas.box(1120, 740, 1240, 800, "#b4541a", 8)
    return canvas


def winter() -> Canvas:
    canvas = Canvas("#9fb8c4", "#e8eef0")
    random = Random(7)
    for x, size in ((120, 1.0), (330, 0.72), (1290, 0.8), (1480, 1.1)):
        for level in range(3):
            half, top = (150 - level * 34) * size, 820 - (170 + level * 120) * size
            canvas.polygon(
                [(x - half, top + 190 * size), (x, top), (x + half, top + 190 * size)], "#4d7169"
            )
            canvas.polygon(
                [(x - half * 0.42, top + 80 * size), (x, top), (x + half * 0.42, top + 80 * size)],
                "#f2f6f7",
            )
        canvas.box(x - 14 * size, 810, x + 14 * size, 870, "#5b4632")
    hill = [(step * 40, 880 + 22 * sin(step / 4)) for step in range(41)]
    canvas.polygon([(0, HEIGHT), *hill, (WIDTH, HEIGHT)], "#f6f9fa")
    bicycle(canvas, (800, 1070), 560, "#b4541a")
    for _ in range(170):
        canvas.disc(
            (random.random() * WIDTH, random.random() * HEIGHT), random.uniform(3, 8), "#ffffff"
        )
    return canvas


def city_bike() -> Canvas:
    canvas = Canvas("#dfe9e3", "#f4f2ea")
    canvas.box(0, 1010, WIDTH, HEIGHT, "#e3ddcd")
    bicycle(canvas, (800, 1060), 660, "#21786e")
    return canvas


def gravel_bike() -> Canvas:
    canvas = Canvas("#f2dfc8", "#f7f1e6")
    canvas.polygon(
        [(0, 760), (500, 560), (900, 720), (1250, 540), (1600, 700), (1600, 1200), (0, 1200)],
        "#d9b994",
    )
    canvas.polygon([(0, 900), (600, 790), (1600, 880), (1600, 1200), (0, 1200)], "#c29b6c")
    bicycle(canvas, (800, 1060), 660, "#2f3f5c", sporty=True, guards=False, tyre="#5a4632")
    return canvas


def leather_saddle() -> Canvas:
    canvas = Canvas("#e9e2d3", "#f6f2e9")
    canvas.shadow((800, 1000), 900, 90)
    for start, end in (
        ((560, 700), (700, 760)),
        ((700, 760), (1000, 760)),
        ((1000, 760), (1230, 640)),
    ):
        canvas.line([start, end], STEEL, 26)
    canvas.line([(790, 760), (770, 1000)], STEEL, 58)
    canvas.box(735, 730, 850, 800, "#7c8a84", 16)
    saddle(canvas, (820, 520), 480)
    for step in range(9):
        canvas.disc((420 + step * 22, 560 + step * 13), 9, BRASS)
    for x, y in ((405, 480), (360, 540), (1275, 545)):
        canvas.disc((x, y), 16, BRASS)
    return canvas


def headlamp() -> Canvas:
    canvas = Canvas("#16242c", "#31444b")
    canvas.beam([(980, 380), (1640, 120), (1640, 1000), (980, 740)], "#ffe9b8", 0.3)
    canvas.glow((1060, 560), 560, "#ffe2a0", 0.6)
    canvas.line([(600, 760), (560, 1000), (560, 1200)], STEEL, 48)
    canvas.line([(700, 740), (600, 780)], STEEL, 48)
    lamp(canvas, (780, 560), 260)
    canvas.ring((620, 560), 64, "#8e9994", 16)
    return canvas


def bell() -> Canvas:
    canvas = Canvas("#f5e7cd", "#faf4e7")
    canvas.line([(0, 930), (1600, 930)], INK, 84)
    canvas.line([(0, 908), (1600, 908)], "#3b4b46", 12)
    canvas.box(700, 820, 900, 985, "#7c8a84", 22)
    dome = [polar((800, 800), 400, angle) for angle in range(180, 361, 3)]
    canvas.polygon(dome, BRASS)
    canvas.polygon(
        [polar((800, 800), 400, angle) for angle in range(180, 250, 3)] + [(700, 800)], "#e6bb66"
    )
    canvas.box(380, 780, 1220, 830, "#b9852c", 25)
    canvas.disc((800, 404), 36, "#b9852c")
    canvas.line([(1150, 800), (1290, 690)], "#7c8a84", 34)
    canvas.disc((1300, 682), 46, INK)
    return canvas


def pannier() -> Canvas:
    canvas = Canvas("#dfe7df", "#f4f4ec")
    canvas.shadow((800, 1080), 940, 80)
    canvas.box(420, 380, 1180, 1070, "#4a6b52", 60)
    canvas.box(420, 380, 1180, 640, "#5b7f64", 60)
    canvas.box(470, 760, 1130, 1010, "#3f5d46", 36)
    for x in (560, 980):
        canvas.box(x, 360, x + 60, 860, LEATHER, 10)
        canvas.box(x - 16, 800, x + 76, 880, BRASS, 12)
        canvas.box(x + 2, 818, x + 58, 862, LEATHER, 6)
    canvas.arc((800, 400), 120, 180, 360, LEATHER, 40)
    canvas.box(430, 316, 560, 372, INK, 16)
    canvas.box(1040, 316, 1170, 372, INK, 16)
    return canvas


def lock() -> Canvas:
    canvas = Canvas("#e2e5ea", "#f5f4f0")
    canvas.shadow((800, 1080), 820, 70)
    canvas.line([(560, 800), (560, 480)], "#4b5563", 92)
    canvas.line([(1040, 800), (1040, 480)], "#4b5563", 92)
    canvas.arc((800, 480), 240, 180, 360, "#4b5563", 92)
    canvas.line([(538, 780), (538, 480)], "#6b7688", 14)
    canvas.box(420, 780, 1180, 1050, "#b4541a", 60)
    canvas.box(420, 780, 1180, 860, "#cc6a2c", 60)
    canvas.disc((800, 920), 56, "#f3e3d3")
    canvas.box(786, 905, 814, 975, INK, 10)
    canvas.disc((800, 912), 22, INK)
    return canvas


def tyre() -> Canvas:
    canvas = Canvas("#e6ddcc", "#f5f0e5")
    canvas.shadow((800, 1110), 900, 70)
    center = (800, 610)
    canvas.ring(center, 420, INK, 130)
    for number in range(72):
        angle = number * 5
        canvas.line([polar(center, 446, angle), polar(center, 478, angle + 2.4)], "#465650", 10)
    canvas.ring(center, 392, "#dfe6e1", 10)
    canvas.ring(center, 350, STEEL, 22)
    canvas.ring(center, 300, "#17564f", 46)
    canvas.box(770, 240, 830, 330, "#7c8a84", 8)
    return canvas


def pump() -> Canvas:
    canvas = Canvas("#dde8ea", "#f3f4ee")
    canvas.shadow((760, 1100), 760, 60)
    canvas.line([(700, 330), (700, 1040)], "#17564f", 110)
    canvas.line([(676, 400), (676, 1000)], "#2c8377", 16)
    canvas.line([(700, 330), (700, 190)], STEEL, 40)
    canvas.line([(520, 180), (880, 180)], LEATHER, 66)
    canvas.box(460, 1030, 960, 1100, INK, 30)
    canvas.arc((930, 880), 190, 150, 400, INK, 26)
    canvas.line([polar((930, 880), 190, 40), (1190, 620)], INK, 26)
    canvas.line([(1190, 620), (1235, 540)], BRASS, 44)
    canvas.disc((700, 910), 112, "#f6f1e7")
    canvas.ring((700, 910), 106, BRASS, 20)
    for angle in range(150, 391, 30):
        canvas.line([polar((700, 910), 70, angle), polar((700, 910), 84, angle)], INK, 7)
    canvas.line([(700, 910), polar((700, 910), 66, 300)], "#b4541a", 10)
    return canvas


def drivetrain() -> Canvas:
    canvas = Canvas("#dcd6c8", "#efe9dc")
    gear(canvas, (1080, 640), 390, "#7c8a84", 46)
    canvas.disc((1080, 640), 320, "#e6dfd0")
    for angle in range(0, 360, 72):
        canvas.line([(1080, 640), polar((1080, 640), 340, angle)], "#7c8a84", 64)
    canvas.disc((1080, 640), 110, INK)
    canvas.disc((1080, 640), 48, STEEL)
    gear(canvas, (260, 700), 150, "#95a29c", 18)
    canvas.disc((260, 700), 90, INK)
    chain(canvas, (230, 540), (1040, 240), 24)
    chain(canvas, (290, 858), (1060, 1040), 24)
    return canvas


def night() -> Canvas:
    canvas = Canvas("#0f1b2b", "#2a3d4f")
    random = Random(3)
    for _ in range(90):
        canvas.disc(
            (random.random() * WIDTH, random.random() * 620), random.uniform(1.5, 4), "#dfe7f0"
        )
    canvas.disc((1320, 220), 90, "#f0e6c8")
    canvas.disc((1284, 200), 84, "#15222f")
    canvas.box(0, 990, WIDTH, HEIGHT, "#16222e")
    canvas.beam([(970, 570), (1640, 640), (1640, 1090), (1180, 1090)], "#ffe2a0", 0.35)
    bicycle(canvas, (720, 1050), 560, "#7fcdbb", tyre="#8ea0a0")
    canvas.glow((975, 580), 130, "#fff0c4", 0.9)
    canvas.glow((372, 720), 70, "#ff5a4a", 0.9)
    return canvas


def rain() -> Canvas:
    canvas = Canvas("#7f959c", "#c3ced0")
    random = Random(11)
    canvas.box(0, 1000, WIDTH, HEIGHT, "#8b999c")
    for x, y, width in ((300, 1120, 420), (1150, 1090, 520), (820, 1160, 300)):
        canvas.shadow((x, y), width, 34, 0.2)
    bicycle(canvas, (800, 1060), 600, "#d9a441")
    for _ in range(150):
        x, y = random.random() * WIDTH, random.random() * HEIGHT
        canvas.line([(x, y), (x - 14, y + 52)], "#e6eef0", 3.4)
    return canvas


def route() -> Canvas:
    canvas = Canvas("#e5ecd9", "#dde6cf")
    for y in range(60, HEIGHT, 120):
        bend = [(x, y + 34 * sin(x / 170 + y / 90)) for x in range(0, WIDTH + 41, 40)]
        canvas.line(bend, "#cfdabd", 5)
    river = [(x, 330 + 120 * sin(x / 300)) for x in range(-40, WIDTH + 81, 40)]
    canvas.line(river, "#8fbcc4", 96)
    path = [(x, 900 - (x - 160) * 0.42 + 80 * sin(x / 120)) for x in range(160, 1441, 20)]
    canvas.line(path, "#ffffff", 36)
    for index in range(0, len(path) - 1, 2):
        canvas.line([path[index], path[index + 1]], "#b4541a", 16)
    for point, color in ((path[0], "#17564f"), (path[-1], "#b4541a")):
        x, y = point
        canvas.polygon([(x - 52, y - 96), (x + 52, y - 96), (x, y)], color)
        canvas.disc((x, y - 112), 56, color)
        canvas.disc((x, y - 112), 22, "#f6f1e7")
    for x, y in ((420, 1020), (520, 1060), (1180, 820), (1290, 880), (1100, 900), (240, 640)):
        canvas.disc((x, y), 44, "#7fa06f")
        canvas.disc((x + 26, y + 20), 34, "#6d9160")
    return canvas


def truing() -> Canvas:
    canvas = Canvas("#d8e3df", "#efeee4")
    canvas.shadow((800, 1130), 700, 50)
    canvas.line([(560, 560), (600, 1090)], "#b4541a", 40)
    canvas.line([(1040, 560), (1000, 1090)], "#b4541a", 40)
    canvas.box(500, 1070, 1100, 1130, INK, 24)
    wheel(canvas, (800, 520), 430, spokes=32, thick=0.6)
    canvas.line([(560, 520), (1040, 520)], STEEL, 16)
    canvas.line([(900, 960), (840, 950)], INK, 16)
    return canvas


PICTURES: dict[str, Callable[[], Canvas]] = {
    drawing.__name__: drawing
    for drawing in (
        harbour, workshop, winter, city_bike, gravel_bike, leather_saddle, headlamp, bell, pannier,
        lock, tyre, pump, drivetrain, night, rain, route, truing,
    )
}  # fmt: skip
