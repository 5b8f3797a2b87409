"""What the panels of the Clusters page share: a run's plane, and samples of its points."""

import numpy as np
import numpy.typing as npt

from core.config import RunConfig
from core.data import load_stored
from core.figures.estimate import sample_of
from core.pictures.reducing import fitted_reduction
from core.runs import Run
from pages.ui.components.digits import digits

Ints = npt.NDArray[np.int64]

PLANE_SAMPLE = 2000  # points of a picture of all: enough to see, few enough to be quick
PICTURE_HEIGHT = 440


def flat(run: Run, points: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Points [n, d] of a run in the plane [n, 2]: as they are, or by PCA where there are more dimensions."""
    if points.shape[1] == 2:
        return points
    return fitted_reduction(run, "pca2").apply(points)


def plane_words(config: RunConfig) -> str:
    """What has to be said of a picture in the plane."""
    if config.embedding_dims == 2:
        return ""
    return f" {config.embedding_dims} dimensions, drawn in two by PCA."


def sample(count: int) -> Ints:
    """The places of a random sample of `count` points, the same ones each time."""
    return sample_of(count, PLANE_SAMPLE, seed=0)


def show_images(config: RunConfig, places: Ints, names: list[str], what: str, *, key: str) -> None:
    """Training images at their places in the run's classes, each with a word below; what: for who
    cannot see them. Raises DataError."""
    images = load_stored(config.dataset).train.first_classes(config.digits).images[places]
    digits(images, names, what, key=key)
