"""The replay of a finished run: all its images at every snapshot, computed on demand.

In the run's folder:

    replay/<split>-<step>.npy    coordinates [n, d] at one snapshot, float32, while the replay is computed
    replay/<split>.clfr          all of them, packed by `core.pictures.frames`
    replay/train.xz              the same, smaller and slightly coarser, in shipped runs
    replay/files.json            the checksums of the finished files; written last
    replay/pause                 if present, the worker should let a training go first
"""

import contextlib
import hashlib
import io
import json
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.pictures import replay_archive
from core.pictures.frames import NO_CLUSTER, pack, unpack
from core.runs import Run, RunDamaged, why
from core.runs.files import write_whole

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
        """Whether it is complete and whole: a damaged one counts as missing, and is made again."""
        return bool(self._checksums())

    def made(self) -> float:
        """When it was completed, in seconds since 1970; 0 if it is not."""
        try:
            return (self.folder / "files.json").stat().st_mtime
        except OSError:
            return 0.0

    def has(self, split: str) -> bool:
        """Whether it contains the split: in a shipped run, only the training images."""
        return f"{split}.clfr" in self._checksums() or f"{split}.xz" in self._checksums()

    def done(self) -> int:
        """How many snapshots are computed so far."""
        return len(list(self.folder.glob(f"{SPLITS[-1]}-*.npy")))

    def frames(self, split: str) -> bytes:
        """Every image of the split at every snapshot, packed by `core.pictures.frames`, checksum verified.

        Raises RunDamaged if a file is missing or damaged.
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

    # Called only by the engine and the worker.

    def request_pause(self) -> None:
        """Ask the worker to stop after the current snapshot; finished ones stay."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            (self.folder / "pause").touch()

    def withdraw_pause(self) -> None:
        """Withdraw the pause request."""
        with contextlib.suppress(OSError):
            (self.folder / "pause").unlink()

    def pause_requested(self) -> bool:
        """Whether a training waits for the worker."""
        return (self.folder / "pause").exists()

    def begin(self) -> None:
        """Create the folder. Raises OSError."""
        self.folder.mkdir(exist_ok=True)

    def has_step(self, step: int) -> bool:
        """Whether a snapshot is computed."""
        return all(self._step_file(split, step).exists() for split in SPLITS)

    def write_step(self, step: int, coordinates: dict[str, Points]) -> None:
        """Store the coordinates of one snapshot: split -> [n, d]."""
        for split in SPLITS:
            buffer = io.BytesIO()
            np.save(buffer, coordinates[split], allow_pickle=False)
            write_whole(self._step_file(split, step), buffer.getvalue(), synced=True)

    def finish(self, steps: list[int]) -> None:
        """Pack all steps and remove their files. Raises OSError, or RunDamaged if one is missing."""
        checksums = {}
        for split in SPLITS:
            try:
                snapshots = [np.load(self._step_file(split, step), allow_pickle=False) for step in steps]
            except (ValueError, EOFError) as error:
                self.give_up()
                raise RunDamaged(f"A snapshot of the replay cannot be read ({why(error)}).") from error
            content = self._packed(split, np.stack(snapshots), np.array(steps, dtype=np.uint32))
            write_whole(self.folder / f"{split}.clfr", content, synced=True)
            checksums[f"{split}.clfr"] = hashlib.sha256(content).hexdigest()
        write_whole(self.folder / "files.json", json.dumps(checksums, indent=1).encode(), synced=True)
        for file in self.folder.glob("*-*.npy"):
            file.unlink()

    def archive(self, folder: Path) -> None:
        """Write a copy of the training images' replay to `folder`, small enough to ship with the app."""
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

    def _step_file(self, split: str, step: int) -> Path:
        return self.folder / f"{split}-{step:06d}.npy"

    def give_up(self) -> None:
        """Remove all of it, so that the next attempt starts from the beginning."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _checksums(self) -> dict[str, str]:
        """The SHA-256 of each finished file; empty if one of them is missing or damaged."""
        try:
            files = json.loads((self.folder / "files.json").read_text("utf-8"))
            states = tuple((name, (self.folder / name).stat()) for name in files)
            stamps = tuple((name, state.st_size, state.st_mtime_ns) for name, state in states)
            return files if _are_whole(self.folder, stamps, tuple(files.values())) else {}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}


def as_bytes(clusters: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Cluster numbers for the canvas: those that do not fit a byte become NO_CLUSTER."""
    return np.where(clusters < NO_CLUSTER, clusters, NO_CLUSTER).astype(np.uint8)


@lru_cache(maxsize=64)  # every session with the run asks again and again
def _are_whole(folder: Path, stamps: tuple[tuple[str, int, int], ...], checksums: tuple[str, ...]) -> bool:
    """Whether the files have these checksums. stamps: the name, size and time of change of each."""
    return all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum
        for (name, _, _), checksum in zip(stamps, checksums, strict=True)
    )
