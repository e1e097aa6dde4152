"""A drawing board in fixed units, whatever the size of the picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from math import cos, radians, sin

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1600, 1200
SCALE = 2

Point = tuple[float, float]


class Canvas:
    """Draws flat shapes on a gradient, at twice the size, so that edges become smooth."""

    def __init__(self, top: str, bottom: str) -> None:
        gradient = Image.linear_gradient("L").resize((WIDTH * SCALE, HEIGHT * SCALE))
        size = gradient.size
        self.image = Image.composite(
            Image.new("RGB", size, bottom), Image.new("RGB", size, top), gradient
        )
        self.draw = ImageDraw.Draw(self.image)

    def line(self, points: Iterable[Point], color: str, width: float) -> None:
        """A line through points, with round joints and ends."""
        points = list(points)
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, color, round(width * SCALE), joint="curve")
        for point in (points[0], points[-1]):
            self.disc(point, width / 2, color)

    def disc(self, center: Point, radius: float, color: str) -> None:
        self.draw.ellipse(self._box(center, radius), color)

    def ring(self, center: Point, radius: float, color: str, width: float) -> None:
        """A circle line; `radius` goes to the middle of the line."""
        box = self._box(center, radius + width / 2)
        self.draw.ellipse(box, outline=color, width=round(width * SCALE))

    def arc(
        self, center: Point, radius: float, start: float, end: float, color: str, width: float
    ) -> None:
        """Part of a circle line, in degrees clockwise from three o'clock."""
        steps = max(int(abs(end - start) / 2), 2)
        angles = [start + (end - start) * i / steps for i in range(steps + 1)]
        self.line([polar(center, radius, angle) for angle in angles], color, width)

    def polygon(self, points: Sequence[Point], color: str) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], color)

    def box(
        self, left: float, top: float, right: float, bottom: float, color: str, radius: float = 0
    ) -> None:
        """A rectangle, with round corners if asked for."""
        corners = [edge * SCALE for edge in (left, top, right, bottom)]
        self.draw.rounded_rectangle(corners, radius * SCALE, color)

    def shadow(self, center: Point, width: float, height: float, strength: float = 0.25) -> None:
        """A soft, flat shadow on the ground."""
        layer = Image.new("L", (WIDTH // 4, HEIGHT // 4))
        x, y = center
        ImageDraw.Draw(layer).ellipse(
            [(x - width / 2) / 4, (y - height / 2) / 4, (x + width / 2) / 4, (y + height / 2) / 4],
            round(255 * strength),
        )
        layer = layer.filter(ImageFilter.GaussianBlur(max(height / 14, 2)))
        self.image.paste("#0d1512", (0, 0), layer.resize(self.image.size))

    def beam(self, points: Sequence[Point], color: str, strength: float = 0.3) -> None:
        """A shape of light with soft edges."""
        layer = Image.new("L", (WIDTH // 4, HEIGHT // 4))
        ImageDraw.Draw(layer).polygon([(x / 4, y / 4) for x, y in points], round(255 * strength))
        layer = layer.filter(ImageFilter.GaussianBlur(9))
        self.image.paste(color, (0, 0), layer.resize(self.image.size))

    def glow(self, center: Point, radius: float, color: str, strength: float = 0.7) -> None:
        """A round light that fades outwards."""
        layer = Image.radial_gradient("L").resize((256, 256))
        layer = layer.point([round(max(255 - value * 1.42, 0) * strength) for value in range(256)])
        side = round(radius * 2 * SCALE)
        corner = (round((center[0] - radius) * SCALE), round((center[1] - radius) * SCALE))
        self.image.paste(Image.new("RGB", (side, side), color), corner, layer.resize((side, side)))

    def jpeg(self) -> bytes:
        """The finished picture."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        buffer = BytesIO()
        small.save(buffer, "JPEG", quality=88, optimize=True)
        return buffer.getvalue()

    @staticmethod
    def _box(center: Point, radius: float) -> list[float]:
        x, y = center
        return [
            (x - radius) * SCALE,
            (y - radius) * SCALE,
            (x + radius) * SCALE,
            (y + radius) * SCALE,
        ]


def polar(center: Point, radius: float, degrees: float) -> Point:
    """The point at a distance and an angle, clockwise from three o'clock."""
    angle = radians(degrees)
    return center[0] + radius * cos(angle), center[1] + radius * sin(angle)
