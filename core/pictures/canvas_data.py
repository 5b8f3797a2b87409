"""The frames of a run: the bytes that the canvas fetches during training and afterwards."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import Split, load_stored
from core.pictures.frames import pack
from core.pictures.picture_reduction import PICTURE_DIMS, fitted_reduction, live_reduction
from core.pictures.replay import Replay, as_bytes
from core.runs import Run
from core.runs.byte_cache import kept_by_size

IMAGES_PER_CHUNK = 1000


def of_sample(run: Run, after: int = -1) -> bytes | None:
    """The snapshots of the sample after a step, packed; None if there is no such snapshot.

    For more than three dimensions all of them, projected onto the principal directions of the newest one,
    rotated to differ as little as possible from the previous projection.
    """
    snapshots = run.snapshots()
    if not snapshots or snapshots[-1].step <= after:
        return None
    if snapshots[0].embeddings.shape[1] <= PICTURE_DIMS:
        snapshots = [snapshot for snapshot in snapshots if snapshot.step > after]
        frames = np.stack([snapshot.embeddings for snapshot in snapshots])
    else:
        projection = live_reduction(snapshots)
        frames = np.stack([projection.apply(snapshot.embeddings) for snapshot in snapshots]).astype(
            np.float32
        )
    sample = run.sample()
    steps = np.array([snapshot.step for snapshot in snapshots], dtype=np.uint32)
    return pack(frames, sample.labels, steps, ids=sample.indices)


def of_split(run: Run, split: str, reduction: str = "") -> bytes:
    """Every image of a finished run's split ("train" or "test"), packed.

    With the replay, at every snapshot. Until it is ready, and in a non-default reduction, at the last step
    only, preceded by the images of the sample if they are of this split.
    reduction: a name in REDUCTIONS; "" for truncated SVD if there are more than three dimensions.
    Raises RunDamaged, and ValueError for an unknown reduction.
    """
    replay = Replay(run)
    if not reduction and replay.has(split):
        return _replay(str(run.folder), replay.made(), split)
    return _still(str(run.folder), run.status().updated, split, reduction)


def number_of_chunks(points: int) -> int:
    """The number of chunks for the images of `points` points."""
    return max(1, -(-points // IMAGES_PER_CHUNK))


def images_chunk(run: Run, split: str, chunk: int) -> bytes:
    """The images of every k-th point of a picture, starting at index `chunk`; k is the number of chunks.

    So each chunk is spread over the whole picture. Little-endian: uint32 count; uint32 [count], the
    index of each in the whole data set; uint8 [count, 784], 0 for the background.
    split: "sample", "train" or "test". Raises ValueError if there is no such chunk.
    """
    config = run.config()
    data = load_stored(config.dataset)
    sample = run.sample() if split == "sample" else None
    whole = data.test if (sample.split if sample else split) == "test" else data.train
    places = places_of_classes(whole, config.digits)
    if sample is not None:
        places = places[sample.indices]
    chunks = number_of_chunks(len(places))
    if not 0 <= chunk < chunks:
        raise ValueError(f"There are {chunks} chunks of these images, so there is no chunk {chunk}.")
    chosen = places[chunk::chunks]
    return (
        np.array([len(chosen)], dtype="<u4").tobytes()
        + chosen.astype("<u4").tobytes()
        + np.ascontiguousarray(whole.images[chosen]).tobytes()
    )


def places_of_classes(split: Split, digits: int) -> npt.NDArray[np.int64]:
    """The indices in a whole split of the images of its first classes, in order."""
    return np.flatnonzero(split.labels < digits)


@kept_by_size(bytes.__len__)
def _replay(folder: str, made: float, split: str) -> bytes:
    return Replay(Run(Path(folder))).frames(split)


@kept_by_size(bytes.__len__)
def _still(folder: str, updated: float, split: str, reduction: str) -> bytes:
    run = Run(Path(folder))
    embedding = run.embedding()
    projection = fitted_reduction(run, reduction)
    last = projection.apply(embedding.points(split)).astype(np.float32)
    snapshots, sample = run.snapshots(), run.sample()
    if sample.split != split or not snapshots:
        frames, steps = last[None], [run.status().step]
    else:
        frames = np.full((len(snapshots), *last.shape), np.nan, dtype=np.float32)
        for frame, snapshot in zip(frames, snapshots, strict=True):
            frame[sample.indices] = projection.apply(snapshot.embeddings)
        frames[-1] = last
        steps = [snapshot.step for snapshot in snapshots]
    steps_of_frames = np.array(steps, dtype=np.uint32)
    return pack(
        frames, embedding.labels(split), steps_of_frames, clusters=as_bytes(embedding.clusters(split))
    )
