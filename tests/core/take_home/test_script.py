"""The exported script and notebook, run in processes that know nothing of this project."""

import contextlib
import gzip
import json
import os
import re
import struct
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.clustering.kmeans import clustered
from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import MNIST_FOLDER
from core.encoder import embed
from core.figures import HEADLINE
from core.figures.evaluation import Evaluation, evaluate
from core.losses import LOSSES
from core.runs import Run
from core.sampling import ByClass, batches
from core.take_home.notebook import notebook
from core.take_home.script import ARGUMENT, script, sections
from core.training import loss_of, mine, start_learned
from tests.core.conftest import SHORT
from tests.core.shipped import shipped_embedding
from tests.core.trainings import first, trained

# Few images: what the lines do, not how much of it. Each case says something that no other one says.
IMAGES = 20_000
SMALL = {
    "the tutorial's pairs, with swish, and test images to validate on": {
        **vars(PRESETS["tutorial"]),
        "activation": "swish",
        "validation": "test",
        "epochs": 1,
        "digits": 2,
    },
    "the notebook's triplets, with patience on test images": {
        **vars(PRESETS["notebook"]),
        "epochs": 3,
        "digits": 2,
        "batch_size": 512,
        "patience": 8,
    },
    "all triplets, stopped early by held-out images": {
        "loss": "triplet_margin",
        "digits": 2,
        "batch_size": 32,
        "epochs": 5,
        "patience": 128,
        "learning_rate": 0.03,
        "margin": 0.4,
    },
    "all pairs on d², another activation, many dimensions": {
        "loss": "contrastive_squared",
        "activation": "gelu",
        "embedding_dims": 12,
        "digits": 3,
        "epochs": 1,
        "hidden": (64, 32),
    },
    "a loss on whole batches, which ends on the unit sphere": {"loss": "nt_xent", "digits": 2, "epochs": 1},
    "too few steps to vary the rate": {"digits": 3, "batch_size": 4096, "epochs": 2, "seed": 7},
    "a learned head and centres, a class never shown, stopped early": {
        "loss": "center",
        "digits": 3,
        "held_out_class": "1",
        "batch_size": 128,
        "patience": 32,
        "epochs": 9,
        "learning_rate": 0.05,
    },
    "learned proxies, balanced batches of some classes, wrong labels": {
        "loss": "proxy_anchor",
        "digits": 3,
        "sampler": "balanced",
        "classes_per_batch": 2,
        "wrong_labels": 0.2,
        "epochs": 1,
        "schedule": "constant",
    },
    "negatives drawn by distance from balanced batches, a class never shown, with patience": {
        "loss": "triplet_margin",
        "miner": "distance_weighted",
        "sampler": "balanced",
        "digits": 3,
        "held_out_class": "2",
        "batch_size": 64,
        "patience": 64,
        "epochs": 2,
        "learning_rate": 0.2,
    },
    "semi-hard pairs among wrong labels, stopped early by test images": {
        "miner": "semi_hard",
        "wrong_labels": 0.1,
        "digits": 2,
        "batch_size": 64,
        "epochs": 5,
        "patience": 64,
        "validation": "test",
    },
    "the hardest of a batch with some views, for a loss without a margin": {
        "loss": "soft_margin_triplet",
        "miner": "batch_hard",
        "views": 0.2,
        "digits": 2,
        "epochs": 1,
    },
    "all that cost": {
        "loss": "pair_hinge_triplet",
        "miner": "batch_all",
        "digits": 2,
        "batch_size": 48,
        "epochs": 1,
    },
    "views alone on the unit sphere, a class never shown, with patience": {
        "loss": "nt_xent",
        "views": 1.0,
        "digits": 3,
        "held_out_class": "0",
        "patience": 21,
        "epochs": 2,
        "learning_rate": 0.05,
    },
    "drawn pairs, some of views, stopped early": {
        "sampling": "sampled",
        "views": 0.5,
        "digits": 2,
        "batch_size": 64,
        "patience": 64,
        "epochs": 5,
        "learning_rate": 0.05,
    },
    "drawn triplets, some of views, with a class never shown": {
        "loss": "triplet_margin",
        "sampling": "sampled",
        "views": 0.1,
        "digits": 3,
        "held_out_class": "1",
        "batch_size": 256,
        "epochs": 1,
    },
}

