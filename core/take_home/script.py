"""A run as a lesson to take along: one script, or one notebook, that trains it without this app.

Its sections are the files in `core/take_home/parts`, ordinary Python that ruff and mypy check and tests
run. What the config settles is which of them there are, the values in the first, and some of their lines:
a line that ends in `# [flag]` or `# [not flag]` is there where the flag holds, or where it does not.
"""

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import DATASETS
from core.losses import LOSSES

PARTS = Path(__file__).parent / "parts"
ARGUMENT = 'sys.argv[1] if len(sys.argv) > 1 else "data"'
# x_plus_sigmoid, which PyTorch does not have, is a part.
ACTIVATIONS = {"relu": "nn.ReLU", "swish": "nn.SiLU", "gelu": "nn.GELU", "tanh": "nn.Tanh"}
LONGEST = 118  # a comment may be a little longer than a line of code
IMAGES_A_CLASS = 6000  # more or less, in each of the data sets


@dataclass(frozen=True)
class Section:
    """A step of the lesson: its part, what it does, in words, and its code. formula: LaTeX, or nothing."""

    part: str
    title: str
    words: str
    code: str
    formula: str = ""


def script(config: RunConfig) -> str:
    """The run of `config` as the text of a Python script."""
    head, *steps = sections(config, ARGUMENT)
    codes = [f'"""{head.title}\n\n{head.words}{_RUN}\n"""\n\n{head.code}']
    codes += ["\n".join([f"# ---- {step.title}", *_comment(step.words), step.code]) for step in steps]
    return _joined(codes, "\n\n") + "\n"


def sections(config: RunConfig, folder: str) -> list[Section]:
    """The steps of the lesson, the first one with its imports. folder: where the images are, as an
    expression."""
    flags, placed = flags_of(config), set[str]()
    sources = [read(part, flags) for part in parts_of(config)]
    steps = [_section(source, flags, placed, config) for source in sources]
    settings = _settings(config, "\n".join(step.code for step in steps), folder)
    steps.insert(0, Section("settings", "Settings: change what you like", "", settings))
    imports = [line for part in ("settings", *placed) for line in read(part, flags).imports]
    imports += [line for source in sources for line in source.imports]
    code = _in_order(_needed(imports, "\n".join(step.code for step in steps)))
    return [Section("head", _title(config), _INTRODUCTION, code), *steps]


_INTRODUCTION = """An encoder learns to place images of one class close together, and images of different classes apart.
Install: pip install torch torchvision scikit-learn"""
_RUN = ", and run: python FILE [FOLDER]"


def parts_of(config: RunConfig) -> list[str]:
    """The parts of the run's script, in their order, without the settings and helpers."""
    takes, drawn, mined = LOSSES[config.loss].takes, config.sampling == "sampled", config.miner != "none"
    how = "drawn" if drawn else "mined" if mined else "all"
    viewed = {"pairs": "of_pairs", "triplets": "of_triplets"}[takes] if drawn else "of_batches"
    chosen = {
        "images": True,
        "class_never_shown": config.unseen is not None,
        "encoder": True,
        f"losses/{config.loss}": True,
        f"miners/{config.miner}": mined,
        f"over/{how}_{takes}": takes != "batch",
        f"views/{viewed}": _views(config),
        f"batches/drawn_{takes}": drawn,
        "batches/balanced": config.sampler == "balanced",
        "batches/shuffled": not drawn and config.sampler != "balanced",
        "stopping/drawn": config.patience and drawn,
        "stopping/batches": config.patience and not drawn,
        "wrong_labels": config.wrong_labels,
        "one_cycle": _one_cycle(config),
        "training_with_patience" if config.patience else "training": True,
        "figures": True,
    }
    return [part for part, wanted in chosen.items() if wanted]


def flags_of(config: RunConfig) -> set[str]:
    """The flags that hold for the run: see the lines that they are about."""
    entry, drawn = LOSSES[config.loss], config.sampling == "sampled"
    held = {
        "kept_out": config.validation == "held_out" and not config.patience,
        "held_out": config.validation == "held_out",
        "on_test": config.validation == "test",
        "unseen_on_test": config.validation == "test" and config.unseen is not None,
        "normalised": entry.normalised,
        "x_plus_sigmoid": config.activation == "x_plus_sigmoid",
        "learned": entry.learned is not None,
        "margin": "margin" in entry.parameters,
        f"drawn_{entry.takes}": drawn,
        "views": _views(config),
        "two_views": _views(config) and not drawn,
        "patience": config.patience,
        "chance": config.miner == "distance_weighted",
        "one_cycle": _one_cycle(config),
    }
    return {flag for flag, holds in held.items() if holds}


def _views(config: RunConfig) -> bool:
    return bool(config.views if config.sampling == "sampled" else config.view_pairs)


