"""The tier that needs Linux and root: a full disk, a worker without memory, nginx, a Dask cluster.

Where one of these is not to be had, this folder's tests are not collected, and a line at the end of the
report says so.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.core.conftest import finished, runs_folder  # noqa: F401 - fixtures, used here as well


def what_is_missing() -> str:
    """Why this tier cannot run here, in a sentence; "" where it can."""
    if sys.platform != "linux":
        return "it needs Linux"
    if os.geteuid() != 0:
        return "it needs root, to mount a small disk and to start nginx"
    if shutil.which("nginx") is None:
        return "nginx is not installed"
    if importlib.util.find_spec("distributed") is None:
        return "the package distributed is not installed"
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, text=True)
        if mounted.returncode != 0:
            return f"no tmpfs can be mounted here ({mounted.stderr.strip()})"
        subprocess.run(["umount", folder], check=True)
    return ""


MISSING = what_is_missing()
if MISSING:
    collect_ignore_glob = ["test_*.py"]


class Summary:
    """Says at the end of the report that this tier did not run."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(f"The tests in tests/linux DID NOT RUN: {MISSING}.")


def pytest_configure(config: pytest.Config) -> None:
    if MISSING:
        config.pluginmanager.register(Summary(), "linux tier")


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Path]]:
    """A real file system of a few megabytes, holding the runs folder; `small_disk(megabytes)`."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = []

    def mount(megabytes: int) -> Path:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)], check=True)
        mounted.append(place)
        monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(place / "runs"))
        return place

    yield mount
    for each in mounted:
        subprocess.run(["umount", "-l", str(each)], check=True)
