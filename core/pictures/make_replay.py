"""Computes a replay: applies the weights of each snapshot to every image. Needs torch."""

import numpy as np
import torch

from core.data import load
from core.encoders.encoder import embed, with_weights
from core.pictures.picture_reduction import fitted_reduction
from core.pictures.replay import SPLITS, Replay
from core.runs import Run


def make_replay(run: Run) -> None:
    """Compute what is missing of the replay of a finished run. Returns early if a pause is requested, or if
    the run is no longer finished because it is being trained again.

    Raises RunDamaged if the run cannot be read, DataError if the images cannot, and OSError if the replay
    cannot be written.
    """
    replay = Replay(run)
    if replay.ready():
        return
    torch.set_num_threads(1)
    config = run.config()
    data = load(config.dataset)
    images = {
        "train": torch.from_numpy(data.train.first_classes(config.digits).images),
        "test": torch.from_numpy(data.test.first_classes(config.digits).images),
    }
    projection = fitted_reduction(run)  # fitted on the last snapshot, so that the frames do not rotate
    steps = run.snapshot_steps()
    replay.begin()
    for step in steps:
        if replay.pause_requested() or run.status().state != "done":
            return
        if replay.has_step(step):
            continue
        weights = {name: torch.from_numpy(array) for name, array in run.weights_at(step).items()}
        encoder = with_weights(config, weights)
        replay.write_step(
            step,
            {
                split: projection.apply(embed(encoder, images[split]).numpy()).astype(np.float32)
                for split in SPLITS
            },
        )
    replay.finish(steps)
