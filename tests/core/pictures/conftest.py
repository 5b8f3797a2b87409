"""Fixtures of the picture tests: a run of two classes with a small encoder, trained and replayed in a moment."""

import shutil
from pathlib import Path

import pytest

from core.config import RunConfig
from core.runs import Run
from core.training.pipeline import train_and_measure

TINY = RunConfig(epochs=1, digits=2, hidden=(16,), batch_size=1000)
SEVEN_DIMS = RunConfig(epochs=1, digits=3, embedding_dims=7, hidden=(16,), batch_size=1000)


def trained(config: RunConfig, folder: Path) -> Run:
    run = Run(folder / config.key)
    run.begin(config)
    train_and_measure(run)
    return run


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The finished run; read-only."""
    return trained(TINY, tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of three classes in seven dimensions, without a replay; read-only."""
    return trained(SEVEN_DIMS, tmp_path_factory.mktemp("deep"))


@pytest.fixture
def tiny_copy(tiny: Run, tmp_path: Path) -> Run:
    """A writable copy of the same run."""
    shutil.copytree(tiny.folder, tmp_path / tiny.key)
    return Run(tmp_path / tiny.key)
