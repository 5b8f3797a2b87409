"""Shared by all tests: one thread, the real data, a separate runs folder."""

import os

# Before torch and NumPy are imported: they read these once. One thread per process, as in the app.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from core.data import DataError, Dataset, load
from tests.linux.needs import what_is_missing

TESTS = Path(__file__).resolve().parent

# No deadline: no test asserts a time. The same examples on every machine, for reproducible failures.
settings.register_profile("project", deadline=None, derandomize=True, database=None)
settings.load_profile("project")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report at the end if some of the requested tests cannot run on this machine."""
    asked = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    tier = TESTS / "linux"
    concerned = any(tier.is_relative_to(path) or path.is_relative_to(tier) for path in asked)
    if concerned and (missing := what_is_missing()):
        terminalreporter.write_line(f"The tests in tests/linux DID NOT RUN: {missing}.")


@pytest.fixture(autouse=True, scope="session")
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or changes the developer's own runs and settings."""
    runs = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("CONTRASTIVE_LAB_") and name != "CONTRASTIVE_LAB_SCREENSHOTS":
                patch.delenv(name)
        patch.setenv("CONTRASTIVE_LAB_RUNS", str(runs))
        patch.setenv("CONTRASTIVE_LAB_NICE", "0")  # niced tests would starve on a busy machine
        yield runs


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """The real MNIST: 60,000 training and 10,000 test images; read only."""
    try:
        return load("mnist")
    except DataError as damage:
        pytest.fail(f"The tests need the MNIST files in assets/mnist: {damage}")
