"""Density contours of 60,000 points: ours compared with seaborn's, and their peaks with SciPy's."""

import time
from statistics import median

import matplotlib
import numpy as np
import numpy.typing as npt
from scipy.stats import gaussian_kde

from benchmarks.row import Row, say
from benchmarks.trained import trained
from core.config import PRESETS
from core.data import load
from core.embedding.density import contours, density

MASSES = tuple(1 - np.linspace(0.05, 1, 10)[:-1])  # seaborn's default levels
PLACES = 500


def measure() -> list[Row]:
    """The time for the ten classes of a trained run, and the largest error of a peak."""
    points, labels = trained(PRESETS["fast"]).points, load("mnist").train.labels
    before = _time_ours(points, labels)
    theirs = _time_seaborn(points, labels)
    ours = median(before + _time_ours(points, labels))
    worst = max((_peak_error(points[labels == label]) for label in range(10)), key=abs)
    return [
        Row(
            "density",
            "contours of 60,000 points, 10 digits; seaborn",
            "s",
            ours,
            theirs,
            theirs / ours,
            low=300,
        ),
        Row("density", "error of the peak, worst digit; SciPy's KDE", "", worst, 0.0, low=-0.02, high=0.02),
    ]


def _time_ours(points: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]) -> list[float]:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        contours(points, labels, masses=MASSES)
        times.append(time.perf_counter() - began)
    return times


def _time_seaborn(points: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]) -> float:
    matplotlib.use("Agg")
    import seaborn

    say("seaborn.kdeplot of 60,000 points (takes about half a minute) ...")
    began = time.perf_counter()
    seaborn.kdeplot(x=points[:, 0], y=points[:, 1], hue=labels, palette="tab10")
    return time.perf_counter() - began


def _peak_error(members: npt.NDArray[np.float32]) -> float:
    """The relative difference of our highest density from SciPy's.

    SciPy's is evaluated at our densest places and at all points, in case ours misses the peak.
    """
    ours = density(members)
    rows, columns = np.unravel_index(np.argsort(ours.values, axis=None)[-PLACES:], ours.values.shape)
    places = np.concatenate([np.stack([ours.x[columns], ours.y[rows]], axis=1), members])
    peak = gaussian_kde(members.T.astype(np.float64))(places.T).max()
    return float(ours.values.max() / peak - 1)
