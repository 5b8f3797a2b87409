"""A run as a lesson to take along: one script, or one notebook, that trains it without this app.

The sections hold what the config at hand needs and nothing else. The loss, the activation and the drawing
of pairs are the app's own lines (`core.take_home.inlining`); what stands here is what surrounds them.
Equal to the app's own training to the last digit that tests ask for: tests/core/take_home/test_script.py.
"""

import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from core.activations import ACTIVATIONS
from core.config import PARAMETERS, RunConfig
from core.distances import TREE_DIMS
from core.losses import LOSSES
from core.take_home import parts
from core.take_home.inlining import CannotInline, Inlined


class CannotExport(Exception):
    """There is no script for this config yet; the message says why, in a sentence."""


@dataclass(frozen=True)
class Section:
    """A step of the lesson: what it does, in words, and its code."""

    title: str
    words: str
    code: str


# The settings that the sections below follow; any other one has to stand at its default.
_NAMES = """
dataset loss epochs embedding_dims digits sampling batch_size learning_rate schedule hidden
activation patience validation seed
"""
_FOLLOWED = frozenset(_NAMES.split())
_FOLLOWED_OPTIONS = {
    "sampling": ("all", "sampled"),
    "schedule": ("one_cycle", "constant"),
    "validation": ("held_out", "test"),
}


ARGUMENT = 'Path(sys.argv[1] if len(sys.argv) > 1 else "data")'


def script(config: RunConfig) -> str:
    """The run of `config` as the text of a Python script. Raises CannotExport."""
    head, *steps = sections(config, ARGUMENT)
    text = [f'"""{head.title}\n\n{head.words}\n"""\n\n{head.code}']
    text += [f"# ---- {step.title}\n{as_comment(step.words)}\n\n{step.code}" for step in steps]
    return "\n\n\n".join(text) + "\n"


def sections(config: RunConfig, folder: str) -> list[Section]:
    """The steps of the lesson, the first one with its imports. folder: where the images are, as an
    expression. Raises CannotExport."""
    _check(config)
    taken, body = _taken(config), parts.Parts(config)
    names = {parameter: parameter.upper() for parameter in LOSSES[config.loss].parameters}
    call = "".join(f", {name}={constant}" for name, constant in names.items())
    steps = [
        Section("Settings", body.about_settings, body.settings(names, folder)),
        Section("The images", parts.ABOUT_IMAGES, body.images),
        Section("The encoder", body.about_encoder, f"{taken.activation}\n\n\n{body.encoder}"),
        Section("The loss", body.about_loss, f"{taken.loss}\n\n\n{body.loss_of_batch(call)}"),
        Section("What a step looks at", body.about_batches, body.batches(taken.sampler)),
        *([Section("When to stop", parts.ABOUT_STOPPING, body.stopping)] if config.patience else []),
        Section("Training", body.about_training, body.training),
        Section("What came out", parts.ABOUT_FIGURES, parts.figures(config.embedding_dims <= TREE_DIMS)),
    ]
    code = "\n".join(step.code for step in steps)
    imports = taken.imports | {line for line in parts.IMPORTS if parts.reads(code, line.split()[-1])}
    return [Section(body.title, body.introduction(imports), _in_order(imports)), *steps]


@dataclass(frozen=True)
class _Taken:
    """What comes from the app's own source."""

    loss: str
    activation: str
    sampler: str
    imports: frozenset[str]


def _taken(config: RunConfig) -> _Taken:
    entry = LOSSES[config.loss]
    activation, sampler = Inlined(), Inlined()
    loss = Inlined({f"{entry.takes} is None": config.sampling == "all"}, given=activation.definitions)
    try:
        function = ACTIVATIONS[config.activation].function
        activation.add(function.__module__, function.__name__)
        if entry.normalised:
            activation.add("core.losses.distances", "directions")
        loss.add(entry.function.__module__, entry.function.__name__)
        if config.sampling == "sampled":
            sampler.add("core.sampling", "ByClass", [entry.takes])
    except CannotInline as error:
        raise CannotExport(f"There is no script for the loss {entry.label} yet. {error}") from error
    imports = frozenset(loss.imports | activation.imports | sampler.imports)
    return _Taken(loss.text, activation.text, sampler.text, imports)


def _check(config: RunConfig) -> None:
    """Refuse what the sections do not know, rather than leave it out. Raises CannotExport."""
    entry = LOSSES[config.loss]
    if entry.learned is not None:
        raise CannotExport(
            f"There is no script for the loss {entry.label} yet: it learns points of its own beside the network. "
            "Take a loss on pairs, triplets or a whole batch."
        )
    of_losses = {parameter for other in LOSSES.values() for parameter in other.parameters}
    for name, parameter in PARAMETERS.items():
        value = getattr(config, name)
        unknown = name not in _FOLLOWED | of_losses and value != RunConfig.__dataclass_fields__[name].default
        options = _FOLLOWED_OPTIONS.get(name)
        if unknown or (options and value not in options):
            shown = parameter.options.get(str(value), parameter.text(value))
            raise CannotExport(
                f"There is no script yet for {parameter.label.lower()} “{shown}”. Set it to "
                f"“{_default_label(name)}” for a run that has one."
            )


def _default_label(name: str) -> str:
    default = RunConfig.__dataclass_fields__[name].default
    return PARAMETERS[name].options.get(str(default), PARAMETERS[name].text(default))


def _in_order(imports: Iterable[str]) -> str:
    """Import lines, one a module, those of the standard library first."""
    names: dict[str, list[str]] = {}
    for line in sorted(imports):
        module, _, name = line.partition(" import ")
        names.setdefault(module, []).extend([name] if name else [])
    lines = [f"{module} import {', '.join(of)}" if of else module for module, of in names.items()]
    groups: tuple[list[str], list[str]] = ([], [])
    for line in sorted(lines, key=lambda line: (line.startswith("from"), line.lower())):
        groups[line.split()[1].split(".")[0] not in sys.stdlib_module_names].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)


def as_comment(words: str) -> str:
    """Words as lines of comment; a line of the words begins a new one."""
    wrapped = [part for line in words.splitlines() for part in textwrap.wrap(line, 100)]
    return "\n".join(f"# {line}" for line in wrapped)