NOTEBOOK = "a learned head and centres, a class never shown, stopped early"

# Each script in a namespace of its own, as a program; the notebook, last, cell by cell as Jupyter does.
RUN_ALL = """
import contextlib, io, json, runpy, sys, traceback
from pathlib import Path

def told_by(run):
    with contextlib.redirect_stdout(io.StringIO()) as told:
        try:
            run()
        except BaseException:
            traceback.print_exc(file=told)
    return told.getvalue()

def all_cells(space):
    for cell in json.loads(Path("cells.json").read_text("utf-8")):
        exec(cell, space)

told = [told_by(lambda: runpy.run_path(f"{place}.py", run_name="__main__")) for place in range(int(sys.argv.pop()))]
told.append(told_by(lambda: all_cells({})))
print(json.dumps({"told": told, "modules": list(sys.modules)}))
"""


def printed_by(code: str, folder: Path, *arguments: str) -> str:
    """What Python prints for `code` in that folder, with no path to this project."""
    (folder / "lesson.py").write_text(code, encoding="utf-8")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONTRASTIVE_"))
    }
    command = [sys.executable, "-I", "-W", "error", "lesson.py", *arguments]
    done = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_images(folder: Path) -> None:
    """The first images of MNIST in its own four files."""
    folder.mkdir()
    data = first(IMAGES)
    for name, split in (("train", data.train), ("t10k", data.test)):
        count = len(split.labels)
        images, labels = (struct.pack(">4i", 2051, count, 28, 28), struct.pack(">2i", 2049, count))
        for kind, content in (
            ("images-idx3", images + split.images.tobytes()),
            ("labels-idx1", labels + split.labels.tobytes()),
        ):
            (folder / f"{name}-{kind}-ubyte.gz").write_bytes(gzip.compress(content, 1))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the script of each small case printed, and the notebook of the first; all of them in one process."""
    folder = tmp_path_factory.mktemp("clean")
    write_images(folder / "data")
    for place, changes in enumerate(SMALL.values()):
        (folder / f"{place}.py").write_text(script(RunConfig(**changes)), encoding="utf-8")
    cells = cells_of(json.loads(notebook(RunConfig(**SMALL[NOTEBOOK]))))
    (folder / "cells.json").write_text(json.dumps(cells), encoding="utf-8")
    found = json.loads(printed_by(RUN_ALL, folder, str(len(SMALL))))
    assert "torch" in found["modules"]
    assert {"core", "pages", "tests", "benchmarks"}.isdisjoint(found["modules"])
    return dict(zip([*SMALL, "notebook"], found["told"], strict=True))


def cells_of(notebook: dict[str, Any]) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


@cache
def figures_of_the_app(config: RunConfig) -> dict[str, float]:
    data, encoder = first(IMAGES), trained(config, IMAGES).encoder
    splits = [split.first_classes(config.digits) for split in (data.train, data.test)]
    points = [embed(encoder, torch.from_numpy(split.images)).numpy() for split in splits]
    embedding = clustered(points[0], splits[0].labels, points[1], splits[1].labels, config.digits)
    return headline_of(evaluate(embedding))


def headline_of(evaluation: Evaluation) -> dict[str, float]:
    return {name: evaluation.values[name] for name in HEADLINE}


def figures_of(printed: str) -> dict[str, float]:
    lines = [line.split() for line in printed.splitlines()]
    return {line[0]: float(line[1]) for line in lines if len(line) == 2 and line[0].isidentifier()}


def assert_same(printed: str, figures: dict[str, float]) -> None:
    assert figures_of(printed) == pytest.approx(figures, abs=1e-6)


def test_the_script_gives_the_figures_of_the_app(finished: Run, tmp_path: Path) -> None:
    """Of all of MNIST, as a program of its own."""
    assert_same(printed_by(script(SHORT), tmp_path, str(MNIST_FOLDER)), headline_of(finished.evaluation()))


@pytest.mark.whole_training
@pytest.mark.parametrize("case", SMALL)
def test_the_script_gives_the_figures_of_the_app_for(case: str, printed: dict[str, str]) -> None:
    config = RunConfig(**SMALL[case])
    found = trained(config, IMAGES)
    assert "Traceback" not in printed[case], printed[case]
    assert_same(printed[case], figures_of_the_app(config))
    assert ("stopped at step" in printed[case]) == found.stopped_early
    assert found.stopped_early or "stopped early" not in case


@pytest.mark.whole_training
def test_the_notebook_gives_the_figures_of_the_app(printed: dict[str, str]) -> None:
    content = json.loads(notebook(RunConfig(**SMALL[NOTEBOOK])))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in content["cells"]]
    assert len(set(names)) == len(names) and all(0 < len(name) <= 64 for name in names)
    assert "Traceback" not in printed["notebook"], printed["notebook"]
    assert_same(printed["notebook"], figures_of_the_app(RunConfig(**SMALL[NOTEBOOK])))


def test_the_notebook_runs_the_same_lines_as_the_script() -> None:
    for case, changes in SMALL.items():
        config = RunConfig(**changes)
        lines = [step.code.rstrip() for step in sections(config, 'Path("data")')]
        assert cells_of(json.loads(notebook(config))) == lines, case
        text = script(config)
        for line in lines[1:]:  # the first imports what they need
            assert line.replace('Path("data")', ARGUMENT) in text, case


# ---- what is taken from the app's own source


def every_config() -> list[RunConfig]:
    """Each loss with each way to choose what it is shown, where that makes a run."""
    choices = [
        {"sampling": sampling, "miner": miner, "sampler": sampler, "views": views}
        for sampling in PARAMETERS["sampling"].options
        for miner in PARAMETERS["miner"].options
        for sampler in PARAMETERS["sampler"].options
        for views in (0.0, 0.5)
    ]
    found = []
    for loss in LOSSES:
        for choice in choices:
            with contextlib.suppress(ValueError):
                found.append(RunConfig(loss=loss, batch_size=48, margin=0.7, **choice))  # type: ignore[arg-type]
    return found


EVERY = every_config()


def what(config: RunConfig) -> str:
    return f"{config.loss}-{config.sampling}-{config.miner}-{config.sampler}-{config.views:g}"


def test_every_setting_of_a_choice_is_among_them() -> None:
    for name in ("loss", "sampling", "miner", "sampler"):
        assert {getattr(config, name) for config in EVERY} == set(PARAMETERS[name].options)
    assert {config.loss for config in EVERY if config.views} == {
        name for name, entry in LOSSES.items() if entry.learned is None
    }
    assert {config.miner for config in EVERY if config.views} == set(PARAMETERS["miner"].options)


@pytest.mark.parametrize("config", EVERY, ids=what)
def test_the_loss_in_the_script_is_the_loss_of_the_app(config: RunConfig) -> None:
    steps = {step.title: step.code for step in sections(config, "None")}
    space: dict[str, Any] = {}
    space |= {name.upper(): getattr(config, name) for name in PARAMETERS}
    embedding = shipped_embedding()
    labels = embedding.train_labels[:1000]
    space["labels"] = torch.from_numpy(labels)
    head = next(iter(steps.values()))
    wanted = ("The encoder", "The loss", "The miner", "What a step looks at")
    exec("\n".join([head, *(steps[title] for title in wanted if title in steps)]), space)
    ours_batch = next(iter(batches(config, ByClass(labels), np.random.default_rng(3))))
    rows = ours_batch.images
    drawn = next(iter(space["batches"](np.random.default_rng(3))))
    points = {name: torch.from_numpy(embedding.train[rows]).requires_grad_() for name in ("ours", "theirs")}
    own = labels[rows] if ours_batch.labels is None else ours_batch.labels
    digits, chance = torch.from_numpy(own), {name: np.random.default_rng(5) for name in points}

    learned = start_learned(config)
    mined, _ = mine(config, points["ours"], digits, ours_batch, chance["ours"])
    ours = loss_of(config, points["ours"], digits, mined, learned).total
    more = (chance["theirs"],) if config.miner != "none" else ()
    if config.views:
        assert np.array_equal(drawn.images, rows) and np.array_equal(drawn.labels, own)
        assert all(map(np.array_equal, drawn.views, ours_batch.views))
        more = (drawn.tuples, *more) if config.sampling == "sampled" else more
    elif config.sampling == "sampled":
        rows_drawn, places = space["rows_of"](drawn)
        assert np.array_equal(rows_drawn, rows)
        more = (places,)
    else:
        assert np.array_equal(drawn, rows)
    theirs = space["loss_of"](points["theirs"], digits, *more)
    ours.backward()
    theirs.backward()
    assert ours.item() == theirs.item() != 0
    assert torch.equal(points["ours"].grad, points["theirs"].grad)  # type: ignore[arg-type]
    for name, tensor in learned.items():
        assert torch.equal(tensor.grad, space["learned"][name].grad), name  # type: ignore[arg-type]


def test_a_script_reads_no_name_that_it_lacks_and_imports_nothing_in_vain(tmp_path: Path) -> None:
    more = [
        replace(config, **changes)
        for config in EVERY[::4]
        for changes in ({"patience": 9}, {"held_out_class": "4", "patience": 9}, {"wrong_labels": 0.1})
    ]
    more += [RunConfig(activation=name) for name in PARAMETERS["activation"].options]
    for number, config in enumerate([*EVERY, *more]):
        text = script(config)
        (tmp_path / f"{number}_{what(config)}.py".replace("-", "_")).write_text(text, encoding="utf-8")
        assert "is_torch_array" not in text
        assert not re.search(r"^\s*(import|from) (core|pages|tests|benchmarks)\b", text, re.MULTILINE)
        needed = next(line for line in text.splitlines() if line.startswith("Needed: "))
        assert ("array_api_compat" in text) == ("array-api-compat" in needed)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_script_holds_only_what_its_config_needs() -> None:
    fast, drawn = script(PRESETS["fast"]), script(PRESETS["notebook"])
    assert "PATIENCE" not in fast and "ByClass" not in fast and "TEMPERATURE" not in fast
    assert "OneCycleLR" not in drawn and "_AllPairs" not in drawn and "def pairs" not in drawn
    assert "def triplets" in drawn and "x_plus_sigmoid" in drawn


# Each setting, changed, with what it takes for it to matter.
CHANGED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dataset": ({"dataset": "kmnist"}, {}),
    "loss": ({"loss": "nt_xent"}, {}),
    "margin": ({"margin": 0.4}, {}),
    "temperature": ({"temperature": 0.4}, {"loss": "nt_xent"}),
    "scale": ({"scale": 4.0}, {"loss": "circle"}),
    "similarity_margin": ({"similarity_margin": 0.4}, {"loss": "circle"}),
    "weight": ({"weight": 0.4}, {"loss": "center"}),
    "epochs": ({"epochs": 3}, {}),
    "embedding_dims": ({"embedding_dims": 5}, {}),
    "digits": ({"digits": 4}, {}),
    "held_out_class": ({"held_out_class": "3"}, {}),
    "sampling": ({"sampling": "sampled"}, {}),
    "batch_size": ({"batch_size": 99}, {}),
    "learning_rate": ({"learning_rate": 0.01}, {}),
    "schedule": ({"schedule": "constant"}, {}),
    "hidden": ({"hidden": (9,)}, {}),
    "activation": ({"activation": "tanh"}, {}),
    "miner": ({"miner": "semi_hard"}, {}),
    "sampler": ({"sampler": "balanced"}, {}),
    "classes_per_batch": ({"classes_per_batch": 3}, {"sampler": "balanced"}),
    "views": ({"views": 0.4}, {}),
    "wrong_labels": ({"wrong_labels": 0.4}, {}),
    "patience": ({"patience": 9}, {}),
    "validation": ({"validation": "test"}, {"patience": 9}),
    "seed": ({"seed": 9}, {}),
}


def test_no_setting_is_left_out_of_the_script() -> None:
    assert set(CHANGED) == set(PARAMETERS)
    for name, (change, where) in CHANGED.items():
        assert script(RunConfig(**where, **change)) != script(RunConfig(**where)), name


def test_a_parameter_that_the_loss_does_not_read_is_no_reason_to_refuse() -> None:
    assert "TEMPERATURE" not in script(RunConfig(temperature=0.5))
