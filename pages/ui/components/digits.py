"""Images of the data set on a page, in the colours of its theme, each with words round it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import FRAME, Card, Tile
from pages.ui.components.svg import show_svg

SIDE = 42  # on the page, in CSS pixels
_LETTER = 7  # as wide as one is at most


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
    """Show images [n, 784] in rows, as many in a row as there is room for.

    names: below each, or, where there are `lines`, above it and those below. what: what they are, for who
    cannot see them. frames: a colour each. width: of all of it; as wide as there is room where it is left out.
    """
    above, below = ([""] * len(images), names) if lines is None else (names, lines)
    colours = [FRAME] * len(images) if frames is None else frames
    longest = max((len(word) for words in (above, below) for word in words), default=0)
    side = max(side, _LETTER * longest)  # "Ankle boot" needs more room than "7"
    several = [
        Card([Tile(image, colour)], 1, side, heading=over, line=under)
        for image, colour, over, under in zip(images, colours, above, below, strict=True)
    ]
    told = names if lines is None else [f"{name} {line}" for name, line in zip(names, lines, strict=True)]
    alt = f"{what}: {', '.join(told)}." if any(told) else f"{what}."
    show_svg(digit_cards.cards(several, alt, gap="8px"), key=key, width=width)
