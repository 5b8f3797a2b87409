"""Helpers for the tests of exported scripts: configs of every kind, and the namespaces of their scripts."""

import contextlib
import json
from dataclasses import replace
from typing import Any

from core.config import PARAMETERS, PRESETS, RunConfig
from core.losses import LOSSES
from core.take_home.notebook import notebook
from core.take_home.script import sections


def namespace(config: RunConfig, *folders: str) -> dict[str, Any]:
    """The namespace of the script of `config` after running the parts in some folders."""
    head, settings, *steps = sections(config, "None")
    codes = [step.code for step in steps if step.part.split("/")[0] in folders]
    space: dict[str, Any] = {}
    exec("\n".join([head.code, settings.code, *codes]), space)
    return space


def ways() -> list[RunConfig]:
    """Each loss with each valid sampling and miner."""
    found = []
    for loss in LOSSES:
        for sampling in PARAMETERS["sampling"].options:
            for miner in PARAMETERS["miner"].options:
                with contextlib.suppress(ValueError):
                    found.append(RunConfig(loss=loss, sampling=sampling, miner=miner, margin=0.7))
    return found


def what(config: RunConfig) -> str:
    return f"{config.loss}-{config.sampling}-{config.miner}-{config.sampler}-{config.views:g}"


def every_config() -> list[RunConfig]:
    choices = [
        {"sampler": sampler, "views": views}
        for sampler in PARAMETERS["sampler"].options
        for views in (0.0, 0.5)
    ]
    found = []
    for config in ways():
        for choice in choices:
            with contextlib.suppress(ValueError):
                found.append(replace(config, batch_size=48, **choice))
    return found


EVERY = every_config()
MORE: list[dict[str, Any]] = [
    {"patience": 9},
    {"patience": 9, "validation": "test", "schedule": "constant"},
    {"held_out_class": "4", "patience": 9},
    {"held_out_class": "4", "patience": 9, "validation": "test"},
]


def configs() -> list[RunConfig]:
    varied = [replace(config, **changes) for config in EVERY for changes in MORE]
    others = [RunConfig(activation=name) for name in PARAMETERS["activation"].options]
    return [*EVERY, *varied, *others, RunConfig(wrong_labels=0.1, patience=9), *PRESETS.values()]


def cells_of(config: RunConfig) -> list[str]:
    cells = json.loads(notebook(config))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
