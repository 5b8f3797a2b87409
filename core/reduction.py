"""From many dimensions down to the two or three that can be drawn: truncated SVD.

Not centred, as in the Wolfram notebook ("LSA"): the origin of the embedding stays the origin.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Reduction:
    """The directions to look along.

    components: [dims, d], orthonormal rows, the one that holds most first.
    share: [dims], the share of each in the sum of squares of all coordinates (0 to 1; together 1 if
        nothing is lost; all 0 where every point is the origin).
    """

    components: Floats
    share: Floats

    def apply(self, points: Points) -> Floats:
        """The points' coordinates along the components: [n, d] to [n, dims].

        Raises ValueError if a coordinate is not finite or the number of dimensions differs.
        """
        _check(points)
        if points.shape[1] != self.components.shape[1]:
            raise ValueError(
                f"This reduction was made for {self.components.shape[1]} dimensions, "
                f"but the points have {points.shape[1]}."
            )
        return points.astype(np.float64) @ self.components.T


def fit(points: Points, dims: int) -> Reduction:
    """The `dims` orthogonal directions that keep most of the points' sum of squares.

    points: [n, d]. With d <= dims nothing needs reducing and the result is the identity, [d, d].
    In each component the entry of the largest size is positive, so that the picture does not
    flip from one run to the next.
    Raises ValueError without points, for dims < 1, and if a coordinate is not finite.
    Source: Eckart, Young 1936; Deerwester et al. 1990 (latent semantic analysis).
    """
    _check(points)
    if dims < 1:
        raise ValueError(f"Points can be reduced to 1 dimension or more, not to {dims}.")
    values = points.astype(np.float64)
    total = np.square(values).sum()  # of all d dimensions
    if values.shape[1] <= dims:
        components = np.eye(values.shape[1])
        held = np.square(values).sum(axis=0)
    else:
        # the right singular vectors of X are the eigenvectors of X'X: d x d, however many points
        eigenvalues, eigenvectors = np.linalg.eigh(values.T @ values)
        components = eigenvectors[:, ::-1].T[:dims]  # eigh sorts upwards
        held = np.maximum(eigenvalues[::-1][:dims], 0.0)  # rounding can push a zero below zero
        largest = np.abs(components).argmax(axis=1)
        components = components * np.sign(components[np.arange(dims), largest])[:, None]
    return Reduction(components, held / total if total > 0 else np.zeros(len(held)))


def _check(points: Points) -> None:
    if points.ndim != 2 or points.size == 0:
        raise ValueError(f"Reducing needs points as a table [n, d], not an array of shape {points.shape}.")
    if not np.isfinite(points).all():
        raise ValueError(
            "Some coordinates are not finite numbers (the training diverged), so they cannot be reduced. "
            "A lower learning rate usually helps."
        )
