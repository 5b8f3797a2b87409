"""A run as a lesson: a script, or a notebook, that trains it without this app.

Its sections are the files in `core/take_home/parts`, ordinary Python that is linted, type-checked and tested.
The config determines which of them are used, the values in the first one, and some of their lines
(`core.take_home.sources`).
"""

import textwrap
from dataclasses import dataclass

from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import DATASETS
from core.losses import LOSSES
from core.take_home.sources import Source, in_order, joined, needed, read, reads

ARGUMENT = 'sys.argv[1] if len(sys.argv) > 1 else "data"'
# x_plus_sigmoid, which PyTorch lacks, is a part.
ACTIVATIONS = {"relu": "nn.ReLU", "swish": "nn.SiLU", "gelu": "nn.GELU", "tanh": "nn.Tanh"}
LONGEST = 118  # characters of a comment line
IMAGES_PER_CLASS = 6000  # approximately, in each of the data sets


@dataclass(frozen=True)
class Section:
    """A step of the lesson: its part, an explanation, and its code. formula: LaTeX, or ""."""

    part: str
    title: str
    words: str
    code: str
    formula: str = ""


def script(config: RunConfig) -> str:
    """The run of `config` as the text of a Python script."""
    head, *steps = sections(config, ARGUMENT)
    codes = [f'"""{head.title}.\n\n{head.words}{_RUN}\n"""\n\n{head.code}']
    codes += ["\n".join([f"# ---- {step.title}", *_comment(step.words), step.code]) for step in steps]
    return joined(codes, "\n\n") + "\n"


def sections(config: RunConfig, folder: str) -> list[Section]:
    """The steps of the lesson, the first with the imports. folder: of the images, as a Python expression."""
    flags, placed = flags_of(config), set[str]()
    sources = [read(part, flags) for part in parts_of(config)]
    steps = [_section(source, flags, placed, config) for source in sources]
    settings = _settings(config, "\n".join(step.code for step in steps), folder)
    steps.insert(0, Section("settings", "Settings: change what you like", "", settings))
    imports = [line for part in ("settings", *placed) for line in read(part, flags).imports]
    imports += [line for source in sources for line in source.imports]
    code = in_order(needed(imports, "\n".join(step.code for step in steps)))
    return [Section("head", _title(config), _INTRODUCTION, code), *steps]


_INTRODUCTION = """An encoder learns to place images of one class close together, and images of different classes apart.
Install (Python 3.10 or newer): pip install torch torchvision scikit-learn"""
_RUN = ", and run: python FILE [FOLDER]"
_SEEDED = "torch.manual_seed(SEED)"


def parts_of(config: RunConfig) -> list[str]:
    """The parts of the run's script, in order, without the settings and helpers."""
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
    """The flags that hold for the run: each marks lines of the parts."""
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
    """Whether the learning rate varies: as in the app, not over fewer than 10 steps."""
    images = IMAGES_PER_CLASS * config.seen_classes
    size = config.batch_size - (config.view_pairs if config.sampling == "all" else 0)
    return config.schedule == "one_cycle" and config.epochs * (images // size) >= 10


def _section(source: Source, flags: set[str], placed: set[str], config: RunConfig) -> Section:
    """The part, preceded by its helpers that are not `placed` yet."""
    new = [helper for helper in source.helpers if helper not in placed]
    placed.update(new)
    code = joined([*(read(helper, flags).code for helper in new), source.code], "\n")
    formula = LOSSES[config.loss].formula if source.part.startswith("losses/") else ""
    return Section(source.part, source.title, source.words, code, formula)


def _title(config: RunConfig) -> str:
    preset = next((name for name, preset in PRESETS.items() if preset == config), None)
    named = f": the preset “{preset}” of Contrastive Lab" if preset else ""
    return f"Contrastive learning on {DATASETS[config.dataset].label}{named}"


def _settings(config: RunConfig, code: str, folder: str) -> str:
    """A constant, with a comment, for each setting that the code reads."""
    lines = [
        f"FOLDER = {folder}  # where the images are, or are downloaded to",
        f"DATASET = torchvision.datasets.{DATASETS[config.dataset].torchvision or 'MNIST'}",
    ]
    for name in PARAMETERS:
        if not reads(f"{code}\n{_SEEDED}", name.upper()) or name == "dataset":
            continue
        line, comment = f"{name.upper()} = {_value(config, name)}", _meaning(config, name)
        together = f"{line}  # {comment}"
        lines += [together] if len(together) <= LONGEST else [*_comment(comment), line]
    return "\n".join([*lines, _SEEDED])


def _meaning(config: RunConfig, name: str) -> str:
    """The first sentence of a setting's help; if that is about runs in general, its meaning in this one."""
    entry, drawn = LOSSES[config.loss], config.sampling == "sampled"
    words = PARAMETERS[name].help.partition(". ")[0].removesuffix(".")
    match name:
        case "margin":
            units = {4.0: "a distance", 2.0: "a squared distance", None: "a difference of distances"}
            return f"{words}: {units[entry.reach(4.0)]}"  # the reach of a margin of 4 reveals its unit
        case "batch_size":
            return (
                f"How many {entry.takes if drawn else 'images'} each step uses; at most the number of images"
            )
        case "learning_rate" if not _one_cycle(config):
            return words.partition(";")[0]
        case "digits":
            return f"{words}; 2 to 10"
        case _:
            return words


def _value(config: RunConfig, name: str) -> str:
    """A setting as a Python expression."""
    match name:
        case "held_out_class":
            return repr(config.unseen)
        case "activation":
            return ACTIVATIONS[config.activation]
        case _:
            return repr(getattr(config, name))


def _comment(words: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(words, LONGEST - 2)]
