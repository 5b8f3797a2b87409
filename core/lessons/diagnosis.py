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

from core.config import RunConfig
from core.losses import LOSSES

Points = npt.NDArray[np.floating[Any]]
Kind = Literal["early", "healthy", "point", "line", "flat", "squeezed", "diverged", "stuck"]

# Signs are read after this share of the steps: an untrained network has its points close together too.
EARLY = 0.3
# Less than a tenth of the spread that the first, random weights gave is no embedding any more.
SHRUNK = 0.1
# With the loss at its know-nothing value, less than this share of the margin is one point as well.
OF_MARGIN, AT_VALUE = 0.05, 0.02
# Two equally strong directions have an effective rank of 2, a line has 1.
LINE = 1.1
# Of k classes each at a place of its own, k - 1 directions are used, or all there are: far fewer than half of those
# is flat. With four or more of them: few classes may well lie in a plane.
FLAT, ROOM = 0.45, 4
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
    """How an embedding [n, d] lies in its space.

    spread: the root mean square distance from the mean; 0 where all points are one.
    rank: how many directions it uses, 1 to d (0 for a single point): the exponential of the entropy
    of the shares of variance (Roy, Vetterli 2007: The effective rank).
    sorted: the share of the variance that lies between the classes, 0 to 1 (1: each class one point).
    """

    spread: float
    rank: float
    sorted: float


@dataclass(frozen=True)
class Cure:
    """What to change: the words on a button, why, and the settings with the change made."""

    label: str
    why: str
    config: RunConfig


@dataclass(frozen=True)
class Diagnosis:
    """kind: what it is. sentence: in plain words. know_nothing: the loss of a network that sends every
    image to one point. shape: of the embedding as it is. cure: None for a run that needs none."""

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
    if not np.isfinite(points).all():
        return Shape(np.nan, np.nan, np.nan)
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    variance = float((centred**2).sum() / len(points))
    # float32 rounds each point by a ten-millionth of its size: less than that is no difference
    if variance <= (1e-7 * float(np.abs(points).max())) ** 2:
        return Shape(0.0, 0.0, 0.0)
    between = sum(
        float(np.count_nonzero(labels == label)) * float((centred[labels == label].mean(axis=0) ** 2).sum())
        for label in np.unique(labels)
    )
    values = np.clip(np.linalg.eigvalsh(centred.T @ centred / len(points)), 0.0, None)
    shares = values[values > 0] / values.sum()
    rank = float(np.exp(-(shares * np.log(shares)).sum()))
    return Shape(variance**0.5, rank, between / len(points) / variance)


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
    if config.normalised and now.spread < SQUEEZED and (_reads(config, "temperature") or now.rank < LINE):
        return "squeezed"
    if _room(config) >= 2 and now.rank < LINE:
        return "line"
    top = max(start.loss, value)
    if top - end.loss < HARDLY_MOVED * top:
        if now.sorted < HARDLY_SORTED:
            return "stuck"
        if _room(config) >= ROOM and now.rank < FLAT * _room(config):
            return "flat"
    return "healthy"


def _room(config: RunConfig) -> int:
    """How many directions the means of the classes can use."""
    return min(config.embedding_dims, config.digits - 1)


def _length(config: RunConfig) -> float:
    """The length that the loss wants between classes, where it names one."""
    return config.reach if config.reach is not None else config.margin


def _sentence(kind: Kind, loss: float, value: float, shape: Shape, config: RunConfig) -> str:
    match kind:
        case "early":
            return "Too early to tell."
        case "healthy":
            return (
                f"Healthy: the loss has left its know-nothing value of {value:.3g}, the points are spread out, and "
                f"{shape.sorted:.0%} of their spread lies between the classes."
            )
        case "point" if value == 0:
            return (
                "Collapsed: every embedding is the same point. The loss is 0, its best value, and yet nothing is "
                "learned: with this setting knowing nothing costs nothing."
            )
        case "point":
            return (
                f"Collapsed: your loss has stopped at {value:.3g}, the cost of knowing nothing{_margin_words(config)}: "
                "every embedding is the same point."
            )
        case "line":
            return (
                f"Collapsed to a line: of the {config.embedding_dims} dimensions about one is used "
                f"(effective rank {shape.rank:.2f}), so classes lie on top of each other that had room side by side."
            )
        case "flat":
            return (
                f"Flattened: the loss is {loss:.3g}, hardly below the {value:.3g} that it costs to know nothing, and "
                f"of the {_room(config)} directions that {config.digits} classes can use in {config.embedding_dims} "
                f"dimensions about {shape.rank:.2f} are used (effective rank), so classes lie on top of each other."
            )
        case "squeezed":
            return (
                f"Squeezed: the points share a small part of the unit sphere (spread {shape.spread:.2f}, where 1 is "
                "all over it), so the classes lie closer together than they need to."
            )
        case "diverged" if not np.isfinite(loss) or not np.isfinite(shape.spread):
            return "Diverged: the loss is no longer a number; the weights have grown beyond all bounds."
        case "diverged":
            return (
                f"Diverged: the loss is {loss:.3g}, while knowing nothing at all would cost {value:.3g}. Each step "
                "overshoots, and the next one corrects it by overshooting farther."
            )
        case "stuck":
            return (
                f"Stuck: the loss is {loss:.3g}, hardly below the {value:.3g} that it costs to know nothing, and only "
                f"{shape.sorted:.0%} of the spread lies between the classes."
            )


