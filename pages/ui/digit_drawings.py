"""Drawings made of the data's images: cards of a few, a batch with all its pairs, rings round an anchor.

Each is HTML for `pages.ui.drawing`. Ink has the colour of the page's text, so it is at home in light and in
dark; the images stand in it pixel for pixel.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from core import batch_view, mining_view
from core.batch_view import BatchView
from core.mining_view import Rings
from core.thumbnail import data_uri

Image = npt.NDArray[np.uint8]

SAME, DIFFERENT = "#3f90da", "#e76300"
DIFFERENT_CELL = (
    "#e763008c"  # of the table nine cells in ten are negative: paler, or they would drown the others
)
KIND_COLOURS = ("#d33318", "#e8950c", "#94a4a2")  # hard, semi-hard, easy
FRAME = "var(--st-border-color)"

# Grey levels become the opacity of the text's colour.
_INK = (
    '<defs><filter id="ink" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">'
    '<feColorMatrix type="luminanceToAlpha" result="alpha"/><feFlood flood-color="currentColor"/>'
    '<feComposite in2="alpha" operator="in"/></filter></defs>'
)


@dataclass(frozen=True)
class Tile:
    """One image of a card, the colour of its frame, and the word below it."""

    image: Image
    frame: str = FRAME
    word: str = ""


@dataclass(frozen=True)
class Card:
    """Some tiles that belong together, at most `across` in a row, with a heading and a line below."""

    tiles: Sequence[Tile]
    across: int
    side: int
    heading: str = ""
    line: str = ""


def cards(several: Sequence[Card], alt: str) -> str:
    """Cards in rows, as many in a row as there is room for. alt: what they show, in a sentence."""
    return (
        f'<div role="img" aria-label="{escape(alt)}" '
        'style="display:flex;flex-wrap:wrap;gap:12px clamp(8px,2vw,26px)">'
        f'<svg width="0" height="0" style="position:absolute">{_INK}</svg>'
        f"{''.join(_card(card) for card in several)}</div>"
    )


def _card(card: Card) -> str:
    gap, word, top = 4, 15 if card.tiles[0].word else 0, 20 if card.heading else 0
    rows = -(-len(card.tiles) // card.across)
    width = card.across * (card.side + gap) - gap + 2
    height = top + rows * (card.side + word + gap) + (16 if card.line else 0)
    parts = []
    if card.heading:
        parts.append(f'<text x="1" y="14" font-size="14" font-weight="600">{escape(card.heading)}</text>')
    for place, tile in enumerate(card.tiles):
        x = 1 + place % card.across * (card.side + gap)
        y = top + 1 + place // card.across * (card.side + word + gap)
        parts.append(_tile(tile.image, x, y, card.side, tile.frame))
        if tile.word:
            parts.append(_middle(x + card.side / 2, y + card.side + 12, tile.word))
    if card.line:
        parts.append(_middle(width / 2, height - 4, card.line))
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true" '
        f'fill="currentColor" font-family="inherit" font-size="12">{"".join(parts)}</svg>'
    )


def batch(images: Sequence[Image], names: Sequence[str], table: BatchView, alt: str) -> str:
    """All pairs of a batch: its images along both sides, a cell for each two of them.

    Pairs that are learned from are full, the others faint. names: the class of each image.
    """
    side, sheet = 20, []
    size = side * (len(images) + 1)
    for place, image in enumerate(images, 1):
        sheet.append(_image(image, place * side + 1, 1, side - 2))
        sheet.append(_image(image, 1, place * side + 1, side - 2))
    for row, column in np.ndindex(table.kinds.shape):
        kind = int(table.kinds[row, column])
        name = _KIND_NAMES[kind]
        look = _CELLS[kind]
        faint = "" if table.used[row, column] or kind == batch_view.ITSELF else ' opacity="0.13"'
        sheet.append(
            f'<rect class="{name}" data-used="{int(table.used[row, column])}" x="{(column + 1) * side + 1}" '
            f'y="{(row + 1) * side + 1}" width="{side - 2}" height="{side - 2}" rx="3" {look}{faint}>'
            f"<title>{escape(names[row])} and {escape(names[column])}: {name}</title></rect>"
        )
    return (
        f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="{escape(alt)}" fill="currentColor" '
        f'style="display:block;width:100%;max-width:560px">{_INK}{"".join(sheet)}</svg>'
    )


_KIND_NAMES = {batch_view.ITSELF: "itself", batch_view.POSITIVE: "positive", batch_view.NEGATIVE: "negative"}
_CELLS = {
    batch_view.ITSELF: f'fill="none" stroke="{FRAME}"',
    batch_view.POSITIVE: f'fill="{SAME}"',
    batch_view.NEGATIVE: f'fill="{DIFFERENT_CELL}"',
}


def legend(entries: Iterable[tuple[str, str]]) -> str:
    """A line of colours with their words, to stand below a drawing."""
    items = "".join(
        '<span style="white-space:nowrap"><span style="display:inline-block;width:0.8em;height:0.8em;'
        f'border-radius:3px;margin-right:0.4em;background:{colour}"></span>{escape(words)}</span>'
        for colour, words in entries
    )
    return (
        f'<div style="display:flex;flex-wrap:wrap;gap:0 1.1em;line-height:1.7;font-size:13px">{items}</div>'
    )


BATCH_LEGEND = legend(((SAME, "positive: same class"), (DIFFERENT_CELL, "negative: different classes")))

# Of the drawing of rings: its half side and the outer edge of each ring.
_CENTRE, _EDGES, _THUMB = 180, (80, 128, 178), 27
# Angles in degrees, clockwise from three o'clock, that the ring's images may stand at: the positive stands at
# 0, the rings' names at 270, their distances at 90.
_ARCS = ((24, 68), (112, 248), (292, 336))


def rings(
    around: Rings,
    anchor: Image,
    positive: Image,
    shown: Sequence[Sequence[tuple[int, Image, str]]],
    alt: str,
) -> str:
    """An anchor in the middle, its positive on the first ring, and some of its negatives where they belong.

    shown: for each kind the (index, image, class name) of some negatives. Each stands at its true distance
    within its ring; the rings themselves are drawn equally wide, and the angles mean nothing.
    """
    parts = []
    for kind in (mining_view.EASY, mining_view.SEMI_HARD, mining_view.HARD):
        parts.append(
            f'<circle cx="{_CENTRE}" cy="{_CENTRE}" r="{_EDGES[kind]}" fill="var(--st-background-color)"/>'
            f'<circle cx="{_CENTRE}" cy="{_CENTRE}" r="{_EDGES[kind]}" fill="{KIND_COLOURS[kind]}" '
            f'fill-opacity="0.16" stroke="{KIND_COLOURS[kind]}" stroke-width="1.5"/>'
        )
    for kind, negatives in enumerate(shown):
        for (index, image, name), angle in zip(negatives, _angles(len(negatives)), strict=True):
            d = float(around.distances[index])
            title = f"{name}, {mining_view.NAMES[kind]}: d(a,n) = {d:.3g}"
            parts.append(_round(image, _radius(around, kind, d), angle, KIND_COLOURS[kind], title))
    parts.append(_round(positive, _EDGES[0], 0, SAME, f"the positive: d(a,p) = {around.to_positive:.3g}"))
    parts.append(_round(anchor, 0, 0, "currentColor", "the anchor"))
    for kind, name in enumerate(mining_view.NAMES):
        parts.append(_label(_CENTRE - _EDGES[kind] + 14, name, bold=True))
    parts.append(_label(_CENTRE + _EDGES[0] + 4, f"d(a,p) = {around.to_positive:.3g}"))
    parts.append(_label(_CENTRE + _EDGES[1] + 4, f"d(a,p) + m = {around.to_margin:.3g}"))
    return (
        f'<svg viewBox="0 0 {2 * _CENTRE} {2 * _CENTRE}" role="img" aria-label="{escape(alt)}" '
        'fill="currentColor" font-family="inherit" font-size="11.5" '
        f'style="display:block;width:100%;max-width:560px">{_INK}{"".join(parts)}</svg>'
    )


def _angles(count: int) -> list[float]:
    """`count` angles spread evenly over the arcs that are free, in degrees."""
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
    """Where in its ring a distance lies: the inner edge is the ring's smallest, the outer its largest."""
    borders = (
        0.0,
        around.to_positive,
        around.to_margin,
        max(float(around.distances.max()), around.to_margin),
    )
    low, high = borders[kind], borders[kind + 1]
    share = (distance - low) / (high - low) if high > low else 0.0
    # no image lies on a line, nor on the anchor
    inner = _THUMB * 1.6 if kind == 0 else _EDGES[kind - 1] + _THUMB * 0.66
    return inner + share * (_EDGES[kind] - _THUMB * 0.66 - inner)


