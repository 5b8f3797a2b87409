"""What can be drawn of a run: the bytes that the canvas fetches while it trains, and when it is done."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import Split, load_stored
from core.pictures.frames import pack
from core.pictures.reducing import PICTURE_DIMS, fitted_reduction, live_reduction, snapshots_of
from core.pictures.replay import Replay, as_bytes
from core.runs import Run
from core.runs.byte_cache import kept_by_size

IMAGES_A_PART = 1000


def of_sample(run: Run, after: int = -1) -> bytes | None:
    """The snapshots of the sample after a step, packed; None where there is no such snapshot.

    For more than three dimensions all of them, seen along the directions that the newest one fills
    best: its span, turned so that it differs as little as may be from the span before it.
    """
    snapshots = snapshots_of(run)
    if not snapshots or snapshots[-1].step <= after:
        return None
    if snapshots[0].embeddings.shape[1] <= PICTURE_DIMS:
        snapshots = [snapshot for snapshot in snapshots if snapshot.step > after]
        frames = np.stack([snapshot.embeddings for snapshot in snapshots])
    else:
        to_draw = live_reduction(snapshots)
        frames = np.stack([to_draw.apply(snapshot.embeddings) for snapshot in snapshots]).astype(np.float32)
    sample = run.sample()
    steps = np.array([snapshot.step for snapshot in snapshots], dtype=np.uint32)
    return pack(frames, sample.labels, steps, ids=sample.indices)


def of_split(run: Run, split: str, reduction: str = "") -> bytes:
    """Every image of a finished run's split ("train" or "test"), packed.

    With the replay, at every snapshot. Until that is ready, and in another reduction than the usual, at
    the last step only; before it the images of the sample, where they are of this split.
    reduction: a name in REDUCTIONS; "" for truncated SVD where three dimensions are not enough.
    Raises RunDamaged, and ValueError for a reduction that there is not.
    """
    replay = Replay(run)
    if not reduction and replay.has(split):
        return _replay(str(run.folder), replay.made(), split)
    return _still(str(run.folder), run.status().updated, split, reduction)


def number_of_parts(points: int) -> int:
    """Into how many parts the images of so many points are divided."""
    return max(1, -(-points // IMAGES_A_PART))


def images_part(run: Run, split: str, part: int) -> bytes:
    """The images of every k-th point of a picture, from number `part` on; k is the number of parts.

    So each part is spread over the whole picture. Little-endian: uint32 count; uint32 [count], the
    place of each in the whole data set; uint8 [count, 784], 0 for the background.
    split: "sample", "train" or "test". Raises ValueError for a part that there is not.
    """
    config = run.config()
    data = load_stored(config.dataset)
    sample = run.sample() if split == "sample" else None
    whole = data.test if (sample.split if sample else split) == "test" else data.train
    places = places_of_classes(whole, config.digits)
    if sample is not None:
        places = places[sample.indices]
    parts = number_of_parts(len(places))
    if not 0 <= part < parts:
        raise ValueError(f"There are {parts} parts of these images, so there is no part {part}.")
    chosen = places[part::parts]
    return (
        np.array([len(chosen)], dtype="<u4").tobytes()
        + chosen.astype("<u4").tobytes()
        + np.ascontiguousarray(whole.images[chosen]).tobytes()
    )


def places_of_classes(split: Split, digits: int) -> npt.NDArray[np.int64]:
    """Where in a whole split the images of its first classes lie, in their order."""
    return np.flatnonzero(split.labels < digits)


@kept_by_size(bytes.__len__)
def _replay(folder: str, made: float, split: str) -> bytes:
    return Replay(Run(Path(folder))).frames(split)


@kept_by_size(bytes.__len__)
def _still(folder: str, updated: float, split: str, reduction: str) -> bytes:
    run = Run(Path(folder))
    embedding = run.embedding()
    to_draw = fitted_reduction(run, reduction)
    last = to_draw.apply(embedding.points(split)).astype(np.float32)
    snapshots, sample = snapshots_of(run), run.sample()
    if sample.split != split or not snapshots:
        frames, steps = last[None], [run.status().step]
    else:
        frames = np.full((len(snapshots), *last.shape), np.nan, dtype=np.float32)
        for frame, snapshot in zip(frames, snapshots, strict=True):
            frame[sample.indices] = to_draw.apply(snapshot.embeddings)
        frames[-1] = last
        steps = [snapshot.step for snapshot in snapshots]
    steps_of_frames = np.array(steps, dtype=np.uint32)
    return pack(
        frames, embedding.labels(split), steps_of_frames, clusters=as_bytes(embedding.clusters(split))
    )
