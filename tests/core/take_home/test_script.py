"""The exported script and notebook, run in a process that knows nothing of this project."""

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import MNIST_FOLDER, Dataset
from core.encoder import embed
from core.losses import LOSSES
from core.measures.evaluation import evaluate
from core.runs import Run
from core.sampling import ByClass, batches
from core.take_home.notebook import notebook
from core.take_home.script import ARGUMENT, script, sections
from core.training import Report, Sample, loss_of, mine, start_learned, train
from tests.core.conftest import SHORT
from tests.core.shipped import shipped_embedding

# Few images: what the lines do, not how much of it. Each says something that no other one says.
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
    "too few steps to vary the rate": {"digits": 2, "batch_size": 4096, "epochs": 2, "seed": 7},
    "a learned head and centres, a class never shown, stopped early": {
        "loss": "center",
        "digits": 3,
        "held_out_class": "1",
        "batch_size": 128,
        "patience": 32,
        "epochs": 3,
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
        "batch_size": 256,
        "patience": 16,
        "epochs": 3,
        "learning_rate": 0.05,
    },
    "drawn triplets, some of views, with a class never shown": {
        "loss": "triplet_margin",
        "sampling": "sampled",
        "views": 0.1,
        "digits": 3,
        "held_out_class": "1",
        "batch_size": 512,
        "epochs": 1,
    },
}


def printed_by(code: str, folder: Path, *arguments: str) -> str:
    """What Python prints for `code` in an empty folder, with no path to this project."""
    folder.mkdir()
    (folder / "lesson.py").write_text(code, encoding="utf-8")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONTRASTIVE_"))
    }
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "lesson.py", *arguments],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def figures_of(printed: str) -> dict[str, float]:
    lines = [line.split() for line in printed.splitlines()]
    return {line[0]: float(line[1]) for line in lines if len(line) == 2 and line[0].isidentifier()}


class Nobody:
    """Watches a training and keeps nothing of it."""

    def begin(self, sample: Sample) -> None: ...

    def report(self, report: Report) -> None: ...

    def snapshot(self, step: int, embeddings: object, encoder: object) -> None: ...

    def cancelled(self) -> bool:
        return False


def assert_same(printed: str, figures: dict[str, float]) -> None:
    assert figures_of(printed) == pytest.approx(figures, abs=1e-6)


def test_the_script_gives_the_figures_of_the_app(finished: Run, tmp_path: Path) -> None:
    printed = printed_by(script(SHORT), tmp_path / "clean", str(MNIST_FOLDER))
    assert_same(printed, finished.evaluation().figures)


@pytest.mark.parametrize("case", SMALL)
def test_the_script_gives_the_figures_of_the_app_for(case: str, mnist: Dataset, tmp_path: Path) -> None:
    config = RunConfig(**SMALL[case])
    found = train(config, mnist, Nobody())
    splits = [split.first_classes(config.digits) for split in (mnist.train, mnist.test)]
    points = [embed(found.encoder, torch.from_numpy(split.images)).numpy() for split in splits]
    evaluation, _, _ = evaluate(points[0], splits[0].labels, points[1], splits[1].labels, config.digits)
    printed = printed_by(script(config), tmp_path / "clean", str(MNIST_FOLDER))
    assert_same(printed, evaluation.figures)
    assert ("stopped at step" in printed) == found.stopped_early
    assert found.stopped_early or "stopped early" not in case


def test_the_notebook_gives_the_figures_of_the_app(finished: Run, tmp_path: Path) -> None:
    content = json.loads(notebook(SHORT))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in content["cells"]]
    assert len(set(names)) == len(names) and all(0 < len(name) <= 64 for name in names)
    # as Jupyter does: one cell after the other, in one namespace, with the images in the folder that it names
    cells = ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]
    (tmp_path / "data").symlink_to(MNIST_FOLDER)
    run_cells = f"space = {{}}\nimport os\nos.chdir('..')\nfor cell in {cells!r}:\n    exec(cell, space)\n"
    assert_same(printed_by(run_cells, tmp_path / "clean"), finished.evaluation().figures)


@pytest.mark.parametrize("case", SMALL)
def test_the_notebook_runs_the_same_lines_as_the_script(case: str) -> None:
    config = RunConfig(**SMALL[case])
    content = json.loads(notebook(config))
    cells = ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]
    lines = [step.code.rstrip() for step in sections(config, 'Path("data")')]
    assert cells == lines
    text = script(config)
    for line in lines[1:]:  # the first imports what they need
        assert line.replace('Path("data")', ARGUMENT) in text


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
