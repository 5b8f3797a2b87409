"""The host's settings: environment variables, read at each call."""

import contextlib
import os
import re
from pathlib import Path

import loky
import psutil

PROJECT = Path(__file__).resolve().parent.parent


def runs_folder() -> Path:
    """CONTRASTIVE_LAB_RUNS: where runs are stored; by default `runs` in the project."""
    return Path(os.environ.get("CONTRASTIVE_LAB_RUNS", PROJECT / "runs"))


def shipped_runs_folder() -> Path:
    """The finished runs shipped with the project; read-only."""
    return PROJECT / "assets" / "runs"


def shipped_disagreements_folder() -> Path:
    """The small shipped runs whose figures disagree; they cannot be picked, since they lack some files."""
    return PROJECT / "assets" / "disagreements"


def downloads_folder() -> Path:
    """CONTRASTIVE_LAB_DOWNLOADS: where downloaded data sets are stored; by default `downloads`."""
    return Path(os.environ.get("CONTRASTIVE_LAB_DOWNLOADS", PROJECT / "downloads"))


def mirror() -> str | None:
    """CONTRASTIVE_LAB_MIRROR: download data sets from `<mirror>/<FashionMNIST or KMNIST>/` instead."""
    return os.environ.get("CONTRASTIVE_LAB_MIRROR")


def workers() -> int:
    """CONTRASTIVE_LAB_WORKERS: how many runs train at once; by default one per core."""
    return workers_or(loky.cpu_count())  # respects a container's limit


def workers_or(default: int) -> int:
    """CONTRASTIVE_LAB_WORKERS if set, else `default`."""
    return max(1, int(_number("CONTRASTIVE_LAB_WORKERS", default)))


def run_bytes(workers: int) -> float:
    """CONTRASTIVE_LAB_RUN_MB: megabytes that a run may take beyond an idle worker; one that can need more is
    refused. By default an equal share of the machine's memory, or of the container's, without the server and its
    idle `workers`; never so little that a preset would not fit."""
    if "CONTRASTIVE_LAB_RUN_MB" in os.environ:
        return _number("CONTRASTIVE_LAB_RUN_MB", 0) * 1e6
    return max(PRESETS_FIT, (_memory() - SERVER) / workers - IDLE_WORKER)


SERVER, IDLE_WORKER, PRESETS_FIT = 500e6, 600e6, 350e6


def _memory() -> float:
    total = float(psutil.virtual_memory().total)
    with contextlib.suppress(OSError, ValueError):  # a container's limit, on Linux; "max": none
        total = min(total, float(Path("/sys/fs/cgroup/memory.max").read_text("ascii")))
    return total


def idle_seconds() -> float:
    """CONTRASTIVE_LAB_IDLE: seconds without work after which a worker process exits."""
    return _number("CONTRASTIVE_LAB_IDLE", 300)


def deadline_seconds() -> float:
    """CONTRASTIVE_LAB_DEADLINE: seconds after which a run is killed and reported as failed."""
    return _number("CONTRASTIVE_LAB_DEADLINE", 900)


def grace_seconds() -> float:
    """CONTRASTIVE_LAB_GRACE: seconds of silence after which a session counts as gone; a run that no other
    session waits for is then cancelled. More than 60, since browsers run the timers of a hidden page once a
    minute."""
    return _number("CONTRASTIVE_LAB_GRACE", 90)


def most_waiting() -> int:
    """CONTRASTIVE_LAB_QUEUE: how many runs may be queued; further ones are refused with a message."""
    return max(1, int(_number("CONTRASTIVE_LAB_QUEUE", 100)))


def most_pages() -> int:
    """CONTRASTIVE_LAB_PAGES: how many pages may be open at once; further visitors get a sentence."""
    return max(1, int(_number("CONTRASTIVE_LAB_PAGES", 250)))


def disk_bytes() -> int:
    """CONTRASTIVE_LAB_DISK_MB: megabytes that runs may take; beyond, the least recently used are removed."""
    return int(_number("CONTRASTIVE_LAB_DISK_MB", 2000) * 1e6)


def cache_bytes() -> int:
    """CONTRASTIVE_LAB_CACHE_MB: megabytes of pictures that the server caches in memory."""
    return int(_number("CONTRASTIVE_LAB_CACHE_MB", 64) * 1e6)


def niceness() -> int:
    """CONTRASTIVE_LAB_NICE: the niceness of training, 0 to 19, so that the pages come first; not on
    Windows."""
    return min(19, max(0, int(_number("CONTRASTIVE_LAB_NICE", 5))))


def dask_scheduler() -> str | None:
    """CONTRASTIVE_LAB_DASK: the address of a Dask scheduler whose workers train instead of this server's
    processes; they need the project on their path and the same runs folder."""
    return os.environ.get("CONTRASTIVE_LAB_DASK") or None


def frame_ancestors() -> str:
    """CONTRASTIVE_LAB_FRAME_ANCESTORS: the sites whose pages may show the app in a frame, as in the header
    Content-Security-Policy; by default only the app's own."""
    sites = os.environ.get("CONTRASTIVE_LAB_FRAME_ANCESTORS", "").split()
    if wrong := [site for site in sites if not re.fullmatch(r"https?://[\w.*:-]+", site)]:
        raise SystemExit(
            f"The environment variable CONTRASTIVE_LAB_FRAME_ANCESTORS should be sites like "
            f"https://course.example, separated by spaces; {wrong[0]!r} is none."
        )
    return " ".join(["'self'", *sites])


def _number(name: str, default: float) -> float:
    text = os.environ.get(name)
    try:
        return default if text is None else float(text)
    except ValueError:
        raise SystemExit(f"The environment variable {name} should be a number, not {text!r}.") from None
