"""The runs folder, bounded in bytes as the disk counts them: the least recently used run is removed first. A run that
ended before it began, stopped while it was queued, is removed soon.

A run that is being written, or that a session of any server waits for or has open, is never removed. A run
was last used at the modification time of its file `used`.
"""

import contextlib
import logging
import os
import re
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core import environment
from core.runs import Run

log = logging.getLogger(__name__)

BEING_REMOVED = ".going-"  # prefix: renaming hides a folder from every reader in one step


@dataclass(frozen=True)
class Stored:
    """A run's folder: its size in bytes, and when it was last used."""

    run: Run
    size: int
    used: float


class Storage:
    """Keeps the runs folder below `most_bytes`.

    in_use: whether the run of a key must not be removed. wall: the time of day, which may be set back.
    """

    def __init__(self, most_bytes: int, in_use: Callable[[str], bool], wall: Callable[[], float]) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0  # at the last `tidy`
        self.runs = 0
        self.removed = 0  # since the start
        self._in_use = in_use
        self._wall = wall
        self._latest = 0.0  # the newest time stamp so far
        self._one_at_a_time = threading.Lock()
        self._being_removed: set[str] = set()

    def use(self, run: Run) -> None:
        """Record that the run is used now."""
        marker, stamp = run.folder / "used", self._stamp()
        with contextlib.suppress(OSError):
            if not marker.exists():
                marker.touch()
            os.utime(marker, (stamp, stamp))

    def full(self) -> bool:
        """Whether the folder is at its bound even though `tidy` has removed all it could."""
        return self.bytes >= self.most_bytes

    def tidy(self) -> list[str]:
        """Measure the folder, remove what never began, and then runs until it is below its bound; returns the keys of
        the latter."""
        stored = [each for each in self._stored() if not (each.run.never_began() and self._remove(each.run))]
        stored.sort(key=lambda each: each.used)
        self.bytes, self.runs = sum(each.size for each in stored), len(stored)
        gone = []
        for each in stored:
            if self.bytes < self.most_bytes:
                break
            if self._remove(each.run):
                log.info("run %s was removed to make room: %d bytes", each.run.key, each.size)
                gone.append(each.run.key)
                self.bytes -= each.size
                self.runs -= 1
        self.removed += len(gone)
        return gone

    def _stamp(self) -> float:
        """The time, but later than every earlier stamp: setting the clock back doesn't change the order."""
        with self._one_at_a_time:
            self._latest = max(self._wall(), self._latest + 0.01)
            return self._latest

    def _stored(self) -> Iterator[Stored]:
        folder = environment.runs_folder()
        with contextlib.suppress(OSError):
            for path in list(folder.iterdir()):
                if path.name.startswith(BEING_REMOVED):
                    self._finish_removing(path)
                elif re.fullmatch("[0-9a-f]{64}", path.name):
                    used = _time_of(path / "used") or _time_of(path / "status.json")
                    with self._one_at_a_time:
                        self._latest = max(self._latest, used)
                    yield Stored(Run(path), _size_of(path), used)

    def _finish_removing(self, path: Path) -> None:
        """If it is still there the second time, the server that was removing it has died."""
        if path.name in self._being_removed:
            shutil.rmtree(path, ignore_errors=True)
        self._being_removed.add(path.name)

    def _remove(self, run: Run) -> bool:
        if self._in_use(run.key) or run.has_writer():
            return False
        aside = run.folder.with_name(f"{BEING_REMOVED}{run.key[:16]}-{uuid.uuid4().hex}")
        try:
            os.replace(run.folder, aside)
        except OSError:
            return False
        # a session announces a run before it reads it: one that opened it at this moment gets it back
        if self._in_use(run.key) and not run.folder.exists():
            with contextlib.suppress(OSError):
                os.replace(aside, run.folder)
                return False
        shutil.rmtree(aside, ignore_errors=True)
        return True


def _size_of(folder: Path) -> int:
    """The space that the folder takes on the disk, in bytes: whole blocks, with those of its own list of names."""
    total = 0
    with contextlib.suppress(OSError):
        total = _space(folder.stat())
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                total += _size_of(Path(entry.path))
            else:
                with contextlib.suppress(OSError):
                    total += _space(entry.stat(follow_symlinks=False))
    return total


def _space(state: os.stat_result) -> int:
    if hasattr(state, "st_blocks"):
        return state.st_blocks * 512  # POSIX counts blocks of 512 bytes, whatever the disk's own
    return -(-state.st_size // 4096) * 4096


def _time_of(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
