"""The files in a run's folder: written atomically, and verified by checksum when read."""

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

from core.runs.records import FORM, OUTDATED, RunDamaged, State, Status


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

    def write_arrays(self, name: str, arrays: dict[str, npt.NDArray[Any]]) -> str:
        """Write a safetensors file; returns its SHA-256."""
        return self._write(name, save(arrays))

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _write(self, name: str, content: bytes) -> str:
        """Write a file atomically; returns its SHA-256."""
        part = self._path(f"{name}.{os.getpid()}.part")
        try:
            part.write_bytes(content)
        except OSError:
            part.unlink(missing_ok=True)  # the rest would only fill the disk
            raise
        _replace(part, self._path(name))
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

    def _checked(self, name: str) -> dict[str, npt.NDArray[Any]]:
        self._check(name)
        return self._arrays(name)

    def _arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        try:
            return load_file(self._path(name))
        except (OSError, SafetensorError) as error:
            raise RunDamaged(f"The run's {name} cannot be read ({error}).") from error


def _replace(part: Path, path: Path) -> None:
    """os.replace with retries: on Windows it fails while a reader has the old file open."""
    for _ in range(50):
        with contextlib.suppress(PermissionError):
            os.replace(part, path)
            return
        time.sleep(0.02)
    os.replace(part, path)
