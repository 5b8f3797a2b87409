"""What the host may set by environment variable: one place, read when asked for."""

import os
from pathlib import Path

import loky

PROJECT = Path(__file__).resolve().parent.parent


def runs_folder() -> Path:
    """CONTRASTIVE_LAB_RUNS: where run folders are written; by default `runs` in the project."""
    return Path(os.environ.get("CONTRASTIVE_LAB_RUNS", PROJECT / "runs"))


def shipped_runs_folder() -> Path:
    """The finished runs that come with the project; only read."""
    return PROJECT / "assets" / "runs"


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
    return workers_or(loky.cpu_count())  # those of a container, too


def workers_or(default: int) -> int:
    """CONTRASTIVE_LAB_WORKERS where it is set, else `default`."""
    return max(1, int(_number("CONTRASTIVE_LAB_WORKERS", default)))


def idle_seconds() -> float:
    """CONTRASTIVE_LAB_IDLE: after so many seconds without work a worker process leaves."""
    return _number("CONTRASTIVE_LAB_IDLE", 300)


def deadline_seconds() -> float:
    """CONTRASTIVE_LAB_DEADLINE: a run that takes longer is ended and reported as failed."""
    return _number("CONTRASTIVE_LAB_DEADLINE", 900)


def grace_seconds() -> float:
    """CONTRASTIVE_LAB_GRACE: a session that has not been heard of for so many seconds is gone; a run that
    nobody else waits for is then cancelled. More than 60: browsers call a hidden page once a minute."""
    return _number("CONTRASTIVE_LAB_GRACE", 90)


def most_waiting() -> int:
    """CONTRASTIVE_LAB_QUEUE: how many runs may wait; further ones are refused with a sentence."""
    return max(1, int(_number("CONTRASTIVE_LAB_QUEUE", 100)))


def disk_bytes() -> int:
    """CONTRASTIVE_LAB_DISK_MB: megabytes that the runs may take; then the longest unused ones go."""
    return int(_number("CONTRASTIVE_LAB_DISK_MB", 2000) * 1e6)


def cache_bytes() -> int:
    """CONTRASTIVE_LAB_CACHE_MB: megabytes of pictures that the server keeps in memory."""
    return int(_number("CONTRASTIVE_LAB_CACHE_MB", 64) * 1e6)


def niceness() -> int:
    """CONTRASTIVE_LAB_NICE: how far training stands back behind the pages, 0 to 19; not on Windows."""
    return min(19, max(0, int(_number("CONTRASTIVE_LAB_NICE", 5))))


def dask_scheduler() -> str | None:
    """CONTRASTIVE_LAB_DASK: the address of a Dask scheduler, whose workers then train instead of processes
    of this server; they need the project on their path and the same runs folder."""
    return os.environ.get("CONTRASTIVE_LAB_DASK") or None


def _number(name: str, default: float) -> float:
    text = os.environ.get(name)
    try:
        return default if text is None else float(text)
    except ValueError:
        raise SystemExit(f"The environment variable {name} should be a number, not {text!r}.") from None
