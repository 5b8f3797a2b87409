"""Reads and writes the folder of a run; core/runs/__init__.py lists its files."""

import contextlib
import json
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from core.config import RunConfig
from core.embedding import Embedding
from core.figures.evaluation import Evaluation
from core.runs.byte_cache import kept_by_size
from core.runs.records import (
    Progress,
    RunDamaged,
    RunsFolderUnusable,
    Sample,
    Snapshot,
    State,
    why,
)
from core.runs.worker_files import LEARNED, RESULT_FILES, WorkerFiles

# Two threads that probe the lock at the same time would each take the other for a writer.
_one_probe_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Run(WorkerFiles):
    """The run in `folder`, read again at each call."""

    @property
    def key(self) -> str:
        """The config's key, which is the folder's name."""
        return self.folder.name

    def config(self) -> RunConfig:
        """The run's config. Raises RunDamaged if it cannot be read."""
        try:
            return RunConfig.from_dict(json.loads(self._path("config.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise RunDamaged(f"The run's config.json cannot be read ({why(error)}).") from error

    def progress(self) -> list[Progress]:
        """All reports so far, in order, without a line that is still being written."""
        path = self._path("progress.jsonl")
        try:
            if self.status().ended:  # every session with the run needs the same reports: cached
                written = path.stat()
                return list(_reports_of_ended(path, written.st_mtime_ns, written.st_size))
            return _reports(path)
        except OSError:
            return []

    def snapshot(self, step: int) -> Snapshot:
        """The snapshot at `step`. Raises RunDamaged if it cannot be read."""
        self._check_if_listed(f"frames/{step:06d}.npy")
        try:
            embeddings = np.load(self._path("frames") / f"{step:06d}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise RunDamaged(f"The snapshot of step {step} cannot be read ({why(error)}).") from error
        return Snapshot(step, embeddings)

    def snapshots(self, steps: Iterable[int] | None = None) -> list[Snapshot]:
        """Those that can be read of the snapshots at `steps`, by default of all so far, in order: a
        run drops those after its best step, and all when it restarts."""
        found = []
        for step in self.snapshot_steps() if steps is None else steps:
            with contextlib.suppress(RunDamaged):  # gone since it was listed
                found.append(self.snapshot(step))
        return found

    def weights_at(self, step: int) -> dict[str, npt.NDArray[np.float32]]:
        """The encoder's weights by name at the snapshot of `step`. Raises RunDamaged if unreadable."""
        name = f"weights/{step:06d}.safetensors"
        self._check_if_listed(name)
        return self._arrays(name)

    def sample(self) -> Sample:
        """The images that the snapshots show. Raises RunDamaged if they cannot be read."""
        self._check_if_listed("sample.safetensors")
        arrays = self._arrays("sample.safetensors")
        split = "test" if arrays["in_test"][0] else "train"
        return Sample(split, arrays["indices"], arrays["labels"])

    def embedding(self) -> Embedding:
        """The result's arrays, verified. Raises RunDamaged."""
        return Embedding(**self._checked("embedding.safetensors"))

    def contours(self) -> dict[str, npt.NDArray[Any]]:
        """The columns of the density contours, verified. Raises RunDamaged."""
        return self._checked("contours.safetensors")

    def weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """The trained encoder's weights by name, verified. Raises RunDamaged."""
        return self._checked("weights.safetensors")

    def learned(self) -> dict[str, npt.NDArray[np.float32]]:
        """The loss's own learned parameters by name, verified; empty for most losses. Raises RunDamaged."""
        return self._checked(LEARNED) if LEARNED in self.status().files else {}

    def evaluation(self) -> Evaluation:
        """The result's figures, verified. Raises RunDamaged."""
        self._check("figures.json")
        return Evaluation.from_json(self._path("figures.json").read_text("utf-8"))

    def check(self) -> None:
        """Verify the checksum of every file. Raises RunDamaged."""
        for name in {*RESULT_FILES, *self.status().files}:
            self._check(name)

    def is_whole(self) -> bool:
        """Whether it is finished and all its files pass verification."""
        if self.status().state != "done":
            return False
        try:
            self.check()
        except RunDamaged:
            return False
        return True

    def never_began(self) -> bool:
        """Whether it was stopped before its training began."""
        return not self._path("sample.safetensors").exists() and self.status().state == "cancelled"

    def has_writer(self) -> bool:
        """Whether a process is writing it now."""
        try:
            if not self._path("lock").exists():
                return False
            with _one_probe_at_a_time, FileLock(self._path("lock"), timeout=0):
                return False
        except Timeout:
            return True
        except OSError:
            return False

    def cancel_requested(self) -> bool:
        """Whether the worker has been asked to stop."""
        return self._path("cancel").exists()

    def why_cancelled(self) -> str:
        """Why the worker has been asked to stop, as a sentence; "" if a visitor pressed Stop."""
        try:
            return self._path("cancel").read_text("utf-8")
        except OSError:
            return ""

    def writer(self) -> str:
        """The id of the server whose worker wrote here last; "" if unknown."""
        try:
            return self._path("writer").read_text("utf-8")
        except OSError:
            return ""

    # ---- only for the engine and the worker

    def lock(self) -> FileLock:
        """The lock that the worker holds while it writes."""
        return FileLock(self._path("lock"))

    def end(self, state: State, message: str, server: str) -> None:
        """Write the final status on behalf of a worker that cannot. Does nothing if the run has ended, or if
        a worker of another server than `server` is writing it. Raises OSError."""
        try:
            with FileLock(self._path("lock"), timeout=1):
                if not self.status().ended:
                    self.set_state(state, message)
        except Timeout:
            if self.writer() == server:  # our own worker hangs and cannot be killed
                self.set_state(state, message)

    def request_cancel(self, why: str = "") -> None:
        """Ask the worker to stop; it checks before every step."""
        with contextlib.suppress(OSError):
            self._write("cancel", why.encode())  # atomically, since the worker reports the reason

    def withdraw_cancel(self) -> None:
        """Undo `request_cancel`; no effect if the worker has already stopped."""
        with contextlib.suppress(OSError):
            self._path("cancel").unlink()

    def begin(self, config: RunConfig, *, unless_whole: bool = False) -> None:
        """Empty the run's folder and queue it, unless a process is writing there. Raises RunsFolderUnusable.

        unless_whole: also leave it alone if it is finished and whole, since another server may just have
        finished it. A damaged run whose replay is being made is queued nevertheless: that ends the replay,
        and then the run can be started again.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                # with a short wait: another server may be probing it
                with _one_probe_at_a_time, FileLock(self._path("lock"), timeout=0.2, poll_interval=0.02):
                    if not (unless_whole and self.is_whole()):
                        self.reset(config)
            except Timeout:
                if unless_whole and self.status().state == "done" and not self.is_whole():
                    self.set_state("queued")
        except OSError as error:
            raise RunsFolderUnusable.at(self.folder.parent, error) from error

    def reset(self, config: RunConfig) -> None:
        """Empty the folder, write the config, queue the run; the caller holds the lock. Raises
        RunsFolderUnusable."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for path in self.folder.iterdir():
                if path.name not in ("lock", "status.json"):  # without a status the run would be missing
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            self._path("frames").mkdir()
            self._path("weights").mkdir()
            self._write("config.json", json.dumps(config.as_dict(), indent=1).encode())
            self.set_state("queued")
        except OSError as error:
            raise RunsFolderUnusable.at(self.folder.parent, error) from error


def _reports(path: Path) -> list[Progress]:
    reports = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError, TypeError):
            reports.append(Progress(**json.loads(line)))
    return reports


@kept_by_size(lambda reports: 1000 * len(reports))
def _reports_of_ended(path: Path, written: int, size: int) -> list[Progress]:
    return _reports(path)
