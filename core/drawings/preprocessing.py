"""Preprocesses a drawing like MNIST: the same size, position and grey levels.

MNIST's digits were scaled to fit 20 x 20 pixels and placed with their centre of mass in the middle of 28 x 28
(LeCun et al. 1998). Any other size or position is out of distribution for the encoder.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

SIDE = 28  # pixels, width and height of an image
BOX = 20  # pixels, the longer side of a digit
NOISE = 2.5 / 255  # of the strongest ink: less has no place of its own, since browsers change the lowest bits
MIDDLE = 14  # position of its centre of mass, in pixels from 0: true for all of MNIST, to within half a pixel

Ink = npt.NDArray[np.floating]
Grey = npt.NDArray[np.uint8]


def as_mnist(ink: Ink) -> Grey | None:
    """The image [784], grey levels 0 to 255, of the drawing `ink` [h, w], where 0 is the background.

    The strongest ink becomes 255. None if nothing is drawn. Raises ValueError unless `ink` is a matrix of
    finite numbers.
    """
    if ink.ndim != 2 or not np.isfinite(ink).all():
        raise ValueError(f"A drawing is a picture [h, w] of finite numbers, not {list(ink.shape)}.")
    strongest = float(ink.max(initial=0.0))
    if strongest <= 0:
        return None
    digit = _fitted(_cut_out(np.clip(ink / strongest, 0, 1)))
    return np.rint(_centred(digit) * 255).astype(np.uint8).ravel()


def _cut_out(shares: Ink) -> Ink:
    """The smallest rectangle that contains all the ink, except for noise."""
    rows, columns = (np.flatnonzero((shares > NOISE).any(axis=axis)) for axis in (1, 0))
    return shares[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fitted(digit: Ink) -> Ink:
    """Scaled like MNIST's digits: the longer side is 20, the proportions are kept."""
    height, width = digit.shape
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size == (width, height):
        return digit
    # each new pixel is the mean of the old ones that it covers, as in NIST's downscaling
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    fitted = np.asarray(Image.fromarray(digit.astype(np.float32)).resize(size, way), dtype=np.float64)
    # a line thinner than a new pixel would be grey; MNIST's strokes are black inside
    return np.clip(fitted / float(fitted.max()), 0, 1)


def _centred(digit: Ink) -> Ink:
    """In 28 x 28, shifted by whole pixels so that its centre of mass is nearest to the middle.

    Kept within the image, which only matters for a digit with nearly all its ink at one end.
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
