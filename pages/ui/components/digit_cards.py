"""SVG of the data's images: cards of a few, and a batch with all its pairs.

Each is HTML for `pages.ui.components.svg`. Ink takes the page's text colour, so it fits light and dark themes;
images are embedded pixel for pixel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from core.drawings.thumbnail import data_uri
from core.lessons import batch_matrix
from core.lessons.batch_matrix import BatchMatrix

Image = npt.NDArray[np.uint8]

SAME, DIFFERENT = "#3f90da", "#e76300"
DIFFERENT_CELL = "#e763008c"  # paler: nine cells in ten are negative and would dominate
FRAME = "var(--st-border-color)"

# Grey levels become the opacity of the text colour.
INK = (
    '<defs><filter id="ink" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">'
    '<feColorMatrix type="luminanceToAlpha" result="alpha"/><feFlood flood-color="currentColor"/>'
    '<feComposite in2="alpha" operator="in"/></filter></defs>'
)


@dataclass(frozen=True)
class Tile:
    """One image of a card, its frame colour, and the word below it."""

    image: Image
    frame: str = FRAME
    word: str = ""


@dataclass(frozen=True)
class Card:
    """Tiles that belong together, at most `across` in a row, with a heading and a line below."""

    tiles: Sequence[Tile]
    across: int
    side: int
    heading: str = ""
    line: str = ""


def cards(several: Sequence[Card], alt: str, *, gap: str = "12px clamp(8px,2vw,26px)") -> str:
    """Cards in wrapping rows. alt: what they show, in a sentence. gap: CSS gap between rows and cards."""
    return (
        f'<div role="img" aria-label="{escape(alt)}" '
        f'style="display:flex;flex-wrap:wrap;gap:{gap}">'
        f'<svg width="0" height="0" style="position:absolute">{INK}</svg>'
        f"{''.join(_card(card) for card in several)}</div>"
    )


def _card(card: Card) -> str:
    gap, word, top = 4, 15 if card.tiles[0].word else 0, 20 if card.heading else 0
    rows = -(-len(card.tiles) // card.across)
    width = card.across * (card.side + gap) - gap + 2
    height = top + rows * (card.side + word + gap) + (16 if card.line else 0)
    elements = []
    if card.heading:
        elements.append(f'<text x="1" y="14" font-size="14" font-weight="600">{escape(card.heading)}</text>')
    for place, tile in enumerate(card.tiles):
        x = 1 + place % card.across * (card.side + gap)
        y = top + 1 + place // card.across * (card.side + word + gap)
        elements.append(framed(tile.image, x, y, card.side, tile.frame))
        if tile.word:
            elements.append(_middle(x + card.side / 2, y + card.side + 12, tile.word))
    if card.line:
        elements.append(_middle(width / 2, height - 4, card.line))
    size = f"width:{width / 14:.2f}rem;height:{height / 14:.2f}rem"  # grows with the page's text
    return (
        f'<svg style="{size}" viewBox="0 0 {width} {height}" aria-hidden="true" '
        f'fill="currentColor" font-family="inherit" font-size="12">{"".join(elements)}</svg>'
    )


def batch(images: Sequence[Image], names: Sequence[str], table: BatchMatrix, alt: str) -> str:
    """All pairs of a batch: its images along both sides, a cell for each pair.

    Pairs that are learned from are opaque, the others faint. names: the class of each image.
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
        faint = "" if table.used[row, column] or kind == batch_matrix.ITSELF else ' opacity="0.13"'
        sheet.append(
            f'<rect class="{name}" data-used="{int(table.used[row, column])}" x="{(column + 1) * side + 1}" '
            f'y="{(row + 1) * side + 1}" width="{side - 2}" height="{side - 2}" rx="3" {look}{faint}>'
            f"<title>{escape(names[row])} and {escape(names[column])}: {name}</title></rect>"
        )
    return (
        f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="{escape(alt)}" fill="currentColor" '
        f'style="display:block;width:100%;max-width:40rem">{INK}{"".join(sheet)}</svg>'
    )


_KIND_NAMES = {
    batch_matrix.ITSELF: "itself",
    batch_matrix.POSITIVE: "positive",
    batch_matrix.NEGATIVE: "negative",
}
_CELLS = {
    batch_matrix.ITSELF: f'fill="none" stroke="{FRAME}"',
    batch_matrix.POSITIVE: f'fill="{SAME}"',
    batch_matrix.NEGATIVE: f'fill="{DIFFERENT_CELL}"',
}


def legend(entries: Iterable[tuple[str, str]]) -> str:
    """A colour legend, to go below an image."""
    items = "".join(
        '<span style="white-space:nowrap"><span style="display:inline-block;width:0.8em;height:0.8em;'
        f'border-radius:3px;margin-right:0.4em;background:{colour}"></span>{escape(words)}</span>'
        for colour, words in entries
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:0 1.1em;line-height:1.7;font-size:0.93rem">{items}</div>'


BATCH_LEGEND = legend(((SAME, "positive: same class"), (DIFFERENT_CELL, "negative: different classes")))


def framed(image: Image, x: float, y: float, side: float, frame: str) -> str:
    """One framed image with its upper left corner at x, y, for an SVG that contains INK."""
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
