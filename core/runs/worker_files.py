"""What a worker writes into a run's folder: its state, its reports, its snapshots, its results."""

import hashlib
import io
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from core.figures.evaluation import Evaluation
from core.runs.files import RunFiles, sync, write_whole
from core.runs.records import Progress, Snapshot, State, Status

LEARNED = "learned.safetensors"
RESULT_FILES = (
    "embedding.safetensors",
    "contours.safetensors",
    "figures.json",
    "weights.safetensors",
)


@dataclass(frozen=True)
class WorkerFiles(RunFiles):
    """The files in `folder` that its worker writes."""

    def write_status(self, status: Status) -> None:
        """Replace the status atomically."""
        self._write("status.json", json.dumps(asdict(status)).encode())

    def set_state(self, state: State, message: str = "") -> None:
        """Write a status with only this state and message. Raises OSError."""
        status = Status(state, message, updated=time.time())
        try:
            self.write_status(status)
        except OSError:
            if not self._path("status.json").exists():
                raise
            # on a full disk there is still the former status's space
            with self._path("status.json").open("r+b") as file:
                file.write(json.dumps(asdict(status)).encode())
                file.truncate()

    def set_writer(self, server: str) -> None:
        """Record which server's worker holds the lock."""
        self._write("writer", server.encode())

    def append_progress(self, progress: Progress) -> None:
        """Append a line to progress.jsonl."""
        with self._path("progress.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(progress)) + "\n")

    def write_snapshot(self, snapshot: Snapshot, weights: dict[str, npt.NDArray[Any]]) -> None:
        """Write the sample's embeddings and the encoder's weights at one step; the frame comes last."""
        self._write(f"weights/{snapshot.step:06d}.safetensors", save(weights))
        buffer = io.BytesIO()
        np.save(buffer, snapshot.embeddings, allow_pickle=False)
        self._write(f"frames/{snapshot.step:06d}.npy", buffer.getvalue())

    def drop_snapshots_after(self, step: int) -> None:
        """Delete the snapshots after `step`, whose weights are kept."""
        for later in (other for other in self.snapshot_steps() if other > step):
            self._path(f"frames/{later:06d}.npy").unlink()
            self._path(f"weights/{later:06d}.safetensors").unlink(missing_ok=True)

    def write_evaluation(self, evaluation: Evaluation) -> None:
        """Write figures.json."""
        self._write("figures.json", evaluation.to_json().encode())

    def finish(self, status: Status) -> None:
        """Write the status of a finished run, with the checksum of each of its files, once all are on the disk."""
        files = {}
        for path in self._lasting():
            files[path.relative_to(self.folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
            sync(path)
        for folder in (self._path("frames"), self._path("weights"), self.folder, self.folder.parent):
            sync(folder)
        content = json.dumps(asdict(replace(status, files=files))).encode()
        write_whole(self._path("status.json"), content, synced=True)

    def _lasting(self) -> Iterator[Path]:
        """The files of a finished run, without its status, its replay and the marks for engine and worker."""
        for name in ("config.json", "progress.jsonl", "sample.safetensors", *RESULT_FILES, LEARNED):
            if self._path(name).exists():
                yield self._path(name)
        yield from sorted(self._path("frames").glob("*.npy"))
        yield from sorted(self._path("weights").glob("*.safetensors"))
