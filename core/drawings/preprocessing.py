"""A drawing made to look like an image of MNIST: the size, the place and the grey levels of its digits.

An encoder knows only what it was shown. MNIST's digits were scaled to fit 20 x 20 pixels and put with their
centre of mass into the middle of 28 x 28 (LeCun et al. 1998); a digit that lies or looks otherwise is, to
the network, something it has never seen.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

SIDE = 28  # pixels of an image, along and down
BOX = 20  # pixels that the longer side of a digit has
MIDDLE = 14  # where its centre of mass lies, in pixels counted from 0: so in all of MNIST, to half a pixel

Ink = npt.NDArray[np.floating]
Grey = npt.NDArray[np.uint8]


def as_mnist(ink: Ink) -> Grey | None:
    """The image [784], grey levels 0 to 255, of what is drawn in `ink` [h, w], 0 for the empty ground.

    The strongest ink becomes 255. None where nothing is drawn. Raises ValueError for what is no picture
    of finite numbers.
    """
    if ink.ndim != 2 or not np.isfinite(ink).all():
        raise ValueError(f"A drawing is a picture [h, w] of finite numbers, not {list(ink.shape)}.")
    strongest = float(ink.max(initial=0.0))
    if strongest <= 0:
        return None
    digit = _fitted(_cut_out(np.clip(ink / strongest, 0, 1)))
    return np.rint(_centred(digit) * 255).astype(np.uint8).ravel()


def _cut_out(shares: Ink) -> Ink:
    """The smallest rectangle that holds all the ink."""
    rows, columns = (np.flatnonzero(shares.any(axis=axis)) for axis in (1, 0))
    return shares[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fitted(digit: Ink) -> Ink:
    """At the size of MNIST's digits: the longer side is 20, and the shorter keeps its proportion."""
    height, width = digit.shape
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size == (width, height):
        return digit
    # each new pixel is the mean of the old ones that it covers, as in NIST's own reduction
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    fitted = np.asarray(Image.fromarray(digit.astype(np.float32)).resize(size, way), dtype=np.float64)
    # a line thinner than a new pixel would be all grey; MNIST's strokes are black inside
    return np.clip(fitted / float(fitted.max()), 0, 1)


def _centred(digit: Ink) -> Ink:
    """In 28 x 28, moved by whole pixels so that its centre of mass comes nearest to the middle.

    What would stick out moves back in, which only a digit with nearly all its ink at one end needs.
    """
    height, width = digit.shape
    image = np.zeros((SIDE, SIDE))
    mass = digit.sum()
    top, left = (
        int(np.clip(round(MIDDLE - float(centre)), 0, SIDE - size))
        for centre, size in (
            (digit.sum(axis=1) @ np.arange(height) / mass, height),
            (digit.sum(axis=0) @ np.arange(width) / mass, width),
        )
    )
    image[top : top + height, left : left + width] = digit
    return image
