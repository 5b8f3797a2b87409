"""What a run's folder holds, as values: how it stands, its reports, its pictures, its result; and what may be wrong."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

State = Literal["missing", "queued", "training", "measuring", "done", "failed", "cancelled"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})
# Of a finished run's files. Raised when they are read in another way than before; what is older is trained again.
FORM = 2
OUTDATED = "This run was finished by an older version of the app. Press Train to train it again."


class RunDamaged(Exception):
    """A file of a finished run is missing or not what was written; the run must be trained again."""


class RunsFolderUnusable(Exception):
    """No run can be written; the message says where and why."""

    @classmethod
    def at(cls, folder: Path, error: OSError) -> "RunsFolderUnusable":
        """For a `folder` that gave `error`."""
        return cls(
            f"The run cannot be stored: {folder} is not a folder that can be written ({error.strerror}). "
            "Ask whoever runs this server to free it, or to choose another one. "
            "Your settings and finished runs are not lost."
        )


@dataclass(frozen=True)
class Status:
    """How a run stands. `message` is for the learner; `seconds` is the training time of a done run;
    `files` the SHA-256 of each result file, `form` the FORM that they have."""

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
        """Nothing more will happen to it."""
        return self.state in ENDED

    @property
    def outdated(self) -> bool:
        """It was finished by an older version of the app, and its state is "failed" for that."""
        return self.message == OUTDATED


@dataclass(frozen=True)
class Progress:
    """How training stands after `step` of `steps`: mean loss and terms since the last report. One line of
    progress.jsonl.

    validation_loss: where it was measured. active: which share of the pairs or triplets looked at have a
    gradient; None: not measured.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    terms: dict[str, float]
    seconds: float
    validation_loss: float | None = None
    active: float | None = None


@dataclass(frozen=True)
class Snapshot:
    """The sample's embeddings [s, d] after `step` training steps."""

    step: int
    embeddings: npt.NDArray[np.float32]


HELD_OUT = 1000  # of a sample of training images the first so many measure the validation loss


@dataclass(frozen=True)
class Sample:
    """The images of the live picture; the first of them measure the validation loss.

    split: "train" or "test". indices: [s] into that split, limited to the classes that take part; labels: [s].
    """

    split: str
    indices: npt.NDArray[np.int64]
    labels: npt.NDArray[np.uint8]

    @property
    def validating(self) -> int:
        """How many of them, from the first, training never learns from."""
        return len(self.indices) if self.split == "test" else HELD_OUT
