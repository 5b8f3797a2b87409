"""The tutorial's side question: why a loss may prefer d² to d. Measured on the server that shows the page.

d = sqrt(d²) costs one more root per pair, and its gradient by the chain rule, (x - y) / d, is 0/0 where two
points coincide.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

NEAR = (1.0, 0.1, 0.001, 0.0)  # distances at which the slopes are computed
_STEP = 1e-7


@dataclass(frozen=True)
class Slope:
    """The length of the gradient of d² and of d at a distance, by the chain rule; NaN where it is 0/0."""

    distance: float
    of_square: float
    of_root: float


@dataclass(frozen=True)
class SquareOrRoot:
    """square_ns, root_ns: nanoseconds per pair for value and gradient, the fastest of `rounds` over `pairs`
    pairs. slopes: at NEAR.

    left, right: the slopes of d on both sides of distance 0, by differences; that of d² is `flat`.
    """

    pairs: int
    rounds: int
    square_ns: float
    root_ns: float
    slopes: tuple[Slope, ...]
    left: float
    right: float
    flat: float


def measure(pairs: int = 10_000, rounds: int = 50) -> SquareOrRoot:
    """Measure times (value and gradient) and slopes of d² and d, for random pairs of points in the plane."""
    first, second = np.random.default_rng(0).normal(size=(2, 2, pairs))
    apart = first - second
    squares, roots = [], []
    for _ in range(rounds):  # alternating: whatever slows the machine slows both
        squares.append(_seconds(lambda: (_square(apart), 2 * apart)))
        roots.append(_seconds(lambda: apart / np.sqrt(_square(apart))))
    return SquareOrRoot(
        pairs=pairs,
        rounds=rounds,
        square_ns=min(squares) / pairs * 1e9,
        root_ns=min(roots) / pairs * 1e9,
        slopes=tuple(_slope(distance) for distance in NEAR),
        left=(_root(0.0) - _root(-_STEP)) / _STEP,
        right=(_root(_STEP) - _root(0.0)) / _STEP,
        flat=(_STEP**2 - (-_STEP) ** 2) / (2 * _STEP),
    )


def _slope(distance: float) -> Slope:
    apart = np.array([distance, 0.0])
    with np.errstate(invalid="ignore"):
        of_root = apart / np.sqrt(_square(apart))  # as automatic differentiation computes it
    return Slope(distance, float(np.linalg.norm(2 * apart)), float(np.linalg.norm(of_root)))


def _square(apart: Floats) -> Floats:
    squared: Floats = apart[0] ** 2 + apart[1] ** 2
    return squared


def _root(along: float) -> float:
    """The distance between two points on a line, at 0 and at `along`."""
    return float(np.sqrt(_square(np.array([along, 0.0]))))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
