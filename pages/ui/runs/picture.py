"""The picture of a run: the frames and options of its canvas."""

import numpy as np

from core.config import RunConfig
from core.pictures import canvas_data
from core.pictures.frames import CanvasOptions, pack
from core.pictures.picture_reduction import PICTURE_DIMS
from core.runs import Run
from core.service.shared_engine import shared_engine
from pages.ui import addresses, state
from pages.ui.components.canvas import Selection, embedding_canvas
from pages.ui.runs.names import class_names, describe

HEIGHT = 560
# Frames without points, for a canvas that fetches its own.
NOTHING = pack(np.zeros((0, 0, 2), np.float32), np.zeros(0, np.uint8), np.zeros(0, np.uint32))
_WHICH = {"sample": "2,000 of the images", "train": "all training images", "test": "all test images"}


def live_picture(run: Run, options: CanvasOptions, *, key: str) -> None:
    """The 2,000 sampled images at each snapshot so far; follows the newest during training."""
    frames = b"" if addresses.served() else canvas_data.of_sample(run)
    embedding_canvas(options, frames or NOTHING, key=key)


def picture(run: Run, options: CanvasOptions, *, key: str) -> Selection:
    """All images of the options' split in the final embedding, with the replay of the training."""
    shared_engine().ask_for_replay(run)
    frames = NOTHING if addresses.served() else canvas_data.of_split(run, options.split, options.reduction)
    return embedding_canvas(options, frames, key=key)


def canvas_options(
    run: Run,
    config: RunConfig,
    *,
    split: str,
    live: bool = False,
    height: int = HEIGHT,
    source: str | None = None,
) -> CanvasOptions:
    """The canvas options of a run: its sample during training, or a split when it is done.

    source: base URL of its frames, for a picture outside a session; None: the session's.
    """
    finished, bookmark = split != "sample", ""
    if source is None:
        source = addresses.of_run(run) if addresses.served() else ""
        bookmark = state.bookmark_of(run.key)
    return CanvasOptions(
        run=run.key,
        source=source,
        split=split,
        class_names=class_names(config),
        title=f"Embedding of {_WHICH[split]}",
        description=describe(config),
        live=live,
        # distances in a reduced picture are not those that the loss compares
        margin=config.reach if config.embedding_dims <= PICTURE_DIMS else None,
        margin_label=_margin_label(config),
        height=height,
        colours=("digit", "cluster", "agreement") if finished else ("digit",),
        overlays=("margin", "centroids", "contours", "cells") if finished else ("margin", "centroids"),
        selectable=True,
        bookmark=bookmark,
    )


def _margin_label(config: RunConfig) -> str:
    """The label of the ruler: the distance where the loss stops pushing."""
    on_the_square = config.reach is not None and config.reach != config.margin
    return f"√margin = {config.reach:.2f}" if on_the_square else f"margin {config.margin:.2f}"
