"""Images of the data set in the colours of the theme, each with words above and below."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import FRAME, Card, Tile
from pages.ui.components.svg import show_svg

SIDE = 42  # on the page, in CSS pixels
_LETTER = 7  # maximum width of a letter


def digits(
    images: npt.NDArray[np.uint8],
    names: Sequence[str],
    what: str,
    *,
    key: str,
    lines: Sequence[str] | None = None,
    frames: Sequence[str] | None = None,
    side: int = SIDE,
    width: int | None = None,
) -> None:
    """Show images [n, 784] in wrapping rows.

    names: below each image; with `lines`, above it and the lines below. what: what they are, for the text
    alternative. frames: a colour each. width: total width in pixels; None for the available width.
    """
    above, below = ([""] * len(images), names) if lines is None else (names, lines)
    colours = [FRAME] * len(images) if frames is None else frames
    longest = max((len(word) for words in (above, below) for word in words), default=0)
    side = max(side, _LETTER * longest)  # "Ankle boot" is wider than "7"
    several = [
        Card([Tile(image, colour)], 1, side, heading=over, line=under)
        for image, colour, over, under in zip(images, colours, above, below, strict=True)
    ]
    captions = names if lines is None else [f"{name} {line}" for name, line in zip(names, lines, strict=True)]
    alt = f"{what}: {', '.join(captions)}." if any(captions) else f"{what}."
    show_svg(digit_cards.cards(several, alt, gap="8px"), key=key, width=width)
