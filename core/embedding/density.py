"""Density contours of each class: a fast kernel density estimate.

The same estimate as scipy.stats.gaussian_kde. Instead of summing one kernel per point, points are
binned to a grid and the counts smoothed by one multiplication in the Fourier domain (Silverman 1982).
The grid follows the principal axes of the class, in units of its standard deviation along them: in
those coordinates the kernel is round, however thin and slanted the class.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from contourpy import LineType, contour_generator
from scipy.fft import fftfreq, irfft2, next_fast_len, rfft2, rfftfreq
from scipy.ndimage import map_coordinates

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]
Points = npt.NDArray[np.floating]

MASSES = (0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Contours:
    """Contour lines as a table: arrays of equal length, one row per corner of a line, in drawing order.

    label: the class. level: the density on the line. mass: the share of the class's probability
    where the density is higher than on the line. line: the unique number of the line; a closed line
    ends on its first corner. x, y: the corner.
    left_out: label -> why this class has no lines, in a sentence.
    """

    label: Labels
    level: Floats
    mass: Floats
    line: npt.NDArray[np.int32]
    x: Floats
    y: Floats
    left_out: dict[Any, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, npt.NDArray[Any]]:
        """The columns by name."""
        return {name: getattr(self, name) for name in ("label", "level", "mass", "line", "x", "y")}


@dataclass(frozen=True)
class DensityGrid:
    """The density of one class at the nodes of a grid: values [grid, grid] at y (rows) and x (columns).

    Its integral over the plane is 1; best and worst value do not apply.
    """

    x: Floats
    y: Floats
    values: Floats


def contours(
    points: Points,
    labels: Labels,
    *,
    masses: Sequence[float] = MASSES,
    grid: int = 256,
    bandwidth: str | float = "scott",
) -> Contours:
    """For each class the lines that enclose the given shares of its probability.

    points: [n, 2], labels: [n]. masses: each between 0 and 1. grid: nodes per side, more if a distant
    outlier or a narrow kernel requires it. bandwidth: see `density`. A class with undefined density
    (fewer than 3 points, points on a line, coordinates that are not finite) is left out, with the reason.
    Raises ValueError for shapes that do not match, and for masses, grid or bandwidth out of range.
    Source: Scott 1992; Hyndman 1996 (highest density regions).
    """
    _check(points, grid, bandwidth)
    if labels.shape != points.shape[:1]:
        raise ValueError(f"Each point needs one label; got shapes {points.shape} and {labels.shape}.")
    if not all(0 < mass < 1 for mass in masses):
        raise ValueError(f"A share of the probability lies between 0 and 1; got {tuple(masses)}.")
    left_out: dict[Any, str] = {}
    lines: list[Floats] = []
    of_line: list[tuple[Any, float, float]] = []
    for label in np.unique(labels):
        members = points[labels == label].astype(np.float64)
        reason = _unfit(members)
        if reason is not None:
            left_out[label.item()] = reason
            continue
        estimate = _estimate(members, grid, bandwidth)
        levels = estimate.levels(masses)
        for mass, level, found in zip(masses, levels, estimate.lines(levels), strict=True):
            lines.extend(found)
            of_line.extend([(label, level, mass)] * len(found))
    lengths = [len(line) for line in lines]
    corners = np.concatenate(lines) if lines else np.empty((0, 2))
    return Contours(
        label=np.repeat(np.array([label for label, _, _ in of_line], dtype=labels.dtype), lengths),
        level=np.repeat(np.array([level for _, level, _ in of_line], dtype=np.float64), lengths),
        mass=np.repeat(np.array([mass for _, _, mass in of_line], dtype=np.float64), lengths),
        line=np.repeat(np.arange(len(lines), dtype=np.int32), lengths),
        x=np.ascontiguousarray(corners[:, 0]),
        y=np.ascontiguousarray(corners[:, 1]),
        left_out=left_out,
    )


def density(points: Points, *, grid: int = 256, bandwidth: str | float = "scott") -> DensityGrid:
    """The kernel density estimate of points [n, 2] on a grid that extends beyond them on all sides.

    The kernel is a Gaussian with the points' covariance times the bandwidth squared, as in
    scipy.stats.gaussian_kde. bandwidth: "scott", n^(-1/6), or that factor as a number. Details finer
    than 1/2048 of the points' extent are lost.
    Raises ValueError, with the reason, for points that have no density.
    """
    _check(points, grid, bandwidth)
    members = points.astype(np.float64)
    reason = _unfit(members)
    if reason is not None:
        raise ValueError(reason)
    estimate = _estimate(members, grid, bandwidth)
    reach = _REACH * estimate.factor * members.std(axis=0, ddof=1)
    low, high = members.min(axis=0) - reach, members.max(axis=0) + reach
    x, y = (np.linspace(low[axis], high[axis], grid) for axis in (0, 1))
    return DensityGrid(x, y, estimate.at(x, y))


_REACH = 5.0  # a Gaussian is 4e-6 of its peak at 5 standard deviations
_MAX_NODES = 2048


@dataclass(frozen=True)
class _Estimate:
    """A density in the class's own coordinates u, v: along its principal axes, unit variance.

    u, v: the nodes. values: [len(v), len(u)], densities per area in x and y.
    to_own: [2, 2], (x - centre) @ to_own = u; to_plane is its inverse. factor: the bandwidth.
    """

    u: Floats
    v: Floats
    values: Floats
    centre: Floats
    to_own: Floats
    to_plane: Floats
    factor: float

    def levels(self, masses: Sequence[float]) -> list[float]:
        """For each mass the density above which that share of the probability lies."""
        high = self.values[self.values > 1e-6 * self.values.max()]  # the rest adds nothing, but sorting time
        falling = np.sort(high)[::-1]
        enclosed = np.cumsum(falling)
        return [float(level) for level in np.interp(np.array(masses) * enclosed[-1], enclosed, falling)]

    def lines(self, levels: list[float]) -> list[list[Floats]]:
        """For each level the lines of that density, each [corners, 2] in x and y."""
        generator = contour_generator(self.u, self.v, self.values, line_type=LineType.Separate)
        return [
            [np.asarray(line) @ self.to_plane + self.centre for line in generator.lines(level)]
            for level in levels
        ]

    def at(self, x: Floats, y: Floats) -> Floats:
        """The density at the nodes of another grid, [len(y), len(x)], by cubic interpolation."""
        plane = np.stack(np.meshgrid(x, y), axis=-1) - self.centre
        own = plane @ self.to_own
        u = (own[..., 0] - self.u[0]) / (self.u[1] - self.u[0])
        v = (own[..., 1] - self.v[0]) / (self.v[1] - self.v[0])
        # a cubic can undershoot zero next to a steep slope
        return np.maximum(map_coordinates(self.values, [v, u], order=3, mode="constant"), 0.0)


def _estimate(members: Floats, grid: int, bandwidth: str | float) -> _Estimate:
    centre = members.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(members.T))
    deviations = np.sqrt(variances)
    own = (members - centre) @ (axes / deviations)
    factor = len(members) ** (-1 / 6) if isinstance(bandwidth, str) else float(bandwidth)
    (u, i, right), (v, j, above) = (_cells(own[:, axis], factor, grid) for axis in (0, 1))
    nodes = (len(v), len(u))
    # linear binning: each point is split among the four nodes around it
    counts = np.zeros(nodes[0] * nodes[1])
    for row, row_weight in ((j, 1 - above), (j + 1, above)):
        for column, column_weight in ((i, 1 - right), (i + 1, right)):
            counts += np.bincount(row * nodes[1] + column, row_weight * column_weight, len(counts))
    step_u, step_v = u[1] - u[0], v[1] - v[0]
    kernel_u = _kernel(rfftfreq(nodes[1]), factor / step_u)
    kernel_v = _kernel(fftfreq(nodes[0]), factor / step_v)
    smooth = irfft2(rfft2(counts.reshape(nodes)) * kernel_v[:, None] * kernel_u, s=nodes)
    area = step_u * step_v * deviations.prod()
    values = np.maximum(smooth, 0.0) / (len(members) * area)
    return _Estimate(u, v, values, centre, axes / deviations, (axes * deviations).T, factor)


def _cells(coordinates: Floats, factor: float, grid: int) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """Nodes along one axis, and for each point the preceding node and the fraction beyond it (0 to 1)."""
    # the margin also prevents wrap-around: the Fourier transform treats the grid as periodic
    margin = _REACH * factor
    low, high = coordinates.min() - margin, coordinates.max() + margin
    # four nodes per standard deviation of the kernel: binning then changes a single point's peak by 1 %
    needed = min((high - low) / (0.25 * factor), _MAX_NODES)
    nodes = np.linspace(low, high, next_fast_len(max(grid, int(needed)), real=True))
    position = (coordinates - low) / (nodes[1] - nodes[0])
    before = position.astype(np.int64)
    return nodes, before, position - before


def _kernel(frequencies: Floats, deviation: float) -> Floats:
    """The Fourier transform of a Gaussian (`deviation` in nodes), divided by that of linear binning.

    Binning itself smooths with a triangle of half-width one node; the division undoes that.
    """
    deviation = max(deviation, 1.0)  # a narrower kernel would ring
    gaussian: Floats = np.exp(-2 * (np.pi * frequencies * deviation) ** 2)
    triangle: Floats = np.sinc(frequencies) ** 2
    return gaussian / triangle


def _unfit(members: Floats) -> str | None:
    """Why points [n, 2] have no density, as shown to the user, or None."""
    if not np.isfinite(members).all():
        return "Some coordinates are not finite numbers: the training diverged."
    if len(members) < 3:
        return f"A density needs at least 3 points; there are {len(members)}."
    # relative to one of them, so that equal points give exactly zero
    low, high = np.linalg.eigvalsh(np.cov((members - members[0]).T))
    if high <= 0:
        return "All points lie in one place, so there is no area to spread a density over."
    if low <= _FLAT * high:
        return "All points lie on one line, so there is no area to spread a density over."
    return None


_FLAT = 1e-12  # ratio of variances: standard deviations a million times apart


def _check(points: Points, grid: int, bandwidth: str | float) -> None:
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"A density needs points in the plane [n, 2], not an array of shape {points.shape}.")
    if grid < 16:
        raise ValueError(f"The grid needs at least 16 nodes a side, not {grid}.")
    if not (bandwidth == "scott" if isinstance(bandwidth, str) else bandwidth > 0):
        raise ValueError(f'The bandwidth is "scott" or a number above 0, not {bandwidth!r}.')
