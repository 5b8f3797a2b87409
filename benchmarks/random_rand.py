"""The chance level: ten random clusters."""

import numpy as np

from benchmarks.row import Row
from core.data import load
from core.figures.contingency import contingency
from core.figures.rand import adjusted_rand_index, chance_rand_index, rand_index


def measure() -> list[Row]:
    """The Rand index of a random clustering, compared with the formula, and its adjusted Rand index."""
    labels = load("mnist").train.labels
    guess = np.random.default_rng(0).integers(0, 10, len(labels))
    table = contingency(labels, guess)
    rand, expected, adjusted = rand_index(table), chance_rand_index(table), adjusted_rand_index(table)
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
