"""Distances, similarities and triplets in plain Python floats, for the oracles of losses and miners."""

import itertools
import math
from collections.abc import Iterable, Sequence

Points = Sequence[Sequence[float]]


def distance(a: Sequence[float], b: Sequence[float]) -> float:
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def every_triplet(labels: Sequence[int]) -> list[tuple[int, int, int]]:
    places = range(len(labels))
    return [
        (a, p, n)
        for a, p, n in itertools.product(places, places, places)
        if a != p and labels[a] == labels[p] and labels[a] != labels[n]
    ]


def log_sum(exponents: Iterable[float]) -> float:
    """log(exp(x1) + exp(x2) + ...) without overflow; minus infinity if empty."""
    values = list(exponents)
    top = max(values, default=-math.inf)
    return top if math.isinf(top) else top + math.log(math.fsum(math.exp(value - top) for value in values))


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def unit(a: Sequence[float]) -> list[float]:
    """Its direction; zeros for a point at (or almost at) the origin."""
    length = math.sqrt(dot(a, a))
    return [x / length if length > 1e-12 else 0.0 for x in a]


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return dot(unit(a), unit(b))


def positives(labels: Sequence[int], i: int) -> list[int]:
    return [j for j in range(len(labels)) if j != i and labels[j] == labels[i]]


def negatives(labels: Sequence[int], i: int) -> list[int]:
    return [j for j in range(len(labels)) if labels[j] != labels[i]]
