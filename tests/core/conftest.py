"""Fixtures for the tests of runs and of the engine."""

import shutil
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from core.config import RunConfig
from core.runs import Run, run_at

# Trains for about a second, and for long enough to be observed while running.
SHORT = RunConfig(epochs=1, seed=4321)
LONG = RunConfig(epochs=50, seed=4321)
# Two classes, a fifth of the images: trained and measured in well under a second.
SMALL = RunConfig(epochs=1, digits=2, seed=4321)
# As many steps as three epochs of all classes: long enough to be observed while running, and fast to measure.
MEDIUM = RunConfig(epochs=15, digits=2, seed=4321)


# Fixtures that train a whole run or start a worker.
COSTLY = {"finished", "engine"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if COSTLY.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("whole_training")


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    """A clock set by the test."""
    return Time()


@pytest.fixture
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty runs folder for this test only."""
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One real run of one epoch; read only."""
    from core.training.pipeline import train_and_measure

    run = Run(tmp_path_factory.mktemp("finished") / SHORT.key)
    run.begin(SHORT)
    train_and_measure(run)
    assert run.status().state == "done"
    return run


@pytest.fixture
def copy(finished: Run, runs_folder: Path) -> Run:
    """A copy of the finished run that the test may damage."""
    shutil.copytree(finished.folder, runs_folder / SHORT.key)
    return run_at(SHORT.key)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Wait for `condition`; fail with `what` after `seconds`."""
    give_up = monotonic() + seconds
    while not condition():
        if monotonic() > give_up:
            pytest.fail(f"In {seconds:g} s this did not happen: {what}")
        sleep(0.02)


def wait_for_end(run: Run) -> None:
    """Wait until the run is done, failed or cancelled."""
    wait_until(lambda: run.status().ended, f"the run ends (it is {run.status().state})")


def wait_for_snapshots(run: Run, count: int = 3) -> None:
    """Wait until the run has written `count` snapshots."""
    wait_until(lambda: len(run.snapshot_steps()) >= count, "the run writes snapshots")
