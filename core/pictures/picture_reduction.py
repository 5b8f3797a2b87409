"""The reduction of a run to the two or three dimensions of a picture."""

from functools import lru_cache
from pathlib import Path

from core.embedding.reduction import REDUCTIONS, Projection, Reduction, aligned, fit_svd
from core.runs import Run, Snapshot

PICTURE_DIMS = 3  # the canvas's maximum; more are reduced to this


def live_reduction(snapshots: list[Snapshot]) -> Reduction:
    """The principal directions of the last snapshot, rotated so that the picture does not turn between
    snapshots: each snapshot's reduction is aligned to the previous one's."""
    projection = fit_svd(snapshots[0].embeddings, PICTURE_DIMS)
    for snapshot in snapshots[1:]:
        projection = aligned(fit_svd(snapshot.embeddings, PICTURE_DIMS), projection)
    return projection


def fitted_reduction(run: Run, reduction: str = "") -> Projection:
    """A reduction, fitted on the training images' embeddings [n, d] of a finished run.

    reduction: a name in REDUCTIONS; "" for truncated SVD to three dimensions if there are more, aligned
    with the live picture before it.
    Raises RunDamaged, and ValueError for an unknown reduction.
    """
    return _fitted(str(run.folder), run.status().updated, reduction)


@lru_cache(maxsize=8)
def _fitted(folder: str, updated: float, reduction: str) -> Projection:
    run = Run(Path(folder))
    train = run.embedding().train
    if reduction:
        if reduction not in REDUCTIONS:
            raise ValueError(f"There is no reduction {reduction[:20]!r}; there are: {', '.join(REDUCTIONS)}.")
        return REDUCTIONS[reduction].fit(train)
    usual, snapshots = fit_svd(train, PICTURE_DIMS), run.snapshots()
    return aligned(usual, live_reduction(snapshots)) if snapshots and train.shape[1] > PICTURE_DIMS else usual
