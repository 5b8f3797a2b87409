"""What a run and its classes are called on a page."""

from dataclasses import replace

from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import DATASETS
from core.losses import LOSSES


def class_names(config: RunConfig) -> tuple[str, ...]:
    """The names of the run's classes, in the order of their labels."""
    return DATASETS[config.dataset].classes[: config.digits]


def describe(config: RunConfig) -> str:
    """A config in one line, for the status and the list of runs."""
    facts = [LOSSES[config.loss].label]
    facts += [f"{PARAMETERS[name].label.lower()} {value:g}" for name, value in config.loss_parameters.items()]
    facts += [
        f"{config.embedding_dims}-D",
        f"{config.digits} classes",
        f"{config.epochs} epoch{'s' if config.epochs > 1 else ''}",
    ]
    if config.views:
        facts.append("views, no labels" if config.views == 1 else f"{config.views:.0%} views")
    if config.wrong_labels:
        facts.append(f"{config.wrong_labels:.0%} wrong labels")
    if config.unseen is not None:
        facts.append(f"never shown: {class_names(config)[config.unseen]}")
    return " · ".join(facts)


def name_for(config: RunConfig) -> str:
    """The default name of a run."""
    shown = replace(config, held_out_class="none")
    preset = next((name for name, preset in PRESETS.items() if preset == shown), None)
    without = "" if config.unseen is None else f", never shown: {class_names(config)[config.unseen]}"
    return f"{preset.capitalize()} preset{without}" if preset else describe(config)
