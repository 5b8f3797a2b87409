"""The replay of a finished run: all its images at every snapshot, made when somebody wants to see it.

In the run's folder:

    replay/<split>-<step>.npy    coordinates [n, d] at one snapshot, float32, while the replay is under way
    replay/<split>.clfr          all of them, as `core.pictures.frames` packs them
    replay/train.xz              the same, smaller and a little coarser, in runs that come with the app
    replay/files.json            the checksums of the finished files; written last
    replay/pause                 its presence asks the worker to let a training go first
"""

import contextlib
import hashlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.pictures import replay_archive
from core.pictures.frames import NO_CLUSTER, pack, unpack
from core.runs import Run, RunDamaged

SPLITS = ("train", "test")
Points = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Replay:
    """The replay of `run`, read afresh at each call."""

    run: Run

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.run.folder / "replay"

    def ready(self) -> bool:
        """Whether it is complete."""
        return bool(self._checksums())

    def made(self) -> float:
        """When it was completed, in seconds since 1970; 0 where it is not."""
        try:
            return (self.folder / "files.json").stat().st_mtime
        except OSError:
            return 0.0

    def has(self, split: str) -> bool:
        """Whether the split is in it: in a run that comes with the app, only the training images are."""
        return f"{split}.clfr" in self._checksums() or f"{split}.xz" in self._checksums()

    def done(self) -> int:
        """How many snapshots are computed so far."""
        return len(list(self.folder.glob(f"{SPLITS[-1]}-*.npy")))

    def frames(self, split: str) -> bytes:
        """Every image of the split at every snapshot, as `core.pictures.frames` packs them, checked.

        Raises RunDamaged where a file is missing or not what was written.
        """
        name = f"{split}.xz" if f"{split}.xz" in self._checksums() else f"{split}.clfr"
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise RunDamaged(
                f"The run's replay of the {split} images is missing ({error.strerror})."
            ) from error
        if hashlib.sha256(content).hexdigest() != self._checksums().get(name):
            raise RunDamaged(f"The run's replay of the {split} images is damaged.")
        if name.endswith(".clfr"):
            return content
        embedding = self.run.embedding()
        return self._packed(split, *replay_archive.unpack(content, embedding.train, embedding.train_labels))

    # What only the engine and the worker call.

    def request_pause(self) -> None:
        """Ask the worker to stop after the snapshot at hand; what is computed stays."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            (self.folder / "pause").touch()

    def withdraw_pause(self) -> None:
        """Let it go on."""
        with contextlib.suppress(OSError):
            (self.folder / "pause").unlink()

    def pause_requested(self) -> bool:
        """Whether a training waits for the worker."""
        return (self.folder / "pause").exists()

    def begin(self) -> None:
        """Make room for the files. Raises OSError where that cannot be."""
        self.folder.mkdir(exist_ok=True)

    def has_step(self, step: int) -> bool:
        """Whether a snapshot is computed."""
        return all(self._part(split, step).exists() for split in SPLITS)

    def write_step(self, step: int, coordinates: dict[str, Points]) -> None:
        """Keep what one snapshot came to: split -> [n, d]."""
        for split in SPLITS:
            buffer = io.BytesIO()
            np.save(buffer, coordinates[split], allow_pickle=False)
            _write(self._part(split, step), buffer.getvalue())

    def finish(self, steps: list[int]) -> None:
        """Pack what the steps came to, and remove the pieces. Raises OSError, or RunDamaged where
        one is missing."""
        checksums = {}
        for split in SPLITS:
            try:
                parts = [np.load(self._part(split, step), allow_pickle=False) for step in steps]
            except (ValueError, EOFError) as error:
                shutil.rmtree(self.folder, ignore_errors=True)  # so that the next attempt begins anew
                raise RunDamaged(f"A part of the replay cannot be read ({error}).") from error
            content = self._packed(split, np.stack(parts), np.array(steps, dtype=np.uint32))
            _write(self.folder / f"{split}.clfr", content)
            checksums[f"{split}.clfr"] = hashlib.sha256(content).hexdigest()
        _write(self.folder / "files.json", json.dumps(checksums, indent=1).encode())
        for part in self.folder.glob("*-*.npy"):
            part.unlink()

    def archive(self, folder: Path) -> None:
        """Write a copy of the training images' replay to `folder`, small enough to come with the app."""
        frames = unpack(self.frames("train"))
        content = replay_archive.pack(
            frames.coordinates, self.run.embedding().train, frames.labels, frames.steps
        )
        (folder / "train.xz").write_bytes(content)
        checksums = {"train.xz": hashlib.sha256(content).hexdigest()}
        (folder / "files.json").write_text(json.dumps(checksums, indent=1), encoding="utf-8")

    def _packed(self, split: str, frames: Points, steps: npt.NDArray[np.uint32]) -> bytes:
        embedding = self.run.embedding()
        return pack(frames, embedding.labels(split), steps, clusters=as_bytes(embedding.clusters(split)))

    def _part(self, split: str, step: int) -> Path:
        return self.folder / f"{split}-{step:06d}.npy"

    def _checksums(self) -> dict[str, str]:
        try:
            files = json.loads((self.folder / "files.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return files if isinstance(files, dict) else {}


def as_bytes(clusters: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Cluster numbers as the canvas takes them: what a byte cannot hold is no cluster."""
    return np.where(clusters < NO_CLUSTER, clusters, NO_CLUSTER).astype(np.uint8)


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    os.replace(part, path)
