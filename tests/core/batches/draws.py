"""Tiny label sets, and the check that draws are uniform."""

import numpy as np
from scipy import stats

from core.batches.sampling import ByClass

SEEDS = (0, 1, 2)


# Different class sizes, mixed order, a class of two, labels other than 0, 1, 2, ...
TINY = {
    "two classes": [0, 1, 0, 1, 1, 0, 1],
    "sorted": [0, 0, 0, 1, 1, 2, 2, 2, 2],
    "mixed": [2, 0, 1, 2, 0, 1, 2, 2],
    "with gaps": [9, 4, 9, 4, 7, 7, 9, 9, 9],
    "the largest class in the middle": [3, 5, 5, 5, 5, 5, 5, 8, 3, 8],
}


def by_class(labels: list[int]) -> ByClass:
    return ByClass(np.array(labels, np.uint8))


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def equally_likely(drawn: np.ndarray, candidates: np.ndarray) -> bool:
    """Whether `drawn` looks uniform over `candidates`: one in 100,000 correct samplers would fail."""
    counts = np.bincount(drawn, minlength=candidates.max() + 1)
    assert counts.sum() == counts[candidates].sum(), "other images were drawn too"
    return len(candidates) == 1 or bool(stats.chisquare(counts[candidates]).pvalue > 1e-5)
