"""A run as a lesson to take along: one script, or one notebook, that trains it without this app.

The sections hold what the config at hand needs and nothing else. The loss, the activation and the drawing
of pairs are the app's own lines (`core.take_home.inlining`); what stands here is what surrounds them.
Equal to the app's own training to the last digit that tests ask for: tests/core/take_home/test_script.py.
"""

import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.activations import ACTIVATIONS
from core.config import RunConfig
from core.distances import TREE_DIMS
from core.losses import LOSSES
from core.miners import MINERS
from core.take_home import parts, training_parts
from core.take_home.inlining import Inlined


@dataclass(frozen=True)
class Section:
    """A step of the lesson: what it does, in words, and its code."""

    title: str
    words: str
    code: str


ARGUMENT = 'Path(sys.argv[1] if len(sys.argv) > 1 else "data")'


def script(config: RunConfig) -> str:
    """The run of `config` as the text of a Python script."""
    head, *steps = sections(config, ARGUMENT)
    text = [f'"""{head.title}\n\n{head.words}\n"""\n\n{head.code}']
    text += [f"# ---- {step.title}\n{as_comment(step.words)}\n\n{step.code}" for step in steps]
    return "\n\n\n".join(text) + "\n"


def sections(config: RunConfig, folder: str) -> list[Section]:
    """The steps of the lesson, the first one with its imports. folder: where the images are, as an
    expression."""
    body = parts.Parts(config)
    taken = _taken(config, body)
    names = {parameter: parameter.upper() for parameter in LOSSES[config.loss].parameters}
    loss_of = body.loss_of_batch(names)
    batches = training_parts.batches(body, taken.sampler)
    loss = taken.loss + body.learned + ("" if body.mined else f"\n\n\n{loss_of}")
    steps = [
        Section("Settings", body.about_settings, body.settings(names, folder)),
        Section("The images", body.about_images, body.images(taken.wrong)),
        Section("The encoder", body.about_encoder, f"{taken.activation}\n\n\n{body.encoder}"),
        Section("The loss", body.about_loss, loss),
    ]
    if body.mined:
        steps.append(Section("The miner", body.about_miner, f"{taken.miner}\n\n\n{loss_of}"))
    steps.append(Section("What a step looks at", training_parts.about_batches(body), batches))
    if config.patience:
        steps.append(Section("When to stop", training_parts.ABOUT_STOPPING, training_parts.stopping(body)))
    figures = parts.figures(config.embedding_dims <= TREE_DIMS)
    steps += [
        Section("Training", training_parts.ABOUT_TRAINING, training_parts.training(body)),
        Section("What came out", parts.ABOUT_FIGURES, figures),
    ]
    read = parts.names_read("\n".join(step.code for step in steps))
    imports = taken.imports | {line for line in parts.IMPORTS if line.split()[-1] in read}
    return [Section(body.title, body.introduction(imports), _in_order(imports)), *steps]


@dataclass(frozen=True)
class _Taken:
    """What comes from the app's own source."""

    imports: frozenset[str]
    wrong: str
    activation: str
    loss: str
    miner: str
    sampler: str


def _taken(config: RunConfig, body: parts.Parts) -> _Taken:
    entry, facts = LOSSES[config.loss], _facts(config, body)
    wrong = Inlined()
    if config.wrong_labels:
        wrong.add("core.sampling", "with_wrong_labels")
    activation = Inlined(given=wrong.definitions)
    function = ACTIVATIONS[config.activation].function
    activation.add(function.__module__, function.__name__)
    if entry.normalised:
        activation.add("core.losses.distances", "directions")
    loss = Inlined(facts, given={**activation.given, **activation.definitions})
    loss.add(entry.function.__module__, entry.function.__name__)
    if entry.learned is not None:
        loss.add(entry.learned.__module__, entry.learned.__name__)
        loss.add("core.training", "LEARNED_RATE")
    miner = Inlined(facts, given={**loss.given, **loss.definitions})
    if body.mined:
        choose = MINERS[config.miner].function
        miner.add(choose.__module__, choose.__name__)
    sampler = Inlined(facts, given={**miner.given, **miner.definitions})
    if training_parts.needs_sampler(body):
        sampler.add("core.sampling", "ByClass", training_parts.methods_of_sampler(body))
    if body.viewed:
        sampler.add("core.sampling", "drawn" if body.drawn else "two_views")
        sampler.add("core.training", "with_views")
    all_taken = (wrong, activation, loss, miner, sampler)
    imports = frozenset(line for one in all_taken for line in one.imports)
    return _Taken(imports, *(one.text for one in all_taken))


def _facts(config: RunConfig, body: parts.Parts) -> dict[str, bool]:
    """What the config settles in the app's own lines."""
    entry = LOSSES[config.loss]
    facts = {f"{entry.takes} is None": not (body.drawn or body.mined), "views == 0": False}
    if entry.learned is not None:
        names = entry.learned(config.digits, config.embedding_dims, np.random.default_rng(0))
        facts |= {f"{name} is None": False for name in names}
    return facts


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
