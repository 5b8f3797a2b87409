"""The embedding canvas: thousands of points, alive, drawn in the browser by assets/canvas."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.pictures.frames import CanvasOptions, with_options
from core.take_home.report import CanvasParts
from pages.ui.components.component_files import component_files

_FILES = component_files("canvas")
_COMPONENT = st.components.v2.component("contrastive_lab_canvas", **_FILES, isolate_styles=True)


def parts() -> CanvasParts:
    """The canvas as it comes to a browser, for a page that is none of this app's."""
    return CanvasParts(**_FILES)


@dataclass(frozen=True)
class Selection:
    """What a visitor has picked: split, the image pinned in it, and the images selected in it [k]."""

    split: str
    pinned: int | None
    selected: npt.NDArray[np.int64]

    def of(self, split: str, images: int) -> npt.NDArray[np.int64]:
        """The selected images of a split of so many, none where they are of the other one."""
        return self.selected[self.selected < images] if self.split == split else self.selected[:0]


def embedding_canvas(options: CanvasOptions, frames: bytes, *, key: str) -> Selection:
    """Shows `frames` (from `core.pictures.frames.pack`), or fetches its own where `options.source` says from where.

    Called again with the same `key` and `options.run`, it goes on where it is: of frames given, give
    all so far each time.
    """
    # One bytes object: bytes inside a dict would make Streamlit turn all of the data into text.
    result = _COMPONENT(
        data=with_options(frames, options),
        key=key,
        width="stretch",
        height="content",
        on_moved_change=lambda: None,
        on_selection_change=lambda: None,
    )
    return selection_from(result.selection, options.run, options.split)


MOST_IMAGES = 100_000  # no data set here is larger; a forged message may be


def selection_from(value: Any, run: str, split: str) -> Selection:
    """What the browser sent, as a selection in a run's split; nothing where it is of another, or not
    what the canvas would send."""
    nothing = np.zeros(0, np.int64)
    if not isinstance(value, Mapping) or (value.get("run"), value.get("split")) != (run, split):
        return Selection(split, None, nothing)
    pinned, mask = value.get("pinned"), value.get("mask")
    whole = isinstance(pinned, int) and not isinstance(pinned, bool) and 0 <= pinned < MOST_IMAGES
    return Selection(split, pinned if whole else None, _numbers(mask) if isinstance(mask, str) else nothing)


def _numbers(mask: str) -> npt.NDArray[np.int64]:
    """The numbers of the bits that are set, least significant first, in base64."""
    if len(mask) > MOST_IMAGES // 8 * 4 // 3 + 4:
        return np.zeros(0, np.int64)
    try:
        packed = np.frombuffer(base64.b64decode(mask, validate=True), np.uint8)
    except (binascii.Error, ValueError):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.unpackbits(packed, bitorder="little"))
