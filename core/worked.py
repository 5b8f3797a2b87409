"""A loss's formula with the numbers of one pair or triplet filled in, as LaTeX, and what it comes to.

`WORKED` maps a loss to its worked example; a loss that cannot be told by one pair or triplet has none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from core.forces import Parameters
from core.lesson_plane import Triplet


@dataclass(frozen=True)
class Line:
    """One line of the example: whose loss it is, the filled-in formula without its result, the result."""

    of: str
    latex: str
    value: float


Worked = Callable[[Triplet, Parameters], list[Line]]


def _contrastive(t: Triplet, parameters: Parameters) -> list[Line]:
    m = parameters["margin"]
    return [
        Line("positive", rf"\frac{{{t.d_ap:.2f}^2}}{{2}}", t.d_ap**2 / 2),
        Line(
            "negative",
            rf"\frac{{\max(0,\; {m:.2f}-{t.d_an:.2f})^2}}{{2}}",
            max(0.0, m - t.d_an) ** 2 / 2,
        ),
    ]


def _contrastive_squared(t: Triplet, parameters: Parameters) -> list[Line]:
    m = parameters["margin"]
    return [
        Line("positive", rf"\frac{{{t.d_ap:.2f}^2}}{{2}}", t.d_ap**2 / 2),
        Line(
            "negative",
            rf"\frac{{\max(0,\; {m:.2f}-{t.d_an:.2f}^2)}}{{2}}",
            max(0.0, m - t.d_an**2) / 2,
        ),
    ]


def _pair_hinge_triplet(t: Triplet, parameters: Parameters) -> list[Line]:
    m = parameters["margin"]
    return [
        Line(
            "triplet",
            rf"{t.d_ap:.2f}^2 + \max(0,\; {m:.2f}-{t.d_an:.2f})^2",
            t.d_ap**2 + max(0.0, m - t.d_an) ** 2,
        )
    ]


def _triplet_margin(t: Triplet, parameters: Parameters) -> list[Line]:
    m = parameters["margin"]
    return [
        Line(
            "triplet",
            rf"\max(0,\; {t.d_ap:.2f}-{t.d_an:.2f}+{m:.2f})",
            max(0.0, t.d_ap - t.d_an + m),
        )
    ]


WORKED: dict[str, Worked] = {
    "contrastive": _contrastive,
    "contrastive_squared": _contrastive_squared,
    "pair_hinge_triplet": _pair_hinge_triplet,
    "triplet_margin": _triplet_margin,
}
