"""How many dimensions an embedding really uses."""

import math

import numpy as np

from core.figures.base import Figure
from core.figures.estimate import Estimate, Floats, Points, exact, undefined, why_not
from core.figures.spread import centred


def effective_rank(points: Points) -> Estimate:
    """How many dimensions the embedding really uses: exp of the entropy of its normalised singular values.

    From 1 (all points on a line) to d (the same spread in all directions); neither end is better, since n
    classes at equal distances need n - 1 directions and no more. points: [n, d], centred first, since
    distances do not depend on the origin. Undefined for a collapsed embedding.
    Source: Roy, Vetterli 2007.
    """
    reason = why_not(points)
    if reason is not None:
        return undefined(reason, len(points))
    values = np.sqrt(variance_shares(points))  # the singular values, up to a factor
    shares = values[values > 0] / values.sum()
    return exact(math.exp(-float((shares * np.log(shares)).sum())), len(points))


def variance_shares(points: Points) -> Floats:
    """[d]: the share of the variance along each principal direction, largest first. Not for equal points."""
    about_mean = centred(points)
    squares = np.linalg.eigvalsh(about_mean.T @ about_mean)[::-1]
    # values within rounding error are 0
    kept = np.where(squares > squares.max() * len(squares) * np.finfo(float).eps, squares, 0)
    return np.asarray(kept / kept.sum())


ENTRIES = (
    Figure(
        "effective_rank",
        "Effective rank",
        "Effective rank",
        "shape",
        "How many dimensions the embedding really uses (exp of the entropy of its singular values); n classes can be "
        "told apart along n - 1 directions, so more is not better.",
        best=math.nan,
        worst=math.nan,
        range="1 to the number of dimensions",
        chance=None,
        source="Roy, Vetterli 2007",
        function=lambda subject: effective_rank(subject.embedding.train),
    ),
)
