"""The health of the server: workers, queue, memory, disk, version. For the health page and for monitoring."""

import os
import shutil
import tomllib
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil

from core import environment
from core.config import TRAINING_VERSION
from core.runs import byte_cache
from core.service import open_pages
from core.service.engine import Engine
from core.service.standing import Standing

DISK_LOW = 200_000_000  # bytes; about ten runs


@dataclass(frozen=True)
class Worker:
    """A worker process on this machine. memory: resident, in bytes."""

    pid: int
    memory: int


@dataclass(frozen=True)
class Health:
    """One snapshot; sizes in bytes. problems: what the operator should look at, one sentence each; empty: all
    is well."""

    version: str
    training_version: int
    standing: Standing
    workers: list[Worker]
    open_pages: int
    most_pages: int
    server_memory: int
    cached_bytes: int
    most_cached_bytes: int
    free_memory: int
    free_disk: int | None
    problems: list[str]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def health(engine: Engine) -> Health:
    """The health of this process and its workers now."""
    standing = engine.standing()
    free_disk = _free_disk()
    return Health(
        version=version(),
        training_version=TRAINING_VERSION,
        standing=standing,
        workers=[Worker(pid, memory) for pid in standing.pids if (memory := memory_of(pid))],
        open_pages=open_pages.opened(),
        most_pages=open_pages.most(),
        server_memory=memory_of(os.getpid()),
        cached_bytes=byte_cache.held(),
        most_cached_bytes=environment.cache_bytes(),
        free_memory=psutil.virtual_memory().available,
        free_disk=free_disk,
        problems=_problems(standing, free_disk),
    )


def memory_of(pid: int) -> int:
    """The resident memory of a process in bytes; 0 if the process is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


@lru_cache(maxsize=1)
def version() -> str:
    """The project's version in pyproject.toml."""
    with (environment.PROJECT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _free_disk() -> int | None:
    """Bytes free where runs are written; None if nothing can be written there."""
    folder = environment.runs_folder()
    for place in (folder, *folder.resolve().parents):
        if place.is_dir():
            return shutil.disk_usage(place).free if os.access(place, os.W_OK) else None
        if place.exists():
            return None
    return None


def _problems(standing: Standing, free_disk: int | None) -> list[str]:
    found = []
    if free_disk is None:
        found.append(f"Nothing can be written to {_shown(environment.runs_folder())}, where runs are stored.")
    elif free_disk < DISK_LOW:
        found.append(f"Only {free_disk / 1e6:.0f} MB of disk are left for runs.")
    if standing.stored_bytes >= standing.most_bytes:
        found.append("The runs on people's pages take up all the space that runs may have.")
    if standing.waiting >= standing.most_waiting:
        found.append("The queue is full: further runs are refused.")
    if full := open_pages.full():
        found.append(full)
    return found


def _shown(folder: Path) -> str:
    """The folder's name without its path, which visitors should not learn."""
    return f"the folder {folder.name!r}"
