"""The exported script and notebook, run in a process that knows nothing of this project."""

import json
import os
import subprocess
import sys
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
from core.take_home.notebook import notebook
from core.take_home.script import CannotExport, script, sections
from core.training import Report, Sample, loss_of, train
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
    "the notebook's triplets, stopped early by test images": {
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
    assert ("stopped at step" in printed) == found.stopped_early == (config.patience > 0)


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


# ---- what is taken from the app's own source


def every_config() -> list[RunConfig]:
    """Each loss with all of a batch and with what is drawn, where that makes a run."""
    found = []
    for loss in LOSSES:
        for sampling in PARAMETERS["sampling"].options:
            for batch_size in (200, 48):
                try:
                    found.append(RunConfig(loss=loss, sampling=sampling, batch_size=batch_size, margin=0.7))
                    break
                except ValueError:
                    continue
    return found


def exported() -> list[RunConfig]:
    kept = []
    for config in every_config():
        try:
            script(config)
        except CannotExport:
            continue
        kept.append(config)
    return kept


@pytest.mark.parametrize("config", exported(), ids=lambda config: f"{config.loss}-{config.sampling}")
def test_the_loss_in_the_script_is_the_loss_of_the_app(config: RunConfig) -> None:
    from core.sampling import ByClass, batches

    steps = {step.title: step.code for step in sections(config, "None")}
    imports = next(iter(steps.values()))
    space: dict[str, Any] = {}
    space |= {name.upper(): getattr(config, name) for name in LOSSES[config.loss].parameters}
    exec(f"{imports}\n{steps['The encoder']}\n{steps['The loss']}", space)
    embedding = shipped_embedding()
    labels = embedding.train_labels[:1000]
    batch = next(iter(batches(config, ByClass(labels), np.random.default_rng(3))))
    points = {
        name: torch.from_numpy(embedding.train[batch.images]).requires_grad_() for name in ("ours", "theirs")
    }
    digits = torch.from_numpy(labels[batch.images])
    ours = loss_of(config, points["ours"], digits, batch).total
    places = () if batch.tuples is None else (tuple(torch.from_numpy(part) for part in batch.tuples),)
    theirs = space["loss_of"](points["theirs"], digits, *places)
    ours.backward()
    theirs.backward()
    assert ours.item() == theirs.item() != 0
    assert torch.equal(points["ours"].grad, points["theirs"].grad)  # type: ignore[arg-type]


@pytest.mark.parametrize("config", exported(), ids=lambda config: f"{config.loss}-{config.sampling}")
def test_a_script_reads_no_name_that_it_lacks_and_imports_nothing_in_vain(config: RunConfig) -> None:
    text = script(config)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "is_torch_array" not in text
    needed = next(line for line in text.splitlines() if line.startswith("Needed: "))
    assert ("array_api_compat" in text) == ("array-api-compat" in needed)


def test_every_seed_loss_has_a_script() -> None:
    names = {config.loss for config in exported()}
    assert {"contrastive", "contrastive_squared", "pair_hinge_triplet", "triplet_margin"} <= names
    assert names == {name for name, entry in LOSSES.items() if entry.learned is None}


def test_a_script_holds_only_what_its_config_needs() -> None:
    fast, drawn = script(PRESETS["fast"]), script(PRESETS["notebook"])
    assert "PATIENCE" not in fast and "ByClass" not in fast and "TEMPERATURE" not in fast
    assert "OneCycleLR" not in drawn and "_AllPairs" not in drawn and "def pairs" not in drawn
    assert "def triplets" in drawn and "x_plus_sigmoid" in drawn


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"miner": "semi_hard"}, "no script yet for miner"),
        ({"sampler": "balanced"}, "no script yet for sampler"),
        ({"views": 0.5, "loss": "nt_xent"}, "no script yet for views"),
        ({"wrong_labels": 0.1}, "no script yet for wrong labels"),
        ({"held_out_class": "4"}, "no script yet for class never shown"),
        ({"loss": "proxy_anchor"}, "no script for the loss Proxy-anchor yet"),
    ],
    ids=str,
)
def test_what_the_script_does_not_follow_is_refused_with_a_way_out(
    setting: dict[str, Any], words: str
) -> None:
    with pytest.raises(CannotExport, match=words) as refusal:
        script(RunConfig(**setting))
    assert "Set it to “" in str(refusal.value) or "Take a loss" in str(refusal.value)


def test_a_parameter_that_the_loss_does_not_read_is_no_reason_to_refuse() -> None:
    assert "TEMPERATURE" not in script(RunConfig(temperature=0.5))
