"""Makes a run that comes with the app: a finished one with the replay of its training images, small enough.

And smaller ones, to be looked at when they are done, whose way there and whose weights stay behind.
"""

import shutil
import tempfile
from pathlib import Path

from core.pictures.replay import Replay
from core.runs import Run

# The snapshots' frames and weights stay behind: the replay shows what they were for.
LEFT_BEHIND = ("frames", "weights", "replay", "lock")


def ship(run: Run, shipped: Path) -> Run:
    """Copy a finished run into the folder `shipped`, in place of what was there; returns the copy.

    Raises RunDamaged where its replay is not there, and OSError.
    """
    with tempfile.TemporaryDirectory(dir=shipped) as temporary:
        copy = Path(temporary) / run.key
        shutil.copytree(run.folder, copy, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        (copy / "replay").mkdir()
        Replay(run).archive(copy / "replay")
        shutil.rmtree(shipped / run.key, ignore_errors=True)
        shutil.copytree(copy, shipped / run.key)
    return Run(shipped / run.key)


# All that the figures and the points of a finished run need.
KEPT_OF_A_SMALL_RUN = ("config.json", "status.json", "embedding.safetensors", "figures.json")


def ship_small(run: Run, target: Run) -> Run:
    """Copy the embedding and the figures of a finished run into the folder of `target`, in place of what
    was there; returns it. Without weights, snapshots and replay it is some hundred kilobytes.

    Raises OSError.
    """
    shutil.rmtree(target.folder, ignore_errors=True)
    target.folder.mkdir(parents=True)
    for name in KEPT_OF_A_SMALL_RUN:
        shutil.copy(run.folder / name, target.folder / name)
    return target
