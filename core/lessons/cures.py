"""What to change in a run that went wrong: every suspected setting that fits its diagnosis, likeliest first."""

import contextlib
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from core.config import PARAMETERS, RunConfig, written
from core.lessons import texts
from core.lessons.at_rest import pile_of
from core.losses import LOSSES

Kind = Literal["early", "falling", "healthy", "point", "line", "flat", "squeezed", "diverged", "stuck"]

FAST, SLOW = 0.03, 2e-4  # Adam's learning rates outside this range are suspected
SMALL_MARGIN = 0.05  # below it a margin is suspected
LONGER = 3  # times as many epochs


@dataclass(frozen=True)
class Cure:
    """What to change: its name, the label of a button, why, and the config with the change made."""

    name: str
    label: str
    why: str
    config: RunConfig


@dataclass(frozen=True)
class _Suspect:
    """A setting that may be to blame: when it is suspected, and what to change it to.

    cure: its name in assets/lessons/collapse_cures.md. shows: the settings whose new values its label names.
    otherwise: suspected only if no other setting stands out.
    """

    cure: str
    when: Callable[[RunConfig, Kind], bool]
    change: Callable[[RunConfig], dict[str, Any]]
    shows: tuple[str, ...] = ()
    otherwise: bool = False


def has_parameter(config: RunConfig, name: str) -> bool:
    """Whether the config's loss reads the setting `name`."""
    return name in LOSSES[config.loss].parameters


_DEFAULT = {field.name: field.default for field in dataclasses.fields(RunConfig)}


def _mined_too_hard(config: RunConfig, kind: Kind) -> bool:
    return config.miner == "batch_hard" and kind in ("point", "line", "stuck")


def _never_parted(config: RunConfig, kind: Kind) -> bool:
    """Without uniformity there is nothing else that pushes."""
    return config.loss == "alignment_uniformity" and config.weight < 0.05 and kind in _AT_REST


def _margin_too_small(config: RunConfig, kind: Kind) -> bool:
    """Lifted structure pushes even without one."""
    hinge = LOSSES[config.loss].takes != "batch" and has_parameter(config, "margin")
    return hinge and config.margin < SMALL_MARGIN and kind in _AT_REST


def _dead_point(config: RunConfig, kind: Kind) -> bool:
    """The loss's force fades where the points are close together, as they are at the start."""
    if kind not in ("point", "stuck"):
        return False
    return _fades(config.loss, tuple(config.loss_parameters.items()))


@lru_cache(maxsize=100)  # asked several times a second while a run is followed
def _fades(loss: str, parameters: tuple[tuple[str, float], ...]) -> bool:
    return pile_of(LOSSES[loss], dict(parameters)).kind == "growing"


def _contrastive(config: RunConfig) -> dict[str, Any]:
    """With a margin that pushes: other losses leave whatever was set for one that reads it."""
    margin = config.margin if config.margin >= SMALL_MARGIN else _DEFAULT["margin"]
    return {"loss": "contrastive", "margin": margin}


_AT_REST = ("point", "line", "flat", "squeezed", "stuck")
_NO_TUPLES = {"sampling": "all", "miner": "none"}  # for a loss on whole batches

SUSPECTS = (
    _Suspect("mine_semi_hard", _mined_too_hard, lambda config: {"miner": "semi_hard"}),
    _Suspect("mine_by_distance", _mined_too_hard, lambda config: {"miner": "distance_weighted"}),
    _Suspect("mine_nothing", _mined_too_hard, lambda config: {"miner": "none", "sampling": "sampled"}),
    _Suspect("weigh", _never_parted, lambda config: {"weight": 1.0}),
    _Suspect("take_negatives", _never_parted, lambda config: {"loss": "supcon"}),
    _Suspect(
        "warm_up",
        lambda config, kind: (
            has_parameter(config, "temperature") and config.temperature < 0.05 and kind == "squeezed"
        ),
        lambda config: {"temperature": _DEFAULT["temperature"]},
        shows=("temperature",),
    ),
    _Suspect(
        "cool_down",
        lambda config, kind: (
            config.normalised
            and has_parameter(config, "temperature")
            and config.temperature >= 0.5
            and kind in ("line", "flat", "stuck")
        ),
        lambda config: {"temperature": _DEFAULT["temperature"]},
        shows=("temperature",),
    ),
    _Suspect("give_a_margin", _margin_too_small, lambda config: {"margin": 1.0}, shows=("margin",)),
    _Suspect("need_no_margin", _margin_too_small, lambda config: {"loss": "nt_xent", **_NO_TUPLES}),
    _Suspect(
        "slow_down",
        lambda config, kind: config.learning_rate > FAST and kind != "falling",
        lambda config: {"learning_rate": _DEFAULT["learning_rate"]},
        shows=("learning_rate",),
    ),
    _Suspect(
        "speed_up",
        lambda config, kind: config.learning_rate < SLOW and kind in ("stuck", "point", "falling"),
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
        "train_longer",
        lambda config, kind: kind == "falling",
        lambda config: {"epochs": min(LONGER * config.epochs, int(PARAMETERS["epochs"].high))},
        shows=("epochs",),
    ),
    _Suspect("push_at_once", _dead_point, _contrastive, otherwise=True),
    _Suspect(
        "start_over",
        lambda config, kind: kind != "falling",
        lambda config: {
            name: _DEFAULT[name]
            for name in _DEFAULT
            if name not in ("dataset", "digits", "embedding_dims", "epochs", "seed")
        },
        otherwise=True,
    ),
    _Suspect(
        "reseed",
        lambda config, kind: kind != "falling",
        lambda config: {"seed": config.seed + 1},
        shows=("seed",),
        otherwise=True,
    ),
)


def cures_for(config: RunConfig, kind: Kind) -> tuple[Cure, ...]:
    """The cures for a run of `config` that was diagnosed as `kind`, likeliest first.

    None that changes nothing or that `RunConfig` refuses; none at all only for a run that is healthy, or still
    falling after as many epochs as there can be.
    """
    cures = []
    for suspect in _suspects(config, kind, otherwise=False) or _suspects(config, kind, otherwise=True):
        with contextlib.suppress(ValueError):
            changed = dataclasses.replace(config, **suspect.change(config))
            if changed != config:
                cures.append(_cure(suspect, changed))
    return tuple(cures)


def _suspects(config: RunConfig, kind: Kind, *, otherwise: bool) -> list[_Suspect]:
    return [each for each in SUSPECTS if each.otherwise == otherwise and each.when(config, kind)]


def _cure(suspect: _Suspect, changed: RunConfig) -> Cure:
    part = texts.sections("collapse_cures")[suspect.cure]
    title = texts.filled(part.title, **written(changed, suspect.shows))
    return Cure(suspect.cure, title, part.text, changed)


def measured_differently(one: RunConfig, other: RunConfig) -> list[str]:
    """The settings in which two runs differ and on which the value of a loss depends, besides the embedding."""
    names = dict.fromkeys(["loss", *LOSSES[one.loss].parameters, "miner", "sampling"])
    return [name for name in names if getattr(one, name) != getattr(other, name)]
