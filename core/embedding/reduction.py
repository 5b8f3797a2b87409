"""Dimensionality reduction to the two or three dimensions that can be drawn: `REDUCTIONS` maps a name to its entry.

Truncated SVD is not centred, as in the Wolfram notebook ("LSA"): the origin stays the origin. PCA is
centred on the mean. UMAP is nonlinear, and offered if it is installed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.floating]


class Projection(Protocol):
    """A fitted reduction."""

    @property
    def dims(self) -> int:
        """How many coordinates remain."""

    @property
    def share(self) -> Floats:
        """The share of the total that each direction explains; empty if undefined."""

    def apply(self, points: Points) -> Floats:
        """The points' new coordinates: [n, d] to [n, dims]. Raises ValueError for invalid points."""


@dataclass(frozen=True)
class Reduction:
    """A linear projection.

    components: [dims, d], orthonormal rows, the one that explains most first.
    share: [d], the share of each direction, drawn or not, in the sum of squares of all coordinates (SVD)
        or in their variance (PCA): 0 to 1, sum 1; all 0 if that total is 0. The first `dims` belong to the
        components; the closer their sum to 1, the less is lost.
    centre: [d], the point that becomes the origin: the origin itself for SVD, the mean for PCA.
    """

    components: Floats
    share: Floats
    centre: Floats

    @property
    def dims(self) -> int:
        """How many coordinates remain."""
        return len(self.components)

    def apply(self, points: Points) -> Floats:
        """The points' coordinates along the components: [n, d] to [n, dims].

        Raises ValueError if a coordinate is not finite or the number of dimensions differs.
        """
        _check(points)
        _check_dimensions(points, self.components.shape[1])
        return (points.astype(np.float64) - self.centre) @ self.components.T


def fit_svd(points: Points, dims: int) -> Reduction:
    """Truncated SVD: the `dims` orthogonal directions that keep most of the points' sum of squares.

    points: [n, d]. With d <= dims nothing needs reducing and the result is the identity, [d, d].
    In each component the entry with the largest absolute value is positive, so that the picture does
    not flip from one run to the next.
    Raises ValueError without points, for dims < 1, and if a coordinate is not finite.
    Source: Eckart, Young 1936; Deerwester et al. 1990 (latent semantic analysis).
    """
    _check(points, dims)
    values = points.astype(np.float64)
    return _principal(values, dims, np.zeros(values.shape[1]))


def fit_pca(points: Points, dims: int) -> Reduction:
    """Principal component analysis: the `dims` orthogonal directions that keep most of the points' variance.

    Like `fit_svd`, but centred on the mean of the points; with d <= dims it is the identity, not centred.
    Source: Pearson 1901; Hotelling 1933.
    """
    _check(points, dims)
    first = points[0].astype(np.float64)
    values = points.astype(np.float64) - first  # so that equal points become exactly zero
    mean = values.mean(axis=0)
    return _principal(values - mean, dims, first + mean)


def aligned(new: Reduction, old: Reduction) -> Reduction:
    """The new reduction, its components rotated (or mirrored) among themselves to be closest to the old ones.

    Only the orientation changes, no distance in the picture, so a live picture neither flips nor rotates
    when two directions swap ranks.
    Raises ValueError if the two differ in dimensions.
    Source: Schoenemann 1966 (the orthogonal Procrustes problem).
    """
    if new.components.shape != old.components.shape:
        raise ValueError(
            f"Reductions from and to the same dimensions can be aligned, not {new.components.shape} "
            f"and {old.components.shape}."
        )
    left, _, right = np.linalg.svd(old.components @ new.components.T)
    turn = left @ right
    # the points are uncorrelated along the components, so the sums of squares mix with the squared weights
    share = new.share.copy()
    share[: new.dims] = np.square(turn) @ new.share[: new.dims]
    return replace(new, components=turn @ new.components, share=share)


def fit_umap(points: Points, dims: int) -> Projection:
    """UMAP, fitted on a sample of the points [n, d] with a fixed seed; with d <= dims the identity.

    Raises ValueError if `umap` is not installed, for fewer than 16 different points (a collapsed
    embedding), and like `fit_svd`.
    Source: McInnes, Healy, Melville 2018.
    """
    _check(points, dims)
    if points.shape[1] <= dims:
        return fit_svd(points, dims)
    try:
        umap = import_module("umap")  # optional, and takes seconds to import
    except ImportError as error:
        raise ValueError(_WITHOUT_UMAP) from error
    generator = np.random.default_rng(_UMAP_SEED)
    sample = points if len(points) <= _UMAP_SAMPLE else generator.choice(points, _UMAP_SAMPLE, replace=False)
    different = np.unique(sample.astype(np.float32), axis=0)
    if len(different) <= _UMAP_NEIGHBOURS:
        raise ValueError(
            f"UMAP needs more than {_UMAP_NEIGHBOURS} different points, and here are {len(different)}: "
            "the embedding has collapsed. Truncated SVD shows it as it is."
        )
    # umap with a seed uses one job anyway, and warns if told otherwise
    model = umap.UMAP(n_components=dims, n_neighbors=_UMAP_NEIGHBOURS, random_state=_UMAP_SEED, n_jobs=1)
    return FittedUmap(model.fit(different), dims, points.shape[1])


