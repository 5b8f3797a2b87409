"""Point sets and geometry shared by the embedding tests."""

import numpy as np

from core.embedding.voronoi import Box


def skewed(seed: int, n: int, d: int) -> np.ndarray:
    """Random points off the origin with clearly different shares per direction."""
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(n, d)) * 0.7 ** np.arange(d) + generator.normal(size=d)
    turn, _ = np.linalg.qr(generator.normal(size=(d, d)))
    return (points @ turn).astype(np.float32)


BOX: Box = (-1.0, -2.0, 3.0, 1.5)


def scattered(generator: np.random.Generator) -> np.ndarray:
    return generator.uniform([-1, -2], [3, 1.5], (300, 2))


def in_polygon(corners: np.ndarray, places: np.ndarray, slack: float = 1e-9) -> np.ndarray:
    """Which of the places [p, 2] lie inside a convex counter-clockwise polygon."""
    sides = np.roll(corners, -1, axis=0) - corners
    towards = places[:, None] - corners
    turn = sides[:, 0] * towards[..., 1] - sides[:, 1] * towards[..., 0]
    return np.all(turn >= -slack, axis=1)
