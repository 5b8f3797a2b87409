"""Batches, parameters and calls for the tests of every loss."""

from typing import Any

import numpy as np
import torch

from core.losses import LOSSES, Loss
from tests.core.losses.loops import every_triplet
from tests.core.losses.oracles import ORACLES

Tuples = list[tuple[int, ...]]


NAMES = list(LOSSES)


MARGINS = (0.3, 1.0, 2.5)


KINDS = ("numpy", "torch, double", "torch, single")


def batch(seed: int, size: int = 12, dims: int = 2, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Random points with distances on both sides of every margin, at least two of each class."""
    generator = np.random.default_rng(seed)
    labels = np.arange(size) % classes
    generator.shuffle(labels)
    return generator.normal(size=(size, dims)), labels


def settings(name: str, margin: float, classes: int = 3, dims: int = 2) -> dict[str, Any]:
    """A value for each of the loss's parameters, depending on the margin, and random learned ones."""
    values = {
        "margin": margin,
        "temperature": 0.2 * margin,
        "scale": 8 * margin,
        "similarity_margin": 0.3 * margin,
        "weight": margin,
    }
    start = LOSSES[name].learned
    generator = np.random.default_rng(int(10 * margin))
    learned = {} if start is None else start(classes, dims, generator)
    perturbed = {n: (v + generator.normal(size=v.shape)).astype(np.float64) for n, v in learned.items()}
    return {field: values[field] for field in LOSSES[name].parameters} | perturbed


def given(name: str) -> list[bool]:
    """Whether pairs or triplets are passed: a loss on whole batches accepts none."""
    return [False] if LOSSES[name].takes == "batch" else [False, True]


BOTH = [(name, handed) for name in NAMES for handed in given(name)]


TAKES_TUPLES = [name for name in NAMES if LOSSES[name].takes != "batch"]


def drawn(name: str, labels: np.ndarray, seed: int, count: int = 20) -> Tuples:
    """Pairs of both kinds (including a repeated one and one of an image with itself), or valid triplets."""
    generator = np.random.default_rng(seed)
    if LOSSES[name].takes == "pairs":
        pairs = [tuple(pair) for pair in generator.integers(0, len(labels), (count, 2)).tolist()]
        return [*pairs, pairs[0], (3, 3)]
    triplets = every_triplet(labels.tolist())
    return [triplets[place] for place in generator.integers(0, len(triplets), count)]


def call(
    name: str, points: Any, labels: np.ndarray, margin: float, tuples: Tuples | None, classes: int = 3
) -> Loss:
    """The catalogue's loss on `points`, with labels and tuples of the same array type."""

    def like(values: np.ndarray) -> Any:
        return torch.from_numpy(values) if isinstance(points, torch.Tensor) else values

    parameters = settings(name, margin, classes, points.shape[1])
    for field, value in parameters.items():
        if isinstance(value, np.ndarray):
            parameters[field] = (
                like(value) if points.dtype in (np.float64, torch.float64) else like(value).float()
            )
    if tuples is not None:
        parameters[LOSSES[name].takes] = tuple(like(np.array(column)) for column in zip(*tuples, strict=True))
    return LOSSES[name].function(points, like(labels.astype(np.uint8)), **parameters)


def by_loop(
    name: str, points: np.ndarray, labels: np.ndarray, margin: float, tuples: Tuples | None, classes: int = 3
) -> dict[str, float]:
    """The terms from the slow oracle."""
    parameters = settings(name, margin, classes, points.shape[1])
    return ORACLES[name](points.tolist(), labels.tolist(), parameters, tuples)


def as_kind(points: np.ndarray, kind: str) -> Any:
    if kind == "numpy":
        return points
    return torch.tensor(points, dtype=torch.float64 if kind == "torch, double" else torch.float32)


def floats(terms: dict[str, Any]) -> dict[str, float]:
    return {
        term: float(value.detach() if isinstance(value, torch.Tensor) else value)
        for term, value in terms.items()
    }


def gradient(
    name: str, points: np.ndarray, labels: np.ndarray, margin: float, tuples: Tuples | None
) -> np.ndarray:
    tensor = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    call(name, tensor, labels, margin, tuples).total.backward()
    assert tensor.grad is not None
    return tensor.grad.numpy()
