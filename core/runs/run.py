"""The folder of a run, read and written; what lies in it says core/runs/__init__.py."""

import contextlib
import io
import json
import shutil
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout
from safetensors.numpy import save

from core.config import RunConfig
from core.embedding import Embedding
from core.figures.evaluation import Evaluation
from core.runs.byte_cache import kept_by_size
from core.runs.contents import (
    Progress,
    RunDamaged,
    RunsFolderUnusable,
    Sample,
    Snapshot,
    State,
    Status,
)
from core.runs.files import RunFiles

LEARNED = "learned.safetensors"
RESULT_FILES = (
    "embedding.safetensors",
    "contours.safetensors",
    "figures.json",
    "weights.safetensors",
)

# Two threads that try the lock at one moment would each take the other for a writer.
_one_probe_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Run(RunFiles):
    """The run in `folder`, read afresh at each call."""

    @property
    def key(self) -> str:
        """The config's key, which is the folder's name."""
        return self.folder.name

    def config(self) -> RunConfig:
        """What was trained. Raises RunDamaged where it cannot be read."""
        try:
            return RunConfig.from_dict(json.loads(self._path("config.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise RunDamaged(f"The run's config.json cannot be read ({error}).") from error

    def progress(self) -> list[Progress]:
        """All reports so far, first to last. A line still being written is left out."""
        path = self._path("progress.jsonl")
        try:
            if self.status().ended:  # everybody who looks at the run asks for the same
                written = path.stat()
                return list(_reports_of_ended(path, written.st_mtime_ns, written.st_size))
            return _reports(path)
        except OSError:
            return []

    def snapshot_steps(self) -> list[int]:
        """The steps of which there is a snapshot, in order."""
        return sorted(int(path.stem) for path in self._path("frames").glob("*.npy"))

    def snapshot(self, step: int) -> Snapshot:
        """The snapshot at `step`. Raises RunDamaged where it cannot be read."""
        try:
            embeddings = np.load(self._path("frames") / f"{step:06d}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise RunDamaged(f"The snapshot of step {step} cannot be read ({error}).") from error
        return Snapshot(step, embeddings)

    def weights_at(self, step: int) -> dict[str, npt.NDArray[np.float32]]:
        """The encoder's weights by name at the snapshot of `step`. Raises RunDamaged where they cannot be read."""
        return self._arrays(f"weights/{step:06d}.safetensors")

    def sample(self) -> Sample:
        """The images that the snapshots show. Raises RunDamaged where that cannot be read."""
        arrays = self._arrays("sample.safetensors")
        split = "test" if arrays["in_test"][0] else "train"
        return Sample(split, arrays["indices"], arrays["labels"])

    def embedding(self) -> Embedding:
        """The result's arrays, checked. Raises RunDamaged."""
        return Embedding(**self._checked("embedding.safetensors"))

    def contours(self) -> dict[str, npt.NDArray[Any]]:
        """The density contours' columns, checked. Raises RunDamaged."""
        return self._checked("contours.safetensors")

    def weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """The trained encoder's weights by name, checked. Raises RunDamaged."""
        return self._checked("weights.safetensors")

    def learned(self) -> dict[str, npt.NDArray[np.float32]]:
        """What the loss has learned beside the encoder, by name, checked; mostly nothing. Raises RunDamaged."""
        return self._checked(LEARNED) if LEARNED in self.status().files else {}

    def evaluation(self) -> Evaluation:
        """The result's figures, checked. Raises RunDamaged."""
        self._check("figures.json")
        return Evaluation.from_json(self._path("figures.json").read_text("utf-8"))

    def check(self) -> None:
        """Compare every result file with its checksum. Raises RunDamaged."""
        for name in {*RESULT_FILES, *self.status().files}:
            self._check(name)

    def is_whole(self) -> bool:
        """Whether it is finished and its files are what was written."""
        if self.status().state != "done":
            return False
        try:
            self.check()
        except RunDamaged:
            return False
        return True

    def has_writer(self) -> bool:
        """Whether some process is at work on it now."""
        if not self._path("lock").exists():
            return False
        try:
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
        """Why the worker has been asked to stop, in a sentence; "" where somebody pressed Stop."""
        try:
            return self._path("cancel").read_text("utf-8")
        except OSError:
            return ""

    def writer(self) -> str:
        """The id of the server whose worker wrote here last; "" where none has said."""
        try:
            return self._path("writer").read_text("utf-8")
        except OSError:
            return ""

    # What only the engine and the worker call.

    def lock(self) -> FileLock:
        """Held by the worker from first to last."""
        return FileLock(self._path("lock"))

    def write_status(self, status: Status) -> None:
        """Replace the status in one step."""
        self._write("status.json", json.dumps(asdict(status)).encode())

    def set_state(self, state: State, message: str = "") -> None:
        """The status with a new state and nothing else."""
        self.write_status(Status(state, message, updated=time.time()))

    def end(self, state: State, message: str, server: str) -> None:
        """Write how the run ended, for its worker, which cannot; nothing where it has ended already, or
        where a worker of another server than `server` is at work on it. Raises OSError."""
        try:
            with FileLock(self._path("lock"), timeout=1):
                if not self.status().ended:
                    self.set_state(state, message)
        except Timeout:
            if self.writer() == server:  # a worker of our own that hangs and cannot be ended
                self.set_state(state, message)

    def set_writer(self, server: str) -> None:
        """Say whose worker holds the lock."""
        self._write("writer", server.encode())

    def request_cancel(self, why: str = "") -> None:
        """Ask the worker to stop; it looks before every step."""
        with contextlib.suppress(OSError):
            self._write("cancel", why.encode())  # whole from the start, since the worker repeats why

    def withdraw_cancel(self) -> None:
        """Take `request_cancel` back; without effect where the worker has obeyed already."""
        with contextlib.suppress(OSError):
            self._path("cancel").unlink()

    def begin(self, config: RunConfig, *, unless_whole: bool = False) -> None:
        """Queue the run, in a folder emptied of whatever it held; unless some process is writing
        there: then its work is left alone. Raises RunsFolderUnusable.

        unless_whole: leave it alone as well where it is finished and whole, as another server may just have left
        it. One that is damaged, and whose replay is being made, is queued all the same: that ends the replay, and
        it can be begun again.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                # not at once: another server may be looking whether it is held
                with _one_probe_at_a_time, FileLock(self._path("lock"), timeout=0.2, poll_interval=0.02):
                    if not (unless_whole and self.is_whole()):
                        self.reset(config)
            except Timeout:
                if unless_whole and self.status().state == "done" and not self.is_whole():
                    self.set_state("queued")
        except OSError as error:
            raise RunsFolderUnusable.at(self.folder.parent, error) from error

    def reset(self, config: RunConfig) -> None:
        """An empty folder with its config, queued. Only for who holds the lock. Raises
        RunsFolderUnusable."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for path in self.folder.iterdir():
                if path.name not in ("lock", "status.json"):  # without a status nobody would find the run
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            self._path("frames").mkdir()
            self._path("weights").mkdir()
            self._write("config.json", json.dumps(config.as_dict(), indent=1).encode())
            self.set_state("queued")
        except OSError as error:
            raise RunsFolderUnusable.at(self.folder.parent, error) from error

    def append_progress(self, progress: Progress) -> None:
        """One more line of progress.jsonl."""
        with self._path("progress.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(progress)) + "\n")

    def write_snapshot(self, snapshot: Snapshot, weights: dict[str, npt.NDArray[Any]]) -> None:
        """The sample's embeddings and the encoder's weights at one step; the frame comes last."""
        self._write(f"weights/{snapshot.step:06d}.safetensors", save(weights))
        buffer = io.BytesIO()
        np.save(buffer, snapshot.embeddings, allow_pickle=False)
        self._write(f"frames/{snapshot.step:06d}.npy", buffer.getvalue())

    def drop_snapshots_after(self, step: int) -> None:
        """Forget the snapshots after the step whose weights were kept."""
        for later in (other for other in self.snapshot_steps() if other > step):
            self._path(f"frames/{later:06d}.npy").unlink()
            self._path(f"weights/{later:06d}.safetensors").unlink(missing_ok=True)

    def write_evaluation(self, evaluation: Evaluation) -> str:
        """figures.json; returns its SHA-256."""
        return self._write("figures.json", evaluation.to_json().encode())


def _reports(path: Path) -> list[Progress]:
    reports = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError, TypeError):
            reports.append(Progress(**json.loads(line)))
    return reports


@kept_by_size(lambda reports: 1000 * len(reports))
def _reports_of_ended(path: Path, written: int, size: int) -> list[Progress]:
    return _reports(path)
