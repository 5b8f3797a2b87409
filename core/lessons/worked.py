"""Worked examples: a loss's formula in LaTeX with the numbers of one pair, triplet or anchor, and its result.

`WORKED` maps a loss to its example. A sum over many pairs is shown as one number.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.lessons.forces import Labels, Parameters, Points
from core.lessons.lesson_plane import Triplet, on_unit_sphere

# What a line is the loss of: a pair, a triplet, the anchor (with its whole batch), the anchor with its
# positive, the pair or the proxy of the anchor's class, or the batch. The total loss is the mean over these.
Of = Literal[
    "positive",
    "negative",
    "triplet",
    "anchor",
    "anchor and positive",
    "pair of class",
    "proxy of class",
    "batch",
]


@dataclass(frozen=True)
class Scene:
    """Points [n, d] with labels [n], and the triplet that the example explains."""

    points: Points
    labels: Labels
    triplet: Triplet

    @property
    def positives(self) -> list[int]:
        """The anchor's positives."""
        same = np.flatnonzero(self.labels == self.labels[self.triplet.anchor])
        return [int(place) for place in same if place != self.triplet.anchor]

    @property
    def negatives(self) -> list[int]:
        """The anchor's negatives."""
        return self.others_than(self.triplet.anchor)

    def others_than(self, place: int) -> list[int]:
        """The points of other classes than the point `place`."""
        return [int(other) for other in np.flatnonzero(self.labels != self.labels[place])]

    @property
    def classes(self) -> list[list[int]]:
        """The indices of each class's points, in order of the labels; the anchor's class is
        `classes[own_class]`."""
        return [np.flatnonzero(self.labels == label).tolist() for label in np.unique(self.labels)]

    @property
    def own_class(self) -> int:
        """Which of `classes` the anchor is in."""
        return next(place for place, of_class in enumerate(self.classes) if self.triplet.anchor in of_class)

    @property
    def means(self) -> Points:
        """The mean of each class [classes, d]."""
        means: Points = np.array([self.points[places].mean(axis=0) for places in self.classes])
        return means

    def distance(self, one: int, other: int) -> float:
        """The distance between two points."""
        return math.dist(self.points[one], self.points[other])

    def similarity(self, other: int) -> float:
        """The cosine similarity of the anchor and another point."""
        u = on_unit_sphere(self.points)
        return float(u[self.triplet.anchor] @ u[other])


@dataclass(frozen=True)
class Line:
    """One line of the example: what it is the loss of, the formula with its numbers, and the result."""

    of: Of
    latex: str
    value: float


Worked = Callable[[Scene, Parameters], list[Line]]


def _contrastive(scene: Scene, parameters: Parameters) -> list[Line]:
    t, m = scene.triplet, parameters["margin"]
    return [
        Line("positive", rf"\frac{{{t.d_ap:.2f}^2}}{{2}}", t.d_ap**2 / 2),
        Line(
            "negative",
            rf"\frac{{\max(0,\; {m:.2f}-{t.d_an:.2f})^2}}{{2}}",
            max(0.0, m - t.d_an) ** 2 / 2,
        ),
    ]


def _contrastive_squared(scene: Scene, parameters: Parameters) -> list[Line]:
    t, m = scene.triplet, parameters["margin"]
    return [
        Line("positive", rf"\frac{{{t.d_ap:.2f}^2}}{{2}}", t.d_ap**2 / 2),
        Line(
            "negative",
            rf"\frac{{\max(0,\; {m:.2f}-{t.d_an:.2f}^2)}}{{2}}",
            max(0.0, m - t.d_an**2) / 2,
        ),
    ]


def _pair_hinge_triplet(scene: Scene, parameters: Parameters) -> list[Line]:
    t, m = scene.triplet, parameters["margin"]
    return [
        Line(
            "triplet",
            rf"{t.d_ap:.2f}^2 + \max(0,\; {m:.2f}-{t.d_an:.2f})^2",
            t.d_ap**2 + max(0.0, m - t.d_an) ** 2,
        )
    ]


