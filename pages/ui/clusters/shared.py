"""What the panels of the Clusters page share: a run's plane, and samples of its points."""

import numpy as np
import numpy.typing as npt

from core.config import RunConfig
from core.data import load_stored
from core.figures.estimate import sample_of
from core.pictures.picture_reduction import fitted_reduction
from core.runs import Run
from pages.ui.components.digits import digits

Ints = npt.NDArray[np.int64]

PLANE_SAMPLE = 2000  # points in a scatter of all images: enough for the shape, few enough to be fast
PICTURE_HEIGHT = 440


def flat(run: Run, points: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Points [n, d] of a run in the plane [n, 2], by PCA if d > 2."""
    if points.shape[1] == 2:
        return points
    return fitted_reduction(run, "pca2").apply(points)


def plane_words(config: RunConfig) -> str:
    """A note for captions: how the points were reduced to the plane."""
    if config.embedding_dims == 2:
        return ""
    return f" {config.embedding_dims} dimensions, drawn in two by PCA."


def sample(count: int) -> Ints:
    """The indices of a random sample of `count` points, the same each time."""
    return sample_of(count, PLANE_SAMPLE, seed=0)


def show_images(config: RunConfig, places: Ints, names: list[str], what: str, *, key: str) -> None:
    """Training images by their index in the run's classes, each with a name below. what: the text
    alternative. Raises DataError."""
    images = load_stored(config.dataset).train.first_classes(config.digits).images[places]
    digits(images, names, what, key=key)