@dataclass(frozen=True)
class FittedUmap:
    """A nonlinear reduction: `model` is a fitted umap.UMAP, from `given` dimensions to `dims`."""

    model: Any
    dims: int
    given: int

    @property
    def share(self) -> Floats:
        """Empty: undefined for a nonlinear reduction."""
        return np.empty(0)

    def apply(self, points: Points) -> Floats:
        """The points' new coordinates: [n, d] to [n, dims]. Raises ValueError like `Reduction.apply`."""
        _check(points)
        _check_dimensions(points, self.given)
        return np.asarray(self.model.transform(points.astype(np.float32)), dtype=np.float64)


_UMAP_SAMPLE = 4000
_UMAP_NEIGHBOURS = 15
_UMAP_SEED = 0
_WITHOUT_UMAP = (
    "UMAP is not installed here. The server's operator can add it with `pip install umap-learn`; "
    "truncated SVD and PCA need nothing."
)


@dataclass(frozen=True)
class ReductionEntry:
    """A reduction method: `fit` takes points [n, d]; with d <= dims its result is the identity.

    explanation: one sentence for the learner. linear: whether the result is a `Reduction`, with directions and
    shares. package: the optional module that it needs, or None.
    """

    name: str
    label: str
    dims: int
    fit: Callable[[Points], Projection]
    explanation: str
    linear: bool = True
    package: str | None = None

    @property
    def available(self) -> bool:
        """Whether its package is installed."""
        return self.package is None or find_spec(self.package) is not None

    @property
    def missing(self) -> str | None:
        """Why it is not available and what to do, in a sentence, or None."""
        return None if self.available else _WITHOUT_UMAP


def _entries(dims: int) -> tuple[ReductionEntry, ...]:
    return (
        ReductionEntry(
            f"svd{dims}",
            f"Truncated SVD to {dims}",
            dims,
            partial(fit_svd, dims=dims),
            f"The {dims} directions from the origin along which the points reach farthest. The origin and "
            "angles at it keep their meaning, as in the Wolfram notebook.",
        ),
        ReductionEntry(
            f"pca{dims}",
            f"PCA to {dims}",
            dims,
            partial(fit_pca, dims=dims),
            f"The {dims} directions from the mean of all points along which they spread most.",
        ),
        ReductionEntry(
            f"umap{dims}",
            f"UMAP to {dims}",
            dims,
            partial(fit_umap, dims=dims),
            "A nonlinear map that keeps near points near: good for seeing groups, but their sizes and the "
            "distances between them mean little.",
            linear=False,
            package="umap",
        ),
    )


REDUCTIONS: dict[str, ReductionEntry] = {entry.name: entry for dims in (2, 3) for entry in _entries(dims)}


def _principal(values: Floats, dims: int, centre: Floats) -> Reduction:
    """The directions with the largest sums of squares of values [n, d], which are relative to the centre."""
    squares = values.T @ values
    total = np.trace(squares)  # of all d dimensions
    if len(squares) <= dims:
        components, held, centre = np.eye(len(squares)), np.diag(squares), np.zeros(len(squares))
    else:
        # the right singular vectors of X are the eigenvectors of X'X, which is d x d for any number of points
        eigenvalues, eigenvectors = np.linalg.eigh(squares)
        components = eigenvectors[:, ::-1].T[:dims]  # eigh sorts in ascending order
        held = np.maximum(eigenvalues[::-1], 0.0)  # rounding can make a zero negative
        largest = np.abs(components).argmax(axis=1)
        components = components * np.sign(components[np.arange(dims), largest])[:, None]
    return Reduction(components, held / total if total > 0 else np.zeros(len(held)), centre)


def _check(points: Points, dims: int = 1) -> None:
    if points.ndim != 2 or points.size == 0:
        raise ValueError(f"Reducing needs points as a table [n, d], not an array of shape {points.shape}.")
    if not np.isfinite(points).all():
        raise ValueError(
            "Some coordinates are not finite numbers (the training diverged), so they cannot be reduced. "
            "A lower learning rate usually helps."
        )
    if dims < 1:
        raise ValueError(f"Points can be reduced to 1 dimension or more, not to {dims}.")


def _check_dimensions(points: Points, given: int) -> None:
    if points.shape[1] != given:
        raise ValueError(
            f"This reduction was made for {given} dimensions, but the points have {points.shape[1]}."
        )