def _triplet_margin(scene: Scene, parameters: Parameters) -> list[Line]:
    t, m = scene.triplet, parameters["margin"]
    return [
        Line(
            "triplet",
            rf"\max(0,\; {t.d_ap:.2f}-{t.d_an:.2f}+{m:.2f})",
            max(0.0, t.d_ap - t.d_an + m),
        )
    ]


def _soft_margin_triplet(scene: Scene, parameters: Parameters) -> list[Line]:
    t = scene.triplet
    value = math.log1p(math.exp(t.d_ap - t.d_an))
    return [Line("triplet", rf"\log\left(1 + e^{{\,{t.d_ap:.2f}-{t.d_an:.2f}}}\right)", value)]


def _n_pair(scene: Scene, parameters: Parameters) -> list[Line]:
    # the loss takes the first two points of each class as anchor and positive
    pairs = [(places[0], places[1]) for places in scene.classes]
    a, p = pairs[scene.own_class]
    own = float(scene.points[a] @ scene.points[p])
    others = [
        float(scene.points[a] @ scene.points[other])
        for place, (_, other) in enumerate(pairs)
        if place != scene.own_class
    ]
    exponentials = "".join(rf" + e^{{\,{_term(other)}-{_bracketed(own)}}}" for other in others)
    value = math.log1p(sum(math.exp(other - own) for other in others))
    return [Line("pair of class", rf"\log\left(1{exponentials}\right)", value)]


def _lifted_structure(scene: Scene, parameters: Parameters) -> list[Line]:
    m, i, j = parameters["margin"], scene.triplet.anchor, scene.triplet.positive
    first, second = (
        sum(math.exp(m - scene.distance(end, other)) for other in scene.others_than(end)) for end in (i, j)
    )
    d = scene.distance(i, j)
    value = max(0.0, math.log(first + second) + d) ** 2 / 2
    latex = rf"\frac{{1}}{{2}}\max(0,\; \log({_number(first)} + {_number(second)}) + {d:.2f})^2"
    return [Line("anchor and positive", latex, value)]


def _nt_xent(scene: Scene, parameters: Parameters) -> list[Line]:
    tau, s = parameters["temperature"], scene.similarity(scene.triplet.positive)
    own = math.exp(s / tau)
    negatives = sum(math.exp(scene.similarity(other) / tau) for other in scene.negatives)
    latex = rf"-\log \frac{{{_number(own)}}}{{{_number(own)} + {_number(negatives)}}}"
    return [Line("anchor and positive", latex, math.log1p(negatives / own))]


def _supcon(scene: Scene, parameters: Parameters) -> list[Line]:
    tau, positives = parameters["temperature"], scene.positives
    everything = sum(math.exp(scene.similarity(other) / tau) for other in positives + scene.negatives)
    pulled = sum(scene.similarity(other) / tau for other in positives) / len(positives)
    latex = rf"\log({_number(everything)}) - ({pulled:.2f})"
    return [Line("anchor", latex, math.log(everything) - pulled)]


def _soft_nearest_neighbour(scene: Scene, parameters: Parameters) -> list[Line]:
    def near(places: list[int]) -> float:
        return sum(
            math.exp(-(scene.distance(scene.triplet.anchor, other) ** 2) / parameters["temperature"])
            for other in places
        )

    alike, everything = near(scene.positives), near(scene.positives + scene.negatives)
    latex = rf"-\log \frac{{{_number(alike)}}}{{{_number(everything)}}}"
    return [Line("anchor", latex, math.log(everything / alike))]


def _multi_similarity(scene: Scene, parameters: Parameters) -> list[Line]:
    alpha = 2.0  # fixed, as in the paper
    beta, lam = parameters["scale"], parameters["similarity_margin"]
    pull = sum(math.exp(-alpha * (scene.similarity(other) - lam)) for other in scene.positives)
    push = sum(math.exp(beta * (scene.similarity(other) - lam)) for other in scene.negatives)
    latex = rf"\frac{{1}}{{2}} \log(1 + {_number(pull)}) + \frac{{1}}{{{beta:g}}} \log(1 + {_number(push)})"
    return [Line("anchor", latex, math.log1p(pull) / alpha + math.log1p(push) / beta)]