def _margin_words(config: RunConfig) -> str:
    return f" with a margin of {config.margin:g}" if "margin" in LOSSES[config.loss].parameters else ""


# ---- cures: the first suspect whose sign is there


@dataclass(frozen=True)
class _Suspect:
    """A setting that may be to blame, when it is, and what to change it to."""

    when: Callable[[RunConfig, Kind], bool]
    label: str
    why: str
    change: Callable[[RunConfig], dict[str, Any]]


def _reads(config: RunConfig, name: str) -> bool:
    return name in LOSSES[config.loss].parameters


_DEFAULT = {field.name: field.default for field in dataclasses.fields(RunConfig)}

_SUSPECTS = (
    _Suspect(
        lambda config, kind: config.miner == "batch_hard" and kind in ("point", "line", "stuck"),
        "Cure: semi-hard mining",
        "From the start only the hardest triplets count. All of them ask for the impossible at once, and the least bad "
        "answer is one point for all: there each costs the margin and no more. Semi-hard negatives leave something to "
        "win.",
        lambda config: {"miner": "semi_hard"},
    ),
    _Suspect(
        lambda config, kind: _reads(config, "weight") and config.weight < 0.05 and kind != "diverged",
        "Cure: let the second term count",
        "With a weight of 0 no pair of different images is ever pushed apart: there are no negatives, and one point "
        "for all pleases the loss.",
        lambda config: {"weight": 1.0},
    ),
    _Suspect(
        lambda config, kind: (
            _reads(config, "temperature") and config.temperature < 0.05 and kind == "squeezed"
        ),
        "Cure: a temperature of 0.1",
        "At a temperature this low a negative that is a hair farther than the positive costs nothing any more: the "
        "loss is content before the classes have spread out.",
        lambda config: {"temperature": _DEFAULT["temperature"]},
    ),
    _Suspect(
        lambda config, kind: (
            config.normalised
            and _reads(config, "temperature")
            and config.temperature >= 0.5
            and kind in ("line", "flat", "stuck")
        ),
        "Cure: a temperature of 0.1",
        "At a temperature this high all negatives count alike, near or far. Half of the classes at one end and half at "
        "the other please the loss as well as a place for each: on average the negatives are as far away.",
        lambda config: {"temperature": _DEFAULT["temperature"]},
    ),
    _Suspect(
        lambda config, kind: _reads(config, "margin") and config.margin < 0.05 and kind != "diverged",
        "Cure: give it a margin of 1",
        "With a margin of 0 nothing is ever pushed apart: the shortest way to please the loss is to pull "
        "everything together.",
        lambda config: {"margin": 1.0},
    ),
    _Suspect(
        lambda config, kind: config.learning_rate > FAST,
        "Cure: a learning rate of 0.003",
        "Steps this long throw the weights to where no hidden unit reacts to the image any more (with ReLU: all are "
        "off). There the gradient is 0, and no later step leads back.",
        lambda config: {"learning_rate": _DEFAULT["learning_rate"]},
    ),
    _Suspect(
        lambda config, kind: config.learning_rate < SLOW and kind in ("stuck", "point"),
        "Cure: a learning rate of 0.003",
        "Steps this short do not get away from the start in the time there is.",
        lambda config: {"learning_rate": _DEFAULT["learning_rate"]},
    ),
    _Suspect(
        lambda config, kind: kind == "line" and min(config.hidden) < 8,
        "Cure: hidden layers of 256-128-32",
        "A hidden layer this narrow lets only a few directions through, and a unit that is off for every image "
        "takes one of them away.",
        lambda config: {"hidden": _DEFAULT["hidden"]},
    ),
    _Suspect(
        lambda config, kind: True,
        "Cure: learn from all pairs, contrastive on d",
        "No single setting stands out. The Fast preset's recipe works on these images: start from there and change "
        "one thing at a time.",
        lambda config: {
            name: _DEFAULT[name]
            for name in _DEFAULT
            if name not in ("dataset", "digits", "embedding_dims", "epochs", "seed")
        },
    ),
)


def _cure(config: RunConfig, kind: Kind) -> Cure:
    suspect = next(suspect for suspect in _SUSPECTS if suspect.when(config, kind))
    return Cure(suspect.label, suspect.why, dataclasses.replace(config, **suspect.change(config)))
