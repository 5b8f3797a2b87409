"""The exported script compared with the app: the same recipe, so their figures agree up to chance."""

import contextlib
import dataclasses
import gzip
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from benchmarks.row import Row, say
from benchmarks.trained import Silent
from core.config import PRESETS, RunConfig
from core.data import DATASETS, MNIST_FOLDER, load
from core.take_home.script import script, sections
from core.training import train

SEEDS = range(4)
FIGURES = {"test_adjusted_rand_index": "test ARI", "knn_accuracy": "5-NN accuracy"}


def measure() -> list[Row]:
    """For each preset and figure the two means over the seeds, and their difference in standard errors."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        write_mnist(Path(folder) / "data")
        for preset, config in PRESETS.items():
            ours, theirs = [], []
            for seed in SEEDS:
                say(f"The script and the app: {preset}, seed {seed} ...")
                seeded = dataclasses.replace(config, seed=seed)
                ours.append(of_script(seeded, Path(folder)))
                theirs.append(of_app(seeded))
            for name, what in FIGURES.items():
                rows.append(
                    compared(
                        f"{preset}: {what}, script and app",
                        np.array([figures[name] for figures in ours]),
                        np.array([figures[name] for figures in theirs]),
                    )
                )
    return rows


def compared(what: str, ours: Any, theirs: Any) -> Row:
    """ours, theirs: the figures [seeds] of the script and of the app."""
    error = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / len(ours))
    difference = abs(ours.mean() - theirs.mean())
    means = float(ours.mean()), float(theirs.mean())
    return Row("take_home", what, "", *means, float(difference / error), high=3)


def of_script(config: RunConfig, folder: Path) -> dict[str, float]:
    """The figures printed by the script, run as a program in a folder with `data`, on one thread."""
    (folder / "lesson.py").write_text(script(config), encoding="utf-8")
    command = [sys.executable, "-I", "lesson.py"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return printed(done.stdout)


def of_app(config: RunConfig) -> dict[str, float]:
    """The figures of the app's encoder, computed by the last section of the script."""
    data = load(config.dataset)
    trained = train(config, data, Silent())

    def load_split(train: bool) -> tuple[torch.Tensor, torch.Tensor]:
        split = data.train if train else data.test
        return torch.from_numpy(split.images) / 255, torch.from_numpy(split.labels)

    head, settings, *_, figures = sections(config, "None")
    space = {"load": load_split, "encoder": trained.encoder}
    with contextlib.redirect_stdout(io.StringIO()) as output, threadpool_limits(1):
        exec(f"{head.code}\n{settings.code}\n{figures.code}", space)
    return printed(output.getvalue())


def printed(text: str) -> dict[str, float]:
    """The figures among the lines that a script prints: `name value`."""
    lines = [line.split() for line in text.splitlines()]
    return {line[0]: float(line[1]) for line in lines if len(line) == 2 and line[0].isidentifier()}


def write_mnist(folder: Path) -> None:
    """Write the shipped MNIST files below `folder` as torchvision stores them."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in DATASETS["mnist"].files:
        content = gzip.decompress((MNIST_FOLDER / name).read_bytes())
        (raw / name.removesuffix(".gz")).write_bytes(content)
