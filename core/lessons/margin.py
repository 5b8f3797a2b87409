"""The margin in a picture: a distance between two points, not a circle that the embedding lies in."""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.config import RunConfig

Points = npt.NDArray[np.floating[Any]]


def share_within(points: Points, radius: float) -> float:
    """The share of points [n, d] at most `radius` from the origin, 0 to 1; a point that is not finite is not.

    Neither end is better: a loss of differences has no origin. n >= 1.
    """
    return float(np.mean(np.linalg.norm(points.astype(np.float64), axis=1) <= radius))


def margin_in_picture(config: RunConfig, train: Points) -> str | None:
    """What the picture's ruler means, and how many of the training images' embeddings [n, d] lie within its length
    of the origin; None for a loss whose margin is not a distance between two images."""
    if config.reach is None:
        return None
    length = "margin" if config.reach == config.margin else "square root of the margin"
    return (
        f"The ruler is the {length}, {config.reach:.3g}: the loss pushes images of different classes apart until they "
        "are that far from each other. It sees differences only, so where the origin lies means nothing to it. In this "
        f"run {share_within(train, config.reach):.0%} of the training images lie within {config.reach:.3g} of the "
        "origin: an observation, not a rule."
    )
