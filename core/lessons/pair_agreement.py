"""The Rand index by sampling: draw two random images; do classes and clusters agree on them?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.figures.estimate import Floats, Ints, Labels, draw_pairs

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PairAgreement:
    """Random pairs in the order drawn: the indices first, second [p] of their images, and whether the two
    have the same label and the same cluster."""

    first: Ints
    second: Ints
    same_label: Bools
    same_cluster: Bools

    @property
    def agree(self) -> Bools:
        """[p]: together in both, or apart in both."""
        agree: Bools = self.same_label == self.same_cluster
        return agree

    @property
    def running(self) -> Floats:
        """[p]: the share of agreements among the pairs drawn so far; it converges to the Rand index."""
        drawn = np.arange(1, len(self.first) + 1)
        share: Floats = self.agree.cumsum() / drawn
        return share

    @property
    def error(self) -> Floats:
        """[p]: the standard error of `running`, sqrt(p(1-p)/t); 0 while all pairs agree."""
        drawn = np.arange(1, len(self.first) + 1)
        error: Floats = np.sqrt(self.running * (1 - self.running) / drawn)
        return error

    def interval(self, z: float = 1.96) -> tuple[Floats, Floats]:
        """Low and high [p]: the confidence interval of the index, 95 % for z = 1.96. Unlike `error`, it is
        valid from the first pair on. Source: Wilson 1927."""
        drawn = np.arange(1, len(self.first) + 1)
        centre = (self.running + z**2 / (2 * drawn)) / (1 + z**2 / drawn)
        half = z / (1 + z**2 / drawn) * np.sqrt(self.error**2 + z**2 / (4 * drawn**2))
        return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)

    @property
    def counts(self) -> Ints:
        """[2, 2]: pairs by label (row 0: same, row 1: different) and cluster (column 0: same, column 1:
        different); the agreements are on the diagonal."""
        cell = 2 * ~self.same_label + ~self.same_cluster
        return np.bincount(cell, minlength=4).reshape(2, 2)


def sample_pairs(labels: Labels, clusters: Labels, count: int, *, seed: int = 0) -> PairAgreement:
    """Draw `count` pairs of images and check whether labels [n] and clusters [n] agree on each.

    Raises ValueError for different lengths, fewer than two images, and count < 1.
    """
    if len(labels) != len(clusters):
        raise ValueError(f"Each image has one label and one cluster; got {len(labels)} and {len(clusters)}.")
    first, second = draw_pairs(len(labels), count, seed)
    return PairAgreement(first, second, labels[first] == labels[second], clusters[first] == clusters[second])
