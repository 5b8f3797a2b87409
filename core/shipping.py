"""Makes the runs shipped with the app: finished ones with their replay, and smaller ones without their
weights, snapshots and replay."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from core.pictures.replay import Replay
from core.runs import Run

# The replay replaces the snapshots' frames and weights; it is archived separately.
OMITTED = ("frames", "weights", "replay", "lock")


def ship(run: Run, shipped: Path) -> Run:
    """Copy a finished run into the folder `shipped`, replacing a previous copy; returns the copy.

    Raises RunDamaged if it has no replay, and OSError.
    """
    with tempfile.TemporaryDirectory(dir=shipped) as temporary:
        copy = Path(temporary) / run.key
        shutil.copytree(run.folder, copy, ignore=shutil.ignore_patterns(*OMITTED))
        _list_what_is_there(Run(copy))
        (copy / "replay").mkdir()
        Replay(run).archive(copy / "replay")
        shutil.rmtree(shipped / run.key, ignore_errors=True)
        shutil.copytree(copy, shipped / run.key)
    return Run(shipped / run.key)


# The files needed for the figures and the points of a finished run.
KEPT_OF_A_SMALL_RUN = ("config.json", "status.json", "embedding.safetensors", "figures.json")


def ship_small(run: Run, target: Run) -> Run:
    """Copy the embedding and the figures of a finished run to `target`, replacing its folder; returns
    `target`. Without weights, snapshots and replay it takes a few hundred kilobytes.

    Raises OSError.
    """
    shutil.rmtree(target.folder, ignore_errors=True)
    target.folder.mkdir(parents=True)
    for name in KEPT_OF_A_SMALL_RUN:
        shutil.copy(run.folder / name, target.folder / name)
    _list_what_is_there(target)
    return target


def _list_what_is_there(copy: Run) -> None:
    status = copy.status()
    files = {name: checksum for name, checksum in status.files.items() if (copy.folder / name).exists()}
    copy.write_status(replace(status, files=files))
