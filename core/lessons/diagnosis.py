"""Diagnoses a run from its reports and its embeddings: healthy, unfinished, or how it went wrong.

A run can go wrong in few ways, and each has a sign: all embeddings at one point (the loss then stays at the
know-nothing value), all on a line or along few of many directions, weights that diverge, or a loss that
hardly changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.config import RunConfig
from core.lessons import texts
from core.lessons.cures import Cure, Kind, cures_for, has_parameter
from core.lessons.embedding_shape import MOST, SHRUNK, Points, Shape, shape_of

# No diagnosis before this share of the steps: an untrained network has its points close together too.
EARLY = 0.3
# With the loss at its know-nothing value, a spread below this share of the margin is a single point too.
OF_MARGIN, AT_VALUE = 0.05, 0.02
# A line: the first principal direction holds more than this share of the variance.
LINE = 0.98
# k separate classes use k - 1 directions, or as many as there are. Flat: fewer than half of them hold MOST of
# the variance. Only if there are at least this many, since a few classes may well lie in a plane.
ROOM = 4
# Relative to the radius of the unit sphere: classes all over it have a spread near 1.
SQUEEZED = 0.6
GROWN = 10.0  # times the know-nothing value
HARDLY_MOVED, HARDLY_SORTED = 0.2, 0.8
# Still falling: more than FALLING of the loss's whole fall came between the means over the last LATE of the steps
# and over as many before them. A loss that falls evenly to the end has about LATE there. With fewer than ENOUGH
# reports there is no telling.
LATE, FALLING, ENOUGH = 0.3, 0.27, 5


class Reported(Protocol):
    """The part of a report that is read; see `core.runs.Progress`."""

    @property
    def step(self) -> int: ...

    @property
    def steps(self) -> int: ...

    @property
    def loss(self) -> float: ...


@dataclass(frozen=True)
class Diagnosis:
    """kind: the diagnosis. sentence: in plain words. know_nothing: the loss of a network that maps every
    image to one point. shape: of the current embedding; a point has no rank. cures: the likeliest first; none for
    a run that needs none."""

    kind: Kind
    sentence: str
    know_nothing: float
    shape: Shape
    cures: tuple[Cure, ...] = ()

    @property
    def unhealthy(self) -> bool:
        """Whether the run shows a sign of going wrong."""
        return self.kind not in ("early", "falling", "healthy")


def diagnose(
    config: RunConfig,
    reports: Sequence[Reported],
    first: Points,
    last: Points,
    labels: npt.NDArray[Any],
    *,
    aborted: bool = False,
) -> Diagnosis:
    """Diagnose a run from what it has produced so far.

    first, last: embeddings [n, d] of the same images before the first step and now, with `labels` [n].
    aborted: its training ended because the loss was no longer a number.
    """
    began, now = shape_of(first, labels), shape_of(last, labels)
    value = config.collapsed
    kind: Kind = "diverged" if aborted else _kind(config, reports, began, now, value)
    cures = () if kind in ("early", "healthy") else cures_for(config, kind)
    if kind == "point":
        now = now.without_rank()
    return Diagnosis(kind, _sentence(kind, reports, value, now, config), value, now, cures)


def _kind(config: RunConfig, reports: Sequence[Reported], began: Shape, now: Shape, value: float) -> Kind:
    if not reports:
        return "early"
    start, end = reports[0], reports[-1]
    if not np.isfinite(now.spread) or not np.isfinite(end.loss):
        return "diverged"
    if end.step < EARLY * end.steps:
        return "early"
    if end.loss > GROWN * (value if value > 0 else max(start.loss, 1e-3)):
        return "diverged"
    at_value = abs(end.loss - value) <= AT_VALUE * value
    if now.spread <= SHRUNK * began.spread or (at_value and now.spread <= OF_MARGIN * _length(config)):
        return "point"
    # a short arc is a line too, but its cure is to spread out
    if (
        config.normalised
        and now.spread < SQUEEZED
        and (has_parameter(config, "temperature") or now.first > LINE)
    ):
        return "squeezed"
    if _room(config) >= 2 and now.first > LINE:
        return "line"
    if _falls_late(reports, value):
        return "falling"
    top = max(start.loss, value)
    if top - end.loss < HARDLY_MOVED * top:
        if now.sorted < HARDLY_SORTED:
            return "stuck"
        if _room(config) >= ROOM and 2 * now.directions < _room(config):
            return "flat"
    return "healthy"


def _late_fall(reports: Sequence[Reported], value: float) -> tuple[float, float, float]:
    """The mean loss over the last LATE of the steps, over as many before, and the share of the whole fall that is
    the difference."""
    steps = reports[-1].steps
    at = np.array([report.step for report in reports]) / steps
    losses = np.array([report.loss for report in reports])
    late, before = at > 1 - LATE, (at > 1 - 2 * LATE) & (at <= 1 - LATE)
    last, earlier = float(losses[late].mean()), float(losses[before].mean())
    return last, earlier, (earlier - last) / max(reports[0].loss - last, value - last, 1e-9)


def _falls_late(reports: Sequence[Reported], value: float) -> bool:
    ended = reports[-1].step == reports[-1].steps
    return ended and len(reports) >= ENOUGH and _late_fall(reports, value)[2] > FALLING


def _room(config: RunConfig) -> int:
    """How many directions the means of the classes can use."""
    return min(config.embedding_dims, config.digits - 1)


def _length(config: RunConfig) -> float:
    """The distance that the loss aims for between classes."""
    return config.reach if config.reach is not None else config.margin


def _sentence(kind: Kind, reports: Sequence[Reported], value: float, shape: Shape, config: RunConfig) -> str:
    """The sign's text from assets/lessons/collapse_signs.md, with its figures filled in."""
    loss = reports[-1].loss if reports else np.nan
    know_nothing, paid = {"know_nothing": f"{value:.3g}"}, {"loss": f"{loss:.3g}"}
    sorted_ = {"sorted": f"{shape.sorted:.0%}"}
    used = {"dims": str(config.embedding_dims), "rank": f"{shape.rank:.2f}"}
    match kind:
        case "early":
            return _sign("early")
        case "falling":
            last, before, share = _late_fall(reports, value)
            fell = {"last": f"{last:.3g}", "before": f"{before:.3g}", "share": f"{share:.0%}"}
            return _sign("falling", late=f"{LATE:.0%}", **fell)
        case "healthy":
            return _sign("healthy", **paid, **know_nothing, spread=f"{shape.spread:.2g}", **sorted_)
        case "point" if value == 0:
            return _sign("point_for_nothing")
        case "point" if has_parameter(config, "margin"):
            return _sign("point_at_a_margin", **know_nothing, margin=f"{config.margin:g}")
        case "point":
            return _sign("point", **know_nothing)
        case "line":
            return _sign("line", **used, first=f"{shape.first:.1%}")
        case "flat":
            room = {"room": str(_room(config)), "classes": str(config.digits)}
            held = {"held": f"{MOST:.0%}", "directions": str(shape.directions)}
            return _sign("flat", **paid, **know_nothing, **used, **room, **held)
        case "squeezed":
            return _sign("squeezed", spread=f"{shape.spread:.2f}")
        case "diverged" if not np.isfinite(loss) or not np.isfinite(shape.spread):
            return _sign("no_number")
        case "diverged":
            return _sign("diverged", **paid, **know_nothing)
        case "stuck":
            return _sign("stuck", **paid, **know_nothing, **sorted_)


def _sign(name: str, **figures: str) -> str:
    return texts.section("collapse_signs", name, **figures)
