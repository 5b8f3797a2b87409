"""How the server is: workers, queue, memory, disk, version. For the health page and for who watches it."""

import os
import shutil
import tomllib
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil

from core import settings
from core.config import TRAINING_VERSION
from core.runs import byte_cache
from core.service.engine import Engine, Standing

DISK_LOW = 200_000_000  # bytes; some ten runs


@dataclass(frozen=True)
class Worker:
    """A worker process of this machine: its id and how much memory it holds, in bytes."""

    pid: int
    memory: int


@dataclass(frozen=True)
class Health:
    """All of it. `problems`: what whoever runs the server should look at, a sentence each; none: it is well."""

    version: str
    training_version: int
    standing: Standing
    workers: list[Worker]
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
    """How this process and what it has started are now."""
    standing = engine.standing()
    free_disk = _free_disk()
    return Health(
        version=version(),
        training_version=TRAINING_VERSION,
        standing=standing,
        workers=[Worker(pid, memory) for pid in standing.pids if (memory := memory_of(pid))],
        server_memory=memory_of(os.getpid()),
        cached_bytes=byte_cache.held(),
        most_cached_bytes=settings.cache_bytes(),
        free_memory=psutil.virtual_memory().available,
        free_disk=free_disk,
        problems=_problems(standing, free_disk),
    )


def memory_of(pid: int) -> int:
    """The memory that a process holds (resident), in bytes; 0 where it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


@lru_cache(maxsize=1)
def version() -> str:
    """The project's version, as pyproject.toml has it."""
    with (settings.PROJECT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _free_disk() -> int | None:
    """Bytes free where runs are written; None where nothing can be."""
    folder = settings.runs_folder()
    for place in (folder, *folder.resolve().parents):
        if place.is_dir():
            return shutil.disk_usage(place).free if os.access(place, os.W_OK) else None
        if place.exists():
            return None
    return None


def _problems(standing: Standing, free_disk: int | None) -> list[str]:
    found = []
    if free_disk is None:
        found.append(f"Nothing can be written to {_shown(settings.runs_folder())}, where runs are stored.")
    elif free_disk < DISK_LOW:
        found.append(f"Only {free_disk / 1e6:.0f} MB of disk are left for runs.")
    if standing.stored_bytes >= standing.most_bytes:
        found.append("The runs on people's pages take up all the space that runs may have.")
    if standing.waiting >= standing.most_waiting:
        found.append("The queue is full: further runs are refused.")
    return found


def _shown(folder: Path) -> str:
    """A folder by its name only: its path is nobody's business."""
    return f"the folder {folder.name!r}"
