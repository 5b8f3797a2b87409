"""What guessing scores: ten clusters filled at random."""

import numpy as np

from benchmarks.row import Row
from core.data import load
from core.measures.metrics import adjusted_rand_index, rand_index, random_rand_index


def measure() -> list[Row]:
    """A random clustering's Rand index, beside the formula's, and its adjusted Rand index."""
    labels = load("mnist").train.labels
    guess = np.random.default_rng(0).integers(0, 10, len(labels))
    rand, expected = rand_index(labels, guess), random_rand_index(labels, 10)
    adjusted = adjusted_rand_index(labels, guess)
    return [
        Row(
            "random_rand",
            "Rand of a random clustering; the formula",
            "",
            rand,
            expected,
            low=0.815,
            high=0.825,
        ),
        Row("random_rand", "adjusted Rand of a random clustering", "", adjusted, 0.0, low=-0.001, high=0.001),
    ]
