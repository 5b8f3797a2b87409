"""Finds the ink in a picture of a digit: pen on paper or chalk on a board, evenly lit or shaded."""

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

LONGEST = 400  # pixels of the longer side after downscaling, more than ten times the network's input
CONTRAST = 18.0  # grey levels between ink and background below which there is no ink
SPECK = 0.02  # of the ink's area: smaller separate marks are dust
LINES = 4  # as many separate marks at two of the edges are the lines of the paper: a cut-out digit has fewer
RIM = 3  # pixels, what counts as the edge of the picture for them

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


def ink_of(grey: Grey) -> Floats | None:
    """The amount of ink, 0 to 255, at each pixel of a picture's grey levels [h, w]; large pictures are
    downscaled. None if nothing stands out from the background.

    The background may be light or dark and unevenly lit: it is estimated around each pixel. Ink is darker
    than a light background, or lighter than a dark one, and darker than the paper's squares or lines; None if
    it is not. Shadows along the edge and specks are removed. Source of the threshold: Otsu 1979.
    """
    if grey.ndim != 2 or grey.size == 0:
        raise ValueError(f"A picture has rows and columns of grey levels, not the shape {list(grey.shape)}.")
    small = _reduced(grey)
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    on_light = np.median(rim) > 127.5
    brightness = small if on_light else 255.0 - small
    away = np.clip(_ground(brightness) - brightness, 0, 255)
    paper, threshold = _thresholds(away)
    marks = away > threshold
    beside = away[~marks & (away > paper)] if paper else away[~marks]
    if not marks.any() or away[marks].mean() - beside.mean() < CONTRAST:
        return None
    digit = _without_specks(marks)
    if not digit.any():
        return None
    # a stroke includes its soft edge
    near = ndimage.binary_dilation(digit, iterations=2)
    full = float(np.percentile(away[digit], 75))
    ground = paper or threshold / 2
    ink: Floats = np.where(near, np.clip((away - ground) / max(full - ground, 1.0), 0, 1), 0.0)
    return ink * 255


def _thresholds(away: Floats) -> tuple[float, float]:
    """What the paper's squares or lines are above, 0 on plain paper, and what the pen is above.

    As long as the marks at the edges are as many as lines are, the pen is sought among the darker ones.
    """
    paper, threshold = 0.0, _otsu(away)
    while _lines(away > threshold) >= LINES:
        lines = away[away > threshold]
        # none above the lines that are all alike
        paper, threshold = threshold, _otsu(lines) if np.ptp(lines) >= CONTRAST else np.inf
    return paper, threshold


def _lines(marks: Marks) -> int:
    """How many lines cross the picture: separate marks at an edge, of which another edge has at least as many."""
    begins = marks & ~np.pad(marks, ((0, 0), (1, 0)))[:, :-1], marks & ~np.pad(marks, ((1, 0), (0, 0)))[:-1]
    down, along = begins[0].sum(axis=1), begins[1].sum(axis=0)
    # not only the outermost pixels: a line may lie along the edge
    edges = (down[:RIM], down[-RIM:], along[:RIM], along[-RIM:])
    return sorted(int(edge.max()) for edge in edges)[-2]


def _reduced(grey: Grey) -> Floats:
    height, width = grey.shape
    scale = min(1.0, LONGEST / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX), dtype=np.float64)


def _ground(brightness: Floats) -> Floats:
    """The paper's brightness at each pixel: the brightest around it, smoothed.

    The neighbourhood is wider than a stroke, but narrower than the page, across which the light varies.
    """
    reach = max(3, max(brightness.shape) // 5)
    calm = ndimage.median_filter(brightness, 3)  # ignores single bright pixels
    around = ndimage.grey_closing(calm, size=(reach, reach))
    return np.asarray(ndimage.uniform_filter(around, reach // 2 + 1), dtype=np.float64)


def _otsu(values: Floats) -> float:
    """The threshold that maximises the variance between the two sides."""
    counts, edges = np.histogram(values, bins=256, range=(0, 256))
    below = np.cumsum(counts)[:-1].astype(np.float64)
    above = values.size - below
    middles = (edges[:-1] + edges[1:]) / 2
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = sums[:-1] / below - (sums[-1] - sums[:-1]) / above
        between = below * above * difference**2
    return float(edges[1:-1][np.nanargmax(np.where(np.isfinite(between), between, -1.0))])


def _without_specks(marks: Marks) -> Marks:
    """The marks of the digit: without specks, and without marks that touch the edge if there are others."""
    parts, count = ndimage.label(marks, structure=np.ones((3, 3)))
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    sizes[0] = 0
    at_rim = np.zeros(count + 1, bool)
    for side in (parts[0], parts[-1], parts[:, 0], parts[:, -1]):
        at_rim[side] = True
    inner = np.where(at_rim, 0, sizes)
    # a digit that touches the edge is kept, unless something of similar size is inside
    kept = inner if inner.max() >= 0.1 * sizes.max() else sizes
    return np.asarray((kept >= SPECK * kept.sum()) & (kept > 0))[parts]
