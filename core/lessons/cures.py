"""What to change in a run that went wrong: the first suspected setting that fits its diagnosis."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from core.config import RunConfig, written
from core.lessons import texts
from core.losses import LOSSES

Kind = Literal["early", "healthy", "point", "line", "flat", "squeezed", "diverged", "stuck"]

FAST, SLOW = 0.03, 2e-4  # Adam's learning rates outside this range are suspected


@dataclass(frozen=True)
class Cure:
    """What to change: the label of a button, why, and the config with the change made."""

    label: str
    why: str
    config: RunConfig


@dataclass(frozen=True)
class _Suspect:
    """A setting that may be to blame: when it is suspected, and what to change it to.

    cure: its name in assets/lessons/collapse_cures.md. shows: the settings whose new values its label names.
    """

    cure: str
    when: Callable[[RunConfig, Kind], bool]
    change: Callable[[RunConfig], dict[str, Any]]
    shows: tuple[str, ...] = ()


def has_parameter(config: RunConfig, name: str) -> bool:
    """Whether the config's loss reads the setting `name`."""
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
        lambda config, kind: has_parameter(config, "weight") and config.weight < 0.05 and kind != "diverged",
        lambda config: {"weight": 1.0},
    ),
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
    _Suspect(
        "give_a_margin",
        lambda config, kind: has_parameter(config, "margin") and config.margin < 0.05 and kind != "diverged",
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


def cure_for(config: RunConfig, kind: Kind) -> Cure:
    """The cure for a run of `config` that was diagnosed as `kind`."""
    suspect = next(suspect for suspect in SUSPECTS if suspect.when(config, kind))
    changed = dataclasses.replace(config, **suspect.change(config))
    part = texts.sections("collapse_cures")[suspect.cure]
    return Cure(texts.filled(part.title, **written(changed, suspect.shows)), part.text, changed)
