"""Exported scripts, and a notebook, run in a process without access to this project."""

import json
import os
import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.config import PRESETS, RunConfig
from core.take_home.script import script, sections
from tests.core.take_home.scripts import cells_of
from tests.core.trainings import first

# Few images and two or three classes: enough to run every line.
IMAGES = 12_000
TWO = {"digits": 2, "epochs": 1}
PRESETS_IN_SMALL = {
    name: replace(preset, digits=2, epochs=1, batch_size=min(preset.batch_size, 256))
    for name, preset in PRESETS.items()
}
PRESETS_IN_SMALL["notebook"] = replace(PRESETS_IN_SMALL["notebook"], epochs=8)
SMALL = {
    "drawn pairs, some of them views, stopped early": RunConfig(
        sampling="sampled", views=0.3, digits=2, batch_size=64, patience=64, epochs=30, learning_rate=0.03
    ),
    "drawn triplets, with a class never shown, stopped early by test images": RunConfig(
        loss="triplet_margin", sampling="sampled", digits=3, held_out_class="2", batch_size=64, patience=64,
        epochs=30, validation="test", activation="tanh", schedule="constant",
    ),
    "drawn triplets, some of them views": RunConfig(
        loss="pair_hinge_triplet", sampling="sampled", views=0.3, batch_size=64, **TWO
    ),
    "all triplets, with gelu": RunConfig(
        loss="triplet_margin", batch_size=32, learning_rate=0.01, activation="gelu", **TWO
    ),
    "semi-hard pairs among wrong labels, with patience": RunConfig(
        miner="semi_hard", wrong_labels=0.1, batch_size=64, patience=128, activation="swish", digits=2, epochs=4
    ),
    "drawn negatives from balanced batches of two of three classes, with patience": RunConfig(
        loss="soft_margin_triplet", miner="distance_weighted", sampler="balanced", classes_per_batch=2,
        digits=3, batch_size=32, patience=256, epochs=2, learning_rate=0.01,
    ),
    "learned proxies": RunConfig(loss="proxy_anchor", **TWO),
    "a learned head, a class never shown, stopped early": RunConfig(
        loss="center", digits=3, held_out_class="1", batch_size=128, patience=32, epochs=30, learning_rate=0.05
    ),
    "views in batches on the sphere, with patience": RunConfig(
        loss="nt_xent", views=0.5, batch_size=64, patience=256, digits=2, epochs=3
    ),
}  # fmt: skip
NOTEBOOK = "learned proxies"
FIGURES = {
    "rand_index",
    "adjusted_rand_index",
    "normalized_mutual_info",
    "davies_bouldin",
    "test_adjusted_rand_index",
    "knn_accuracy",
}

# Each script in a separate namespace, like a program; then the notebook, cell by cell like in Jupyter.
RUN_ALL = """
import contextlib, io, json, runpy, sys, traceback
from pathlib import Path

def output_of(run):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        try:
            run()
        except BaseException:
            traceback.print_exc(file=output)
    return output.getvalue()

def all_cells(space):
    for cell in json.loads(Path("cells.json").read_text("utf-8")):
        exec(cell, space)

output = [output_of(lambda: runpy.run_path(f"{place}.py", run_name="__main__")) for place in range(int(sys.argv.pop()))]
output.append(output_of(lambda: all_cells({})))
print(json.dumps({"output": output, "modules": list(sys.modules)}))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The output of the script of each small case, and of one notebook; all run in one process."""
    folder = tmp_path_factory.mktemp("clean")
    write_images(folder / "data")
    cases = [*PRESETS_IN_SMALL.values(), *SMALL.values()]
    for place, config in enumerate(cases):
        (folder / f"{place}.py").write_text(script(config), encoding="utf-8")
    (folder / "cells.json").write_text(json.dumps(cells_of(SMALL[NOTEBOOK])), encoding="utf-8")
    (folder / "all.py").write_text(RUN_ALL, encoding="utf-8")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONTRASTIVE_"))
    }
    command = [sys.executable, "-I", "-W", "error", "all.py", str(len(cases))]
    done = subprocess.run(
        command, cwd=folder, env={**kept, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "torch" in found["modules"]
    assert {"core", "pages", "tests", "benchmarks"}.isdisjoint(found["modules"])
    return dict(zip([*PRESETS_IN_SMALL, *SMALL, "notebook"], found["output"], strict=True))


def write_images(folder: Path) -> None:
    """Write the first images of MNIST as torchvision stores them."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    data = first(IMAGES)
    for name, split in (("train", data.train), ("t10k", data.test)):
        images, labels = split.images.tobytes(), split.labels.tobytes()
        count = len(split.labels)
        (raw / f"{name}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, count, 28, 28) + images)
        (raw / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, count) + labels)


def figures_of(printed: str) -> dict[str, float]:
    assert "Traceback" not in printed, printed
    assert "loss nan" not in printed
    lines = [line.split() for line in printed.splitlines()]
    found = {line[0]: float(line[1]) for line in lines if len(line) == 2}
    assert found.keys() == FIGURES
    return found


@pytest.mark.whole_training
@pytest.mark.parametrize("preset", PRESETS)
def test_the_script_of_a_preset_trains_without_this_project(preset: str, printed: dict[str, str]) -> None:
    assert figures_of(printed[preset])["knn_accuracy"] > 0.9


@pytest.mark.whole_training
@pytest.mark.parametrize("case", [*SMALL, "notebook"])
def test_a_script_trains_to_plausible_figures(case: str, printed: dict[str, str]) -> None:
    figures, config = figures_of(printed[case]), SMALL.get(case, SMALL[NOTEBOOK])
    learned_all = config.unseen is None
    assert figures["test_adjusted_rand_index"] > (0.5 if learned_all else 0.3)
    assert figures["knn_accuracy"] > (0.9 if learned_all else 0.8)
    if config.patience:
        steps = re.findall(r"step (\d+)", printed[case])
        assert steps
    if "stopped early" in case:
        assert int(steps[-1]) < config.epochs * 1000 * config.seen_classes // config.batch_size


@pytest.mark.whole_training
def test_the_notebook_prints_the_figures_of_the_script(printed: dict[str, str]) -> None:
    assert figures_of(printed["notebook"]) == figures_of(printed[NOTEBOOK])


def test_figures_of_a_collapsed_embedding_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    images, labels = torch.rand(60, 784), torch.arange(60) % 3
    head, settings, *_, figures = sections(RunConfig(digits=3), "None")
    space = {"load": lambda train: (images, labels), "encoder": lambda images: torch.zeros(len(images), 2)}
    with pytest.warns(UserWarning, match="distinct clusters"):
        exec(f"{head.code}\n{settings.code}\n{figures.code}", space)
    found = figures_of(capsys.readouterr().out)
    assert found["adjusted_rand_index"] == 0 and np.isnan(found["davies_bouldin"])
