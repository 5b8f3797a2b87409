"""The tests that need Linux and root: a full disk, a worker without memory, nginx, a Dask cluster.

If something is missing, this folder's tests are not collected, and a line at the end of the report says so
(tests/conftest.py).
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.core.conftest import finished, runs_folder  # noqa: F401 - fixtures
from tests.linux.needs import what_is_missing

if what_is_missing():
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Path]]:
    """`small_disk(megabytes)` mounts a small file system and puts the runs folder on it."""
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
