"""How many dimensions an embedding really uses."""

import math

import numpy as np

from core.figures.base import Figure
from core.figures.estimate import Estimate, Points, exact, undefined, why_not
from core.figures.spread import centred


def effective_rank(points: Points) -> Estimate:
    """How many dimensions the embedding really uses: exp of the entropy of its singular values' shares.

    From 1 (all points on a line) to d (the same spread in all directions). points: [n, d], centred
    first, as no distance feels where the origin is. Undefined for a collapsed embedding.
    Source: Roy, Vetterli 2007.
    """
    reason = why_not(points)
    if reason is not None:
        return undefined(reason, len(points))
    about_mean = centred(points)
    # the squared singular values; those of pure rounding are 0
    squares = np.linalg.eigvalsh(about_mean.T @ about_mean)
    values = np.sqrt(np.where(squares > squares.max() * len(squares) * np.finfo(float).eps, squares, 0))
    shares = values[values > 0] / values.sum()
    return exact(math.exp(-float((shares * np.log(shares)).sum())), len(points))


ENTRIES = (
    Figure(
        "effective_rank",
        "Effective rank",
        "Effective rank",
        "shape",
        "How many dimensions the embedding really uses.",
        best=math.inf,
        worst=1.0,
        range="1 to the number of dimensions",
        chance=None,
        source="Roy, Vetterli 2007",
        function=lambda subject: effective_rank(subject.embedding.train),
    ),
)
