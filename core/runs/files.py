"""The files in a run's folder: written atomically, and verified by checksum when read.

A power cut may leave a file empty or full of zeros although it was closed and renamed. So what counts (a finished
run, a step of a replay) counts only after `sync` has put its files on the disk, and every one of them has a checksum.
"""

import contextlib
import hashlib
import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.runs.records import FORM, OUTDATED, RunDamaged, State, Status, why


@dataclass(frozen=True)
class RunFiles:
    """The files in `folder`, read again at each call."""

    folder: Path

    def status(self) -> Status:
        """The run's status; state "missing" if there is none that can be read, "failed" if an older version
        of the app finished it."""
        try:
            status = Status(**{"form": 1, **json.loads(self._path("status.json").read_text("utf-8"))})
        except (OSError, ValueError, TypeError):
            return Status("missing")
        if status.state not in get_args(State):
            return Status("missing")
        if status.state == "done" and status.form != FORM:
            return replace(status, state="failed", message=OUTDATED)
        return status

    def snapshot_steps(self) -> list[int]:
        """The steps with a snapshot, in order."""
        return sorted(int(path.stem) for path in self._path("frames").glob("*.npy"))

    def write_arrays(self, name: str, arrays: dict[str, npt.NDArray[Any]]) -> str:
        """Write a safetensors file; returns its SHA-256."""
        return self._write(name, save(arrays))

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _write(self, name: str, content: bytes) -> str:
        """Write a file atomically; returns its SHA-256."""
        write_whole(self._path(name), content)
        return hashlib.sha256(content).hexdigest()

    def _check(self, name: str) -> None:
        status = self.status()
        if status.form != FORM:
            raise RunDamaged(OUTDATED)
        try:
            actual = hashlib.sha256(self._path(name).read_bytes()).hexdigest()
        except OSError as error:
            raise RunDamaged(f"The run's {name} is missing ({error.strerror}).") from error
        if actual != status.files.get(name):
            raise RunDamaged(f"The run's {name} is not what was written: the file is damaged.")

    def _check_if_listed(self, name: str) -> None:
        """A run that is not finished has no checksums yet; one that an earlier version of the app finished, or that
        comes with the app, has them for its results only."""
        if name in self.status().files:
            self._check(name)

    def _checked(self, name: str) -> dict[str, npt.NDArray[Any]]:
        self._check(name)
        return self._arrays(name)

    def _arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        try:
            return load_file(self._path(name))
        except (OSError, SafetensorError) as error:
            raise RunDamaged(f"The run's {name} cannot be read ({why(error)}).") from error


def write_whole(path: Path, content: bytes, *, synced: bool = False) -> None:
    """Write a file atomically: a reader finds the old file or the new one. Raises OSError and leaves nothing behind.

    synced: return only when it would survive a power cut.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        if synced:
            sync(part)
        _replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)  # the rest would only fill the disk
        raise
    if synced:
        sync(path.parent)


def sync(path: Path) -> None:
    """Return when the file's content, or the folder's list of names, is on the disk. Raises OSError."""
    folder = path.is_dir()
    if folder and os.name != "posix":
        return  # only POSIX systems open folders
    descriptor = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(part: Path, path: Path) -> None:
    """os.replace with retries: on Windows it fails while a reader has the old file open."""
    for _ in range(50):
        with contextlib.suppress(PermissionError):
            os.replace(part, path)
            return
        time.sleep(0.02)
    os.replace(part, path)
