"""An SVG of an anchor, its positive and, in rings around them, its hard, semi-hard and easy negatives."""

import math
from collections.abc import Sequence
from html import escape

from core.lessons import hard_negatives
from core.lessons.hard_negatives import Rings
from pages.ui.components.digit_cards import INK, SAME, Image, framed

KIND_COLOURS = ("#d33318", "#e8950c", "#94a4a2")  # hard, semi-hard, easy

# Half the side of the SVG, the outer edge of each ring, the side of an image.
_CENTRE, _EDGES, _THUMB = 180, (88, 132, 178), 26
# Arcs for the images, in degrees clockwise from three o'clock: the positive is at 0, the rings' names at 270,
# their distances at 90.
_ARCS = ((24, 60), (120, 248), (292, 336))


def rings(
    around: Rings,
    anchor: Image,
    positive: Image,
    shown: Sequence[Sequence[tuple[int, Image, str]]],
    alt: str,
) -> str:
    """An anchor in the centre, its positive on the first ring, and some negatives in their rings.

    shown: for each kind the (index, image, class name) of some negatives. Each is at its true distance
    within its ring; the rings' widths and the angles have no meaning.
    """
    elements = []
    for kind in (hard_negatives.EASY, hard_negatives.SEMI_HARD, hard_negatives.HARD):
        elements.append(
            f'<circle cx="{_CENTRE}" cy="{_CENTRE}" r="{_EDGES[kind]}" fill="var(--st-background-color)"/>'
            f'<circle cx="{_CENTRE}" cy="{_CENTRE}" r="{_EDGES[kind]}" fill="{KIND_COLOURS[kind]}" '
            f'fill-opacity="0.16" stroke="{KIND_COLOURS[kind]}" stroke-width="1.5"/>'
        )
    for kind, negatives in enumerate(shown):
        for (index, image, name), angle in zip(negatives, _angles(len(negatives)), strict=True):
            d = float(around.distances[index])
            title = f"{name}, {hard_negatives.NAMES[kind]}: d(a,n) = {d:.3g}"
            elements.append(_round(image, _radius(around, kind, d), angle, KIND_COLOURS[kind], title))
    elements.append(_round(positive, _EDGES[0], 0, SAME, f"the positive: d(a,p) = {around.to_positive:.3g}"))
    elements.append(_round(anchor, 0, 0, "currentColor", "the anchor"))
    for kind, name in enumerate(hard_negatives.NAMES):
        elements.append(_label(_CENTRE - _EDGES[kind] + 14, name, bold=True))
    elements.append(_label(_CENTRE + _EDGES[0] + 4, f"d(a,p) = {around.to_positive:.3g}"))
    elements.append(_label(_CENTRE + _EDGES[1] + 4, f"d(a,p) + m = {around.to_margin:.3g}"))
    return (
        f'<svg viewBox="0 0 {2 * _CENTRE} {2 * _CENTRE}" role="img" aria-label="{escape(alt)}" '
        'fill="currentColor" font-family="inherit" font-size="11.5" '
        f'style="display:block;width:100%;max-width:40rem">{INK}{"".join(elements)}</svg>'
    )


def _angles(count: int) -> list[float]:
    """`count` angles in degrees, spread evenly over the free arcs."""
    room = sum(end - begin for begin, end in _ARCS)
    angles = []
    for place in range(count):
        along = (place + 0.5) / count * room
        for begin, end in _ARCS:
            if along <= end - begin:
                angles.append(begin + along)
                break
            along -= end - begin
    return angles


def _radius(around: Rings, kind: int, distance: float) -> float:
    """The radius for a distance: a ring's inner edge is its smallest distance, the outer edge its largest."""
    borders = (
        0.0,
        around.to_positive,
        around.to_margin,
        max(float(around.distances.max()), around.to_margin),
    )
    low, high = borders[kind], borders[kind + 1]
    share = (distance - low) / (high - low) if high > low else 0.0
    # no image covers a line or the anchor
    inner = _THUMB * 1.8 if kind == 0 else _EDGES[kind - 1] + _THUMB * 0.66
    return inner + share * (_EDGES[kind] - _THUMB * 0.66 - inner)


def _round(image: Image, radius: float, angle: float, frame: str, title: str) -> str:
    x = _CENTRE + radius * math.cos(math.radians(angle)) - _THUMB / 2
    y = _CENTRE + radius * math.sin(math.radians(angle)) - _THUMB / 2
    return f"<g><title>{escape(title)}</title>{framed(image, x, y, _THUMB, frame)}</g>"


def _label(y: float, words: str, *, bold: bool = False) -> str:
    """Centred words, readable across lines."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{_CENTRE}" y="{y}" text-anchor="middle"{weight} stroke="var(--st-background-color)" '
        f'stroke-width="3.5" stroke-linejoin="round" paint-order="stroke">{escape(words)}</text>'
    )