def _circle(scene: Scene, parameters: Parameters) -> list[Line]:
    gamma, m = parameters["scale"], parameters["similarity_margin"]
    near = [scene.similarity(other) for other in scene.negatives]
    far = [scene.similarity(other) for other in scene.positives]
    push = sum(math.exp(gamma * max(0.0, s + m) * (s - m)) for s in near)
    pull = sum(math.exp(-gamma * max(0.0, 1 + m - s) * (s - 1 + m)) for s in far)
    return [Line("anchor", rf"\log(1 + {_number(push)} \cdot {_number(pull)})", math.log1p(push * pull))]


def _center(scene: Scene, parameters: Parameters) -> list[Line]:
    x, centres, weight = scene.points[scene.triplet.anchor], scene.means, parameters["weight"]
    # the classifier that prefers the nearest centre: W_c = c, b_c = -|c|^2 / 2
    likely = [math.exp(float(c @ x - c @ c / 2)) for c in centres]
    own = likely.pop(scene.own_class)
    apart = math.dist(x, centres[scene.own_class])
    latex = (
        rf"-\log \frac{{{_number(own)}}}{{{_number(own)} + {_number(sum(likely))}}}"
        rf" + \frac{{{weight:.2f}}}{{2}} \cdot {apart:.2f}^2"
    )
    return [Line("anchor", latex, math.log1p(sum(likely) / own) + weight * apart**2 / 2)]


def _proxy_anchor(scene: Scene, parameters: Parameters) -> list[Line]:
    alpha, delta = parameters["scale"], parameters["similarity_margin"]
    proxy = on_unit_sphere(scene.means)[scene.own_class]
    similarity = on_unit_sphere(scene.points) @ proxy
    own = set(scene.classes[scene.own_class])
    pull = sum(math.exp(-alpha * (similarity[place] - delta)) for place in own)
    push = sum(math.exp(alpha * (s + delta)) for place, s in enumerate(similarity) if place not in own)
    latex = rf"\log(1 + {_number(pull)}) + \log(1 + {_number(push)})"
    return [Line("proxy of class", latex, math.log1p(pull) + math.log1p(push))]


def _alignment_uniformity(scene: Scene, parameters: Parameters) -> list[Line]:
    u, labels, w = on_unit_sphere(scene.points), scene.labels, parameters["weight"]
    pairs = [(i, j) for i in range(len(u)) for j in range(len(u)) if i != j]
    squared = {(i, j): math.dist(u[i], u[j]) ** 2 for i, j in pairs}
    alike = [squared[i, j] for i, j in pairs if labels[i] == labels[j]]
    aligned, spread = sum(alike) / len(alike), sum(math.exp(-2 * d) for d in squared.values()) / len(pairs)
    latex = rf"{aligned:.3f} + {w:.2f} \cdot \log({spread:.3f})"
    return [Line("batch", latex, aligned + w * math.log(spread))]


def _term(value: float) -> str:
    """Two decimals, and never -0.00."""
    return f"{round(value, 2) + 0.0:.2f}"


def _bracketed(value: float) -> str:
    """Two decimals, in brackets if negative: for use after a minus sign."""
    return f"({_term(value)})" if round(value, 2) < 0 else _term(value)


def _number(value: float) -> str:
    """Three significant digits, in scientific notation if very large or very small."""
    if value == 0 or 1e-3 <= value < 1e5:
        return f"{value:.3g}" if value < 100 else f"{value:.0f}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


WORKED: dict[str, Worked] = {
    "contrastive": _contrastive,
    "contrastive_squared": _contrastive_squared,
    "pair_hinge_triplet": _pair_hinge_triplet,
    "triplet_margin": _triplet_margin,
    "soft_margin_triplet": _soft_margin_triplet,
    "n_pair": _n_pair,
    "lifted_structure": _lifted_structure,
    "nt_xent": _nt_xent,
    "supcon": _supcon,
    "soft_nearest_neighbour": _soft_nearest_neighbour,
    "multi_similarity": _multi_similarity,
    "circle": _circle,
    "center": _center,
    "proxy_anchor": _proxy_anchor,
    "alignment_uniformity": _alignment_uniformity,
}
