"""What ails a run, read off its reports and its embeddings, and what would cure it.

A run can go wrong in few ways, and each leaves a sign: all embeddings at one point (the loss then
stands at the value of a network that knows nothing), all on a line or in few of many directions,
weights beyond all bounds, or a loss that hardly moves.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.config import RunConfig, written
from core.figures.effective_rank import effective_rank, variance_shares
from core.figures.spread import between_share, spread
from core.lessons import texts
from core.losses import LOSSES

Points = npt.NDArray[np.floating[Any]]
Kind = Literal["early", "healthy", "point", "line", "flat", "squeezed", "diverged", "stuck"]

# Signs are read after this share of the steps: an untrained network has its points close together too.
EARLY = 0.3
# Less than a tenth of the spread that the first, random weights gave is no embedding any more.
SHRUNK = 0.1
# With the loss at its know-nothing value, less than this share of the margin is one point as well.
OF_MARGIN, AT_VALUE = 0.05, 0.02
# One direction holds so much of the variance: a line.
LINE = 0.98
# Of k classes each at a place of its own, k - 1 directions are used, or all there are. Flat is what has so much of the
# variance in fewer than half of them; with four or more of them: few classes may well lie in a plane.
FLAT, ROOM = 0.95, 4
# Of the radius of the unit sphere: classes all over it have a spread near 1.
SQUEEZED = 0.6
GROWN = 10.0  # times what it costs to know nothing
HARDLY_MOVED, HARDLY_SORTED = 0.2, 0.8
FAST, SLOW = 0.03, 2e-4  # learning rates of Adam beyond which the rate is the first suspect


class Reported(Protocol):
    """What is read of a report; see `core.runs.Progress`."""

    @property
    def step(self) -> int: ...

    @property
    def steps(self) -> int: ...

    @property
    def loss(self) -> float: ...


@dataclass(frozen=True)
class Shape:
    """How an embedding [n, d] lies in its space, by the figures of the catalogue.

    spread: `core.figures.spread`; 0 where all points are one. rank: `effective_rank`, 1 to d; 0 for a single
    point. sorted: `between_share`, 0 to 1 (each class one point); 0 for one class alone. first: the share of
    the variance along the principal direction. directions: how many of these hold `FLAT` of it together.
    """

    spread: float
    rank: float
    sorted: float
    first: float = 0.0
    directions: int = 0

    def without_rank(self) -> "Shape":
        """With a rank that is not a number: that of a point would be the rank of the rounding errors."""
        return dataclasses.replace(self, rank=np.nan)


@dataclass(frozen=True)
class Cure:
    """What to change: the words on a button, why, and the settings with the change made."""

    label: str
    why: str
    config: RunConfig


@dataclass(frozen=True)
class Diagnosis:
    """kind: what it is. sentence: in plain words. know_nothing: the loss of a network that sends every
    image to one point. shape: of the embedding as it is; a point has no rank. cure: None for a run that needs none."""

    kind: Kind
    sentence: str
    know_nothing: float
    shape: Shape
    cure: Cure | None = None

    @property
    def ill(self) -> bool:
        """Whether the run shows a sign of having gone wrong."""
        return self.kind not in ("early", "healthy")


def shape_of(points: Points, labels: npt.NDArray[Any]) -> Shape:
    """The shape of `points` [n, d], n >= 1, with `labels` [n]; not a number where a point is not finite."""
    found = spread(points)
    if found.reason is not None:
        return Shape(np.nan, np.nan, np.nan)
    if found.value == 0:
        return Shape(0.0, 0.0, 0.0)
    between, shares = between_share(points, labels), variance_shares(points)
    return Shape(
        found.value,
        effective_rank(points).value,
        between.value if between.reason is None else 0.0,
        first=float(shares[0]),
        directions=int(np.searchsorted(shares.cumsum(), FLAT)) + 1,
    )


def shapes_of(snapshots: Sequence[Points], labels: npt.NDArray[Any]) -> list[Shape]:
    """The shape of each of a run's snapshots [n, d], first to last; without a rank where it has shrunk to a point."""
    shapes = [shape_of(points, labels) for points in snapshots]
    return [shape.without_rank() if shape.spread <= SHRUNK * shapes[0].spread else shape for shape in shapes]


def diagnose(
    config: RunConfig,
    reports: Sequence[Reported],
    first: Points,
    last: Points,
    labels: npt.NDArray[Any],
    *,
    broken_off: bool = False,
) -> Diagnosis:
    """What a run shows so far.

    first, last: embeddings [n, d] of the same images before the first step and now, with `labels` [n].
    broken_off: its training ended because the loss was no longer a number.
    """
    began, now = shape_of(first, labels), shape_of(last, labels)
    value = config.collapsed
    kind: Kind = "diverged" if broken_off else _kind(config, reports, began, now, value)
    cure = None if kind in ("early", "healthy") else _cure(config, kind)
    loss = reports[-1].loss if reports else np.nan
    if kind == "point":
        now = now.without_rank()
    return Diagnosis(kind, _sentence(kind, loss, value, now, config), value, now, cure)


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
    # a short arc is a line too, but what it wants is to be spread
    if config.normalised and now.spread < SQUEEZED and (_reads(config, "temperature") or now.first > LINE):
        return "squeezed"
    if _room(config) >= 2 and now.first > LINE:
        return "line"
    top = max(start.loss, value)
    if top - end.loss < HARDLY_MOVED * top:
        if now.sorted < HARDLY_SORTED:
            return "stuck"
        if _room(config) >= ROOM and 2 * now.directions < _room(config):
            return "flat"
    return "healthy"