def _round(image: Image, radius: float, angle: float, frame: str, title: str) -> str:
    x = _CENTRE + radius * math.cos(math.radians(angle)) - _THUMB / 2
    y = _CENTRE + radius * math.sin(math.radians(angle)) - _THUMB / 2
    return f"<g><title>{escape(title)}</title>{_tile(image, x, y, _THUMB, frame)}</g>"


def _tile(image: Image, x: float, y: float, side: float, frame: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{side}" height="{side}" rx="4" '
        f'fill="var(--st-background-color)" stroke="{frame}" stroke-width="1.8"/>'
        f"{_image(image, x + 1, y + 1, side - 2)}"
    )


def _image(image: Image, x: float, y: float, side: float) -> str:
    return (
        f'<image href="{data_uri(image)}" x="{x:.1f}" y="{y:.1f}" width="{side}" height="{side}" '
        'filter="url(#ink)" style="image-rendering:pixelated"/>'
    )


def _middle(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(words)}</text>'


def _label(y: float, words: str, *, bold: bool = False) -> str:
    """Words in the middle, readable on any line that they cross."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{_CENTRE}" y="{y}" text-anchor="middle"{weight} stroke="var(--st-background-color)" '
        f'stroke-width="3.5" stroke-linejoin="round" paint-order="stroke">{escape(words)}</text>'
    )
