"""Frames of an embedding as one block of bytes, packed by Python and drawn by the canvas in the browser.

The layout, all numbers little-endian (assets/canvas/frames.js reads the same):

    offset          type              what
    0               4 bytes           magic, b"CLFR"
    4               uint16            version, 2
    6               uint16            d, dimensions: 2 or 3
    8               uint32            n, points
    12              uint32            f, frames
    16              uint32            length of the options in bytes, 0 for none
    20              uint32            sections present: 1 for ids, 2 for clusters, 3 for both
    24              float64 [d, 2]    bounds: lowest and highest finite value of each axis, over all frames
    24 + 16d        uint32 [f]        training step of each frame, never decreasing
    next            uint32 [n]        ids: index of each point's image in its split; without them, point i is image i
    next            uint8 [n]         label of each point
    next            uint8 [n]         cluster of each point, 255 for none
    next            0 or 1 byte       padding, so that the coordinates start at a multiple of 2
    next            uint16 [f, n, d]  coordinates, quantised (below)
    next            bytes             options: a JSON object in UTF-8

The options come last so that they can be changed without repacking the coordinates.

A coordinate is round((x - low) / (high - low) * 65534); its error is at most (high - low) / 131068.
A point with a non-finite coordinate has MISSING in all of them and is not drawn in that frame.
"""

import json
import struct
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"CLFR"
VERSION = 2
IDS, CLUSTERS = 1, 2
LEVELS = 65534
MISSING = 65535
NO_CLUSTER = 255

_HEADER = struct.Struct("<4sHHIIII")


@dataclass(frozen=True)
class CanvasOptions:
    """The options of the canvas.

    run: id of the run; a new id starts a new picture, the same id continues where it is.
    class_names: the names of labels 0, 1, ...; further labels are named by their number.
    title, description: start of the picture's text alternative.
    live: still training, so follow the newest frame; otherwise play the frames once.
    source: the run's URL, from which the canvas fetches its frames; "" for the frames given here.
    split, reduction: which images ("sample", "train", "test") and which reduction of them.
    per_class: training images per class for the Voronoi cells; 0 for the default.
    colours: the available colourings: "digit", "cluster", "agreement" (whether the two agree).
    overlays, shown: the available overlays ("margin", "centroids", "contours", "cells", "mark"), and the
        initial ones.
    mark, mark_steps: an extra image that is not one of the points: its coordinates at several training
        steps, flat, and those steps. One step: shown with the last frame only.
    selectable: whether points react to the pointer. telling: whether Python receives the selection, and
        the canvas offers a lasso and a box.
    margin: a distance in units of the embedding, drawn as a ruler and around the picked point, or None.
    margin_label: its label; by default "margin" and the radius.
    height: of the picture, in CSS pixels.
    bookmark: what a link keeps of the canvas, in the format of core/pictures/bookmark.py; applied once.
    """

    run: str = ""
    class_names: tuple[str, ...] = ()
    title: str = "Embedding"
    description: str = ""
    live: bool = False
    source: str = ""
    split: str = "train"
    reduction: str = ""
    per_class: int = 0
    colours: tuple[str, ...] = ("digit",)
    overlays: tuple[str, ...] = ("margin",)
    shown: tuple[str, ...] = ("margin",)
    selectable: bool = False
    telling: bool = False
    margin: float | None = None
    margin_label: str = ""
    mark: tuple[float, ...] = ()
    mark_steps: tuple[int, ...] = ()
    height: int = 520
    bookmark: str = ""


@dataclass(frozen=True)
class Frames:
    """An animation: coordinates [f, n, d], labels [n], training steps [f]; optional clusters [n] and ids [n]."""

    coordinates: NDArray[np.float32]
    labels: NDArray[np.uint8]
    steps: NDArray[np.uint32]
    options: CanvasOptions | None
    clusters: NDArray[np.uint8] | None = None
    ids: NDArray[np.uint32] | None = None


def pack(
    coordinates: NDArray[np.floating],
    labels: NDArray[np.integer],
    steps: NDArray[np.integer],
    options: CanvasOptions | None = None,
    *,
    clusters: NDArray[np.integer] | None = None,
    ids: NDArray[np.integer] | None = None,
) -> bytes:
    """The bytes of an animation: coordinates [f, n, d] with d 2 or 3, labels [n], steps [f], optional
    clusters [n] and ids [n].

    Raises ValueError if the shapes do not match or a number does not fit its type.
    """
    points = np.asarray(coordinates, dtype=np.float32)
    if points.ndim != 3 or points.shape[2] not in (2, 3):
        raise ValueError(f"Frames must have shape [frames, points, 2 or 3], not {list(points.shape)}.")
    f, n, d = points.shape
    labels = _whole_numbers(labels, n, 255, "label a point").astype(np.uint8)
    steps = _whole_numbers(steps, f, 2**32 - 1, "step a frame").astype("<u4")
    if np.any(steps[1:] < steps[:-1]):
        raise ValueError("The steps of the frames must not decrease.")

    bounds = _bounds(points)
    sections = (0 if ids is None else IDS) | (0 if clusters is None else CLUSTERS)
    per_point = labels.tobytes()
    if clusters is not None:
        per_point += _whole_numbers(clusters, n, 255, "cluster a point").astype(np.uint8).tobytes()
    blocks = [
        _HEADER.pack(MAGIC, VERSION, d, n, f, 0, sections),
        bounds.astype("<f8").tobytes(),
        steps.tobytes(),
        b"" if ids is None else _whole_numbers(ids, n, 2**32 - 1, "id a point").astype("<u4").tobytes(),
        per_point + b"\0" * (len(per_point) % 2),
        _quantise(points, bounds).astype("<u2").tobytes(),
    ]
    payload = b"".join(blocks)
    return payload if options is None else with_options(payload, options)


