"""Fixtures of the picture tests: a run of two classes with a small encoder, trained and replayed in a moment."""

import shutil
from pathlib import Path

import pytest

from core.config import RunConfig
from core.runs import Run
from core.training.pipeline import train_and_measure

TINY = RunConfig(epochs=1, digits=2, hidden=(16,), batch_size=1000)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The finished run; read-only."""
    run = Run(tmp_path_factory.mktemp("tiny") / TINY.key)
    run.begin(TINY)
    train_and_measure(run)
    return run


@pytest.fixture
def tiny_copy(tiny: Run, tmp_path: Path) -> Run:
    """A writable copy of the same run."""
    shutil.copytree(tiny.folder, tmp_path / tiny.key)
    return Run(tmp_path / tiny.key)