def _one_cycle(config: RunConfig) -> bool:
    """Whether the rate varies: as in the app, not where there are too few steps to go up and down in."""
    images = IMAGES_A_CLASS * config.seen_classes
    size = config.batch_size - (config.view_pairs if config.sampling == "all" else 0)
    return config.schedule == "one_cycle" and config.epochs * (images // size) >= 10


@dataclass(frozen=True)
class _Source:
    """A part's file, with the lines that some flags leave: its docstring, in two; the helpers and the lines
    that it imports; its code."""

    part: str
    title: str
    words: str
    helpers: tuple[str, ...]
    imports: tuple[str, ...]
    code: str


_MARKED = re.compile(r"(.*?) *# \[(not )?(\w+)\]")
_OF_PARTS = "from core.take_home.parts."


def read(part: str, flags: set[str]) -> _Source:
    """A part, by its path without the ending."""
    text = "\n".join(_kept((PARTS / f"{part}.py").read_text(encoding="utf-8"), flags))
    _, words, rest = text.split('"""', 2)
    lines = rest.splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    own = [line.removeprefix(_OF_PARTS) for line in imports if line.startswith(_OF_PARTS)]
    helpers = tuple(line.split()[0].replace(".", "/") for line in own if line.startswith("helpers."))
    code = "\n".join(line for line in lines if line not in imports).strip()
    title, _, more = words.strip().partition("\n")
    others = tuple(line for line in imports if not line.startswith(_OF_PARTS))
    return _Source(part, title.removesuffix("."), more.strip(), helpers, others, code)


def _kept(text: str, flags: set[str]) -> Iterator[str]:
    for line in text.splitlines():
        marked = _MARKED.fullmatch(line)
        if marked is None:
            yield line
        elif (marked[3] in flags) == (marked[2] is None):
            yield marked[1]


def _section(source: _Source, flags: set[str], placed: set[str], config: RunConfig) -> Section:
    """The part, and before it the helpers that are not `placed` yet."""
    new = [helper for helper in source.helpers if helper not in placed]
    placed.update(new)
    code = _joined([*(read(helper, flags).code for helper in new), source.code], "\n")
    formula = LOSSES[config.loss].formula if source.part.startswith("losses/") else ""
    return Section(source.part, source.title, source.words, code, formula)


def _joined(codes: Iterable[str], between: str) -> str:
    """Pieces of code, with two empty lines around functions and classes and `between` elsewhere."""
    text = ""
    for code in codes:
        begin = next(line for line in code.splitlines() if not line.startswith("#"))
        end = next((line for line in reversed(text.splitlines()) if line[:1].strip()), "")
        defined = any(line.startswith(("def ", "class ", "@")) for line in (begin, end))
        text += (("\n\n\n" if defined else between) if text else "") + code
    return text


def _title(config: RunConfig) -> str:
    preset = next((name for name, preset in PRESETS.items() if preset == config), None)
    named = f": the preset “{preset}” of Contrastive Lab" if preset else ""
    return f"Contrastive learning on {DATASETS[config.dataset].label}{named}."


def _settings(config: RunConfig, code: str, folder: str) -> str:
    """One constant a setting that the code reads, with what it means."""
    lines = [
        f"FOLDER = {folder}  # where the images are, or are downloaded to",
        f"DATASET = torchvision.datasets.{DATASETS[config.dataset].torchvision or 'MNIST'}",
    ]
    for name, parameter in PARAMETERS.items():
        value = {"held_out_class": config.unseen, "activation": ACTIVATIONS.get(config.activation)}.get(
            name, getattr(config, name)
        )
        constant, comment = name.upper(), parameter.help.partition(". ")[0].removesuffix(".")
        if name == "dataset" or value is None or not _reads(code + "SEED", constant):
            continue
        line = f"{constant} = {value if name == 'activation' else repr(value)}"
        long = len(line) + len(comment) + 4 > LONGEST
        lines += [f"# {comment}", line] if long else [f"{line}  # {comment}"]
    return "\n".join([*lines, "torch.manual_seed(SEED)"])


def _reads(code: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", code) is not None


def _needed(imports: Iterable[str], code: str) -> set[str]:
    """The import lines of which the code reads a name."""
    names = {line: line.split("import ")[1].split(" as ")[-1].split(", ") for line in imports}
    return {line for line, bound in names.items() if any(_reads(code, name) for name in bound)}


def _in_order(imports: Iterable[str]) -> str:
    """Import lines, those of the standard library first."""
    groups: tuple[list[str], list[str]] = ([], [])
    for line in sorted(imports, key=lambda line: (line.startswith("from"), line)):
        groups[line.split()[1].split(".")[0] not in sys.stdlib_module_names].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)


def _comment(words: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(words, 108)]