def _room(config: RunConfig) -> int:
    """How many directions the means of the classes can use."""
    return min(config.embedding_dims, config.digits - 1)


def _length(config: RunConfig) -> float:
    """The length that the loss wants between classes, where it names one."""
    return config.reach if config.reach is not None else config.margin


def _sentence(kind: Kind, loss: float, value: float, shape: Shape, config: RunConfig) -> str:
    """The sign's text of assets/lessons/collapse_signs.md, with the figures that it is read off."""
    know_nothing, paid = {"know_nothing": f"{value:.3g}"}, {"loss": f"{loss:.3g}"}
    sorted_ = {"sorted": f"{shape.sorted:.0%}"}
    used = {"dims": str(config.embedding_dims), "rank": f"{shape.rank:.2f}"}
    match kind:
        case "early":
            return _sign("early")
        case "healthy":
            return _sign("healthy", **know_nothing, **sorted_)
        case "point" if value == 0:
            return _sign("point_for_nothing")
        case "point" if _reads(config, "margin"):
            return _sign("point_at_a_margin", **know_nothing, margin=f"{config.margin:g}")
        case "point":
            return _sign("point", **know_nothing)
        case "line":
            return _sign("line", **used, first=f"{shape.first:.1%}")
        case "flat":
            room = {"room": str(_room(config)), "classes": str(config.digits)}
            held = {"held": f"{FLAT:.0%}", "directions": str(shape.directions)}
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


# ---- cures: the first suspect whose sign is there


@dataclass(frozen=True)
class _Suspect:
    """A setting that may be to blame: when it is, and what to change it to.

    cure: its name in assets/lessons/collapse_cures.md. shows: the settings whose new values its label names.
    """

    cure: str
    when: Callable[[RunConfig, Kind], bool]
    change: Callable[[RunConfig], dict[str, Any]]
    shows: tuple[str, ...] = ()


def _reads(config: RunConfig, name: str) -> bool:
    return name in LOSSES[config.loss].parameters


_DEFAULT = {field.name: field.default for field in dataclasses.fields(RunConfig)}

SUSPECTS = (
    _Suspect(
        "mine_semi_hard",
        lambda config, kind: config.miner == "batch_hard" and kind in ("point", "line", "stuck"),
        lambda config: {"miner": "semi_hard"},
    ),
    _Suspect(
        "weigh",
        lambda config, kind: _reads(config, "weight") and config.weight < 0.05 and kind != "diverged",
        lambda config: {"weight": 1.0},
    ),
    _Suspect(
        "warm_up",
        lambda config, kind: (
            _reads(config, "temperature") and config.temperature < 0.05 and kind == "squeezed"
        ),
        lambda config: {"temperature": _DEFAULT["temperature"]},
        shows=("temperature",),
    ),
    _Suspect(
        "cool_down",
        lambda config, kind: (
            config.normalised
            and _reads(config, "temperature")
            and config.temperature >= 0.5
            and kind in ("line", "flat", "stuck")
        ),
        lambda config: {"temperature": _DEFAULT["temperature"]},
        shows=("temperature",),
    ),
    _Suspect(
        "give_a_margin",
        lambda config, kind: _reads(config, "margin") and config.margin < 0.05 and kind != "diverged",
        lambda config: {"margin": 1.0},
        shows=("margin",),
    ),
    _Suspect(
        "slow_down",
        lambda config, kind: config.learning_rate > FAST,
        lambda config: {"learning_rate": _DEFAULT["learning_rate"]},
        shows=("learning_rate",),
    ),
    _Suspect(
        "speed_up",
        lambda config, kind: config.learning_rate < SLOW and kind in ("stuck", "point"),
        lambda config: {"learning_rate": _DEFAULT["learning_rate"]},
        shows=("learning_rate",),
    ),
    _Suspect(
        "widen",
        lambda config, kind: kind == "line" and min(config.hidden) < 8,
        lambda config: {"hidden": _DEFAULT["hidden"]},
        shows=("hidden",),
    ),
    _Suspect(
        "start_over",
        lambda config, kind: True,
        lambda config: {
            name: _DEFAULT[name]
            for name in _DEFAULT
            if name not in ("dataset", "digits", "embedding_dims", "epochs", "seed")
        },
    ),
)


def _cure(config: RunConfig, kind: Kind) -> Cure:
    suspect = next(suspect for suspect in SUSPECTS if suspect.when(config, kind))
    changed = dataclasses.replace(config, **suspect.change(config))
    told = texts.sections("collapse_cures")[suspect.cure]
    return Cure(texts.filled(told.title, **written(changed, suspect.shows)), told.text, changed)
