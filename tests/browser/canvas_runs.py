"""Runs for the tests of the canvas, trained from the command line into the server's folder."""

import subprocess
import sys

import numpy as np

from core.config import RunConfig
from core.pictures.picture_reduction import fitted_reduction
from core.runs import Run
from tests.browser.harness import PROJECT, Server

QUICK = RunConfig(epochs=1, digits=3, batch_size=1000, hidden=(16,))
SETTINGS = ("epochs", "digits", "batch_size", "embedding_dims", "seed", "learning_rate")


def training(server: Server, config: RunConfig) -> tuple[Run, "subprocess.Popen[bytes]"]:
    """The run of a config, and the process that trains it."""
    command = [sys.executable, "-m", "core", "train", "--out", str(server.runs)]
    for name in SETTINGS:
        command += ["--set", f"{name}={getattr(config, name)}"]
    command += ["--set", f"hidden={'-'.join(map(str, config.hidden))}"]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Run(server.runs / config.key), process


def trained(server: Server, config: RunConfig = QUICK) -> Run:
    """The finished run of a config."""
    run, process = training(server, config)
    assert process.wait(120) == 0 and run.status().state == "done"
    return run


def projected(run: Run, split: str) -> np.ndarray:
    """The projected points of a finished run's split at its last step [n, 2 or 3]."""
    return fitted_reduction(run).apply(run.embedding().points(split))


def projected_samples(run: Run) -> list[np.ndarray]:
    """The projected points of its sample at each step [s, 2 or 3]."""
    projection = fitted_reduction(run)
    return [projection.apply(snapshot.embeddings) for snapshot in run.snapshots()]
