"""What a run and its classes are called on a page."""

from collections.abc import Mapping

from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import DATASETS
from core.losses import LOSSES
from pages.ui.state import EXAMPLE_NAME, Listed

# What `describe` says of every run, or in words of its own.
_TOLD = {
    "dataset",
    "loss",
    "embedding_dims",
    "digits",
    "epochs",
    "views",
    "wrong_labels",
    "held_out_class",
}


def class_names(config: RunConfig) -> tuple[str, ...]:
    """The names of the run's classes, in the order of their labels."""
    return DATASETS[config.dataset].classes[: config.digits]


def describe(config: RunConfig) -> str:
    """A config in one line, for the status: the main settings, and every other that differs from its preset."""
    facts = [LOSSES[config.loss].label]
    facts += [f"{PARAMETERS[name].label.lower()} {value:g}" for name, value in config.loss_parameters.items()]
    facts += [_in_words(config, name) for name in ("embedding_dims", "digits", "epochs")]
    told = {*_TOLD, *config.loss_parameters}
    differing = _differing(config, nearest_preset(config))
    facts += [
        _in_words(config, name) for name in ("views", "wrong_labels", "held_out_class") if name in differing
    ]
    facts += [_in_words(config, name) for name in differing if name not in told]
    return " · ".join(facts)


def name_for(config: RunConfig) -> str:
    """The default name of a run: the nearest preset, and every setting that differs from it."""
    return _name(config, first=set())


def names_of(listed: Mapping[str, Listed]) -> dict[str, str]:
    """The names of some runs in one list, all different: the visitor's own, or the default one, which begins with
    the settings in which these runs differ."""
    unnamed = [run.config for run in listed.values() if not run.name]
    varying = {name for name in PARAMETERS if len({getattr(config, name) for config in unnamed}) > 1}
    names: dict[str, str] = {}
    for key, run in listed.items():
        name, number = run.name or _name(run.config, varying), 1
        unique = name
        while unique in (EXAMPLE_NAME, *names.values()):
            number += 1
            unique = f"{name} ({number})"
        names[key] = unique
    return names


def nearest_preset(config: RunConfig) -> str:
    """The name of the preset from which the fewest settings differ."""
    return min(PRESETS, key=lambda name: len(_differing(config, name)))


def _name(config: RunConfig, first: set[str]) -> str:
    preset = nearest_preset(config)
    differing = _differing(config, preset)
    return " · ".join(
        [
            *(_in_words(config, name) for name in differing if name in first),
            f"{preset.capitalize()} preset",
            *(_in_words(config, name) for name in differing if name not in first),
        ]
    )


def _differing(config: RunConfig, preset: str) -> list[str]:
    return [name for name in PARAMETERS if getattr(config, name) != getattr(PRESETS[preset], name)]


def _in_words(config: RunConfig, name: str) -> str:
    """One setting: "64-D", "seed 3", "miner: Batch hard"."""
    parameter, value = PARAMETERS[name], getattr(config, name)
    match name:
        case "loss" | "dataset":
            return parameter.options[value]
        case "embedding_dims":
            return f"{value}-D"
        case "digits":
            return f"{value} class{'es' if value > 1 else ''}"
        case "epochs":
            return f"{value} epoch{'s' if value > 1 else ''}"
        case "views":
            return "views, no labels" if value == 1 else f"{100 * value:g}% views"
        case "wrong_labels":
            return f"{100 * value:g}% wrong labels"
        case "held_out_class" if config.unseen is not None:
            return f"never shown: {class_names(config)[config.unseen]}"
    text = parameter.text(value)
    if parameter.kind == "choice":
        return f"{parameter.label.lower()}: {parameter.options[text].partition(':')[0]}"
    return f"{parameter.label.lower()} {text}"
