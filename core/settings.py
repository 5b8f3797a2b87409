"""What the host may set by environment variable: one place, read when asked for."""

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path

import loky

PROJECT = Path(__file__).resolve().parent.parent


def runs_folder() -> Path:
    """CONTRASTIVE_LAB_RUNS: where run folders are written; by default `runs` in the project."""
    return Path(os.environ.get("CONTRASTIVE_LAB_RUNS", PROJECT / "runs"))


def shipped_runs_folder() -> Path:
    """The finished runs that come with the project; only read."""
    return PROJECT / "assets" / "runs"


@functools.cache
def imported_runs_folder() -> Path:
    """Runs that visitors have brought along: private to their sessions, gone when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="contrastive-lab-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def shipped_disagreements_folder() -> Path:
    """The small runs whose figures disagree; no runs to pick, as some of their files stay behind."""
    return PROJECT / "assets" / "disagreements"


def downloads_folder() -> Path:
    """CONTRASTIVE_LAB_DOWNLOADS: where fetched data sets are kept; by default `downloads`."""
    return Path(os.environ.get("CONTRASTIVE_LAB_DOWNLOADS", PROJECT / "downloads"))


def mirror() -> str | None:
    """CONTRASTIVE_LAB_MIRROR: fetch data sets from `<mirror>/<FashionMNIST or KMNIST>/` instead."""
    return os.environ.get("CONTRASTIVE_LAB_MIRROR")


def workers() -> int:
    """CONTRASTIVE_LAB_WORKERS: how many runs train at once; by default one per core."""
    return max(1, int(_number("CONTRASTIVE_LAB_WORKERS", loky.cpu_count())))  # those of a container, too


def idle_seconds() -> float:
    """CONTRASTIVE_LAB_IDLE: after so many seconds without work a worker process leaves."""
    return _number("CONTRASTIVE_LAB_IDLE", 300)


def deadline_seconds() -> float:
    """CONTRASTIVE_LAB_DEADLINE: a run that takes longer is ended and reported as failed."""
    return _number("CONTRASTIVE_LAB_DEADLINE", 900)


def _number(name: str, default: float) -> float:
    text = os.environ.get(name)
    try:
        return default if text is None else float(text)
    except ValueError:
        raise SystemExit(f"The environment variable {name} should be a number, not {text!r}.") from None