def with_options(payload: bytes, options: CanvasOptions) -> bytes:
    """The same frames with their options replaced."""
    _, _, d, n, f, length, sections = _header(payload)
    block = json.dumps(asdict(options), ensure_ascii=False, allow_nan=False).encode()
    body = payload[_HEADER.size : len(payload) - length]
    return _HEADER.pack(MAGIC, VERSION, d, n, f, len(block), sections) + body + block


def first_frame(payload: bytes) -> bytes:
    """The bytes up to the end of the first frame: enough for the browser to draw it (`readFrames(bytes, true)`)."""
    _, _, d, n, f, length, _ = _header(payload)
    return payload[: len(payload) - length - 2 * n * d * max(f - 1, 0)]


def unpack(payload: bytes) -> Frames:
    """The animation from its bytes; non-finite coordinates become NaN.

    Raises ValueError if the bytes are not an animation or are incomplete.
    """
    _, _, d, n, f, length, sections = _header(payload)
    take = _Reader(payload)
    bounds = take("<f8", 2 * d).reshape(d, 2)
    steps = take("<u4", f)
    ids = take("<u4", n) if sections & IDS else None
    labels = take("<u1", n)
    clusters = take("<u1", n) if sections & CLUSTERS else None
    take("<u1", take.offset % 2)
    quantised = take("<u2", f * n * d).reshape(f, n, d)

    low, span = bounds[:, 0], bounds[:, 1] - bounds[:, 0]
    # The minimum keeps rounding above the highest value from overflowing float32.
    coordinates = np.minimum(low + quantised * (span / LEVELS), bounds[:, 1]).astype(np.float32)
    coordinates[quantised == MISSING] = np.nan
    options = None
    if length:
        fields: dict[str, Any] = json.loads(payload[take.offset :])
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        options = CanvasOptions(**{**fields, **lists})
    return Frames(coordinates, labels, steps.astype(np.uint32), options, clusters, ids)


class _Reader:
    """Reads one array after the other."""

    def __init__(self, payload: bytes) -> None:
        self.payload, self.offset = payload, _HEADER.size

    def __call__(self, kind: str, count: int) -> NDArray[Any]:
        array = np.frombuffer(self.payload, kind, count, self.offset)
        self.offset += array.nbytes
        return array


def _header(payload: bytes) -> tuple[bytes, int, int, int, int, int, int]:
    if len(payload) < _HEADER.size:
        raise ValueError("These bytes are too short to be frames.")
    magic, version, d, n, f, length, sections = _HEADER.unpack_from(payload)
    if magic != MAGIC or version != VERSION or d not in (2, 3) or sections > IDS | CLUSTERS:
        raise ValueError("These bytes are not frames of this version.")
    per_point = n * (2 if sections & CLUSTERS else 1)
    ids = 4 * n if sections & IDS else 0
    expected = _HEADER.size + 16 * d + 4 * f + ids + per_point + per_point % 2 + 2 * f * n * d + length
    if len(payload) != expected:
        raise ValueError(f"These frames should have {expected:,} bytes and have {len(payload):,}.")
    return magic, version, d, n, f, length, sections


def _whole_numbers(values: NDArray[np.integer], count: int, highest: int, what: str) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.shape != (count,):
        raise ValueError(f"There must be one {what}: {count:,}, not {list(array.shape)}.")
    whole = array.astype(np.int64)
    if np.any(whole != array) or np.any(whole < 0) or np.any(whole > highest):
        raise ValueError(f"Each {what} must be a whole number from 0 to {highest:,}.")
    return whole


def _bounds(coordinates: NDArray[np.float32]) -> NDArray[np.float64]:
    """Lowest and highest finite value of each axis [d, 2]; 0 and 0 if there is none."""
    finite = np.isfinite(coordinates)
    low = np.min(coordinates, axis=(0, 1), where=finite, initial=np.inf)
    high = np.max(coordinates, axis=(0, 1), where=finite, initial=-np.inf)
    bounds = np.stack([low, high], axis=1).astype(np.float64)
    return np.where(np.isfinite(bounds), bounds, 0.0)


def _quantise(coordinates: NDArray[np.float32], bounds: NDArray[np.float64]) -> NDArray[np.uint16]:
    low, span = bounds[:, 0], bounds[:, 1] - bounds[:, 0]
    scale = np.divide(LEVELS, span, out=np.zeros_like(span), where=span > 0)
    missing = ~np.isfinite(coordinates).all(axis=2, keepdims=True)
    shifted = np.where(missing, low, coordinates) - low
    levels = np.rint(shifted * scale)
    return np.where(missing, MISSING, levels).astype(np.uint16)
