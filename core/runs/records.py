"""The contents of a run's folder as dataclasses: status, progress, snapshots, sample; and the errors."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

State = Literal["missing", "queued", "training", "measuring", "done", "failed", "cancelled"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})
# The format version of a finished run's files. Raise it when their format changes: older runs are trained
# again.
FORM = 2
OUTDATED = "This run was finished by an older version of the app. Press Train to train it again."


# The folders of an absolute path; the name at its end is left.
_FOLDERS = re.compile(r"(?<!\w)(?:[A-Za-z]:)?[/\\](?=\S)(?:[^/\\'\"\n]+[/\\])+")


def why(error: Exception) -> str:
    """What an error says, without this server's paths, which visitors should not learn; names of files stay."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return _FOLDERS.sub("", str(error))


class RunDamaged(Exception):
    """A file of a run is missing or corrupt; the run must be trained again."""


class RunsFolderUnusable(Exception):
    """No runs can be stored; the message says where and why."""

    @classmethod
    def at(cls, folder: Path, error: OSError) -> "RunsFolderUnusable":
        """The exception for a `folder` that raised `error`."""
        return cls(
            f"The run cannot be stored: {folder.name} is not a folder that can be written ({why(error)}). "
            "Ask whoever runs this server to free it, or to choose another one. "
            "Your settings and finished runs are not lost."
        )


@dataclass(frozen=True)
class Status:
    """The status of a run. message: for the learner. seconds: the training time of a done run. step: that
    of its weights. files: the
    SHA-256 of each result file. form: the FORM of the files."""

    state: State
    message: str = ""
    updated: float = 0.0
    seconds: float = 0.0
    step: int = 0
    stopped_early: bool = False
    files: dict[str, str] = field(default_factory=dict)
    form: int = FORM

    @property
    def ended(self) -> bool:
        """Whether the run is done, failed or cancelled."""
        return self.state in ENDED

    @property
    def outdated(self) -> bool:
        """Whether it only counts as failed because an older version of the app finished it."""
        return self.message == OUTDATED


@dataclass(frozen=True)
class Progress:
    """One line of progress.jsonl: mean loss and terms between the last report and `step` of `steps`.

    validation_loss, active (the share of pairs or triplets with a gradient): None if not measured. left: about
    how many seconds the training still takes; None before enough steps are timed.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    terms: dict[str, float]
    seconds: float
    validation_loss: float | None = None
    active: float | None = None
    left: float | None = None


@dataclass(frozen=True)
class Snapshot:
    """The sample's embeddings [s, d] after `step` training steps."""

    step: int
    embeddings: npt.NDArray[np.float32]


HELD_OUT = 1000  # the first images of a sample of training images are held out for the validation loss


@dataclass(frozen=True)
class Sample:
    """The images of the live picture; the first of them are used for the validation loss.

    split: "train" or "test". indices: [s] into that split, restricted to the run's classes; labels: [s].
    """

    split: str
    indices: npt.NDArray[np.int64]
    labels: npt.NDArray[np.uint8]

    @property
    def validating(self) -> int:
        """How many of the first ones are never trained on."""
        return len(self.indices) if self.split == "test" else HELD_OUT
