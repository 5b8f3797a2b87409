"""The embedding canvas: thousands of animated points, drawn in the browser by assets/canvas."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.pictures.frames import CanvasOptions, with_options
from core.take_home.report import CanvasFiles
from pages.ui.components.component_files import component_files

_FILES = component_files("canvas")
_COMPONENT = st.components.v2.component("contrastive_lab_canvas", **_FILES, isolate_styles=True)


def files() -> CanvasFiles:
    """The canvas as the browser gets it, for a page outside this app."""
    return CanvasFiles(**_FILES)


@dataclass(frozen=True)
class Selection:
    """What a visitor has picked: the split, the pinned image and the selected images [k]."""

    split: str
    pinned: int | None
    selected: npt.NDArray[np.int64]

    def of(self, split: str, images: int) -> npt.NDArray[np.int64]:
        """The selected images of a split with `images` images; none if the selection is of the other split."""
        return self.selected[self.selected < images] if self.split == split else self.selected[:0]


def embedding_canvas(options: CanvasOptions, frames: bytes, *, key: str) -> Selection:
    """Shows `frames` (from `core.pictures.frames.pack`), or fetches them from `options.source`.

    Called again with the same `key` and `options.run`, it continues where it is; pass all frames so far
    each time.
    """
    # One bytes object: Streamlit would serialise a dict with bytes in it as text.
    result = _COMPONENT(
        data=with_options(frames, options),
        key=key,
        width="stretch",
        height="content",
        on_moved_change=lambda: None,
        on_selection_change=lambda: None,
    )
    return selection_from(result.selection, options.run, options.split)


MOST_IMAGES = 100_000  # more than any data set here; bounds forged messages


def selection_from(value: Any, run: str, split: str) -> Selection:
    """What the browser sent, as a selection in a run's split; empty if it is of another one or not
    what the canvas would send."""
    nothing = np.zeros(0, np.int64)
    if not isinstance(value, Mapping) or (value.get("run"), value.get("split")) != (run, split):
        return Selection(split, None, nothing)
    pinned, mask = value.get("pinned"), value.get("mask")
    whole = isinstance(pinned, int) and not isinstance(pinned, bool) and 0 <= pinned < MOST_IMAGES
    return Selection(split, pinned if whole else None, _numbers(mask) if isinstance(mask, str) else nothing)


def _numbers(mask: str) -> npt.NDArray[np.int64]:
    """The indices of the set bits of a base64 mask, least significant first."""
    if len(mask) > MOST_IMAGES // 8 * 4 // 3 + 4:
        return np.zeros(0, np.int64)
    try:
        packed = np.frombuffer(base64.b64decode(mask, validate=True), np.uint8)
    except (binascii.Error, ValueError):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.unpackbits(packed, bitorder="little"))
