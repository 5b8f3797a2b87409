"""Makes a run that comes with the app: a finished one with the replay of its training images, small enough."""

import shutil
import tempfile
from pathlib import Path

from core.replay import Replay
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
