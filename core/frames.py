"""Frames of an embedding as one block of bytes: what Python packs, the canvas in the browser draws.

The layout, all numbers little-endian (assets/canvas/frames.js reads the same):

    offset          type              what
    0               4 bytes           magic, b"CLFR"
    4               uint16            version, 1
    6               uint16            d, dimensions: 2 or 3
    8               uint32            n, points
    12              uint32            f, frames
    16              uint32            length of the options in bytes, 0 for none
    20              uint32            0, so that the bounds start at a multiple of 8
    24              float64 [d, 2]    bounds: lowest and highest finite value of each axis, over all frames
    24 + 16d        uint32 [f]        training step of each frame, never decreasing
    .. + 4f         uint8 [n]         label of each point
    .. + n + n % 2  uint16 [f, n, d]  coordinates, quantised (below)
    .. + 2fnd       bytes             options: a JSON object in UTF-8

The options come last so that they can be changed without packing the coordinates again.

A coordinate is round((x - low) / (high - low) * 65534); its error is at most (high - low) / 131068.
A point with a coordinate that is not finite has MISSING in all of them and is not drawn.
"""

import json
import struct
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

MAGIC = b"CLFR"
VERSION = 1
LEVELS = 65534
MISSING = 65535

_HEADER = struct.Struct("<4sHHIIII")


@dataclass(frozen=True)
class CanvasOptions:
    """What the canvas is told beside the points.

    run: names the run; another run starts the view afresh, the same run goes on where it is.
    class_names: the name of label 0, 1, ...; a label beyond them is called by its number.
    title, description: begin the text alternative of the picture.
    live: still training, so follow the newest frame; otherwise the frames are played once.
    margin: radius of the dashed circle around the origin, in units of the embedding, or None.
    margin_label: what is written on it; by default "margin" and the radius.
    height: of the picture, in CSS pixels.
    """

    run: str = ""
    class_names: tuple[str, ...] = ()
    title: str = "Embedding"
    description: str = ""
    live: bool = False
    margin: float | None = None
    margin_label: str = ""
    height: int = 520


@dataclass(frozen=True)
class Frames:
    """An animation: coordinates [f, n, d], one label a point [n], one training step a frame [f]."""

    coordinates: NDArray[np.float32]
    labels: NDArray[np.uint8]
    steps: NDArray[np.uint32]
    options: CanvasOptions | None


def pack(
    coordinates: NDArray[np.float32],
    labels: NDArray[np.uint8],
    steps: NDArray[np.uint32],
    options: CanvasOptions | None = None,
) -> bytes:
    """The bytes of an animation: coordinates [f, n, d] with d 2 or 3, labels [n], steps [f].

    Raises ValueError when the shapes do not fit together or a number does not fit its type.
    """
    coordinates = np.asarray(coordinates, dtype=np.float32)
    if coordinates.ndim != 3 or coordinates.shape[2] not in (2, 3):
        raise ValueError(f"Frames must have shape [frames, points, 2 or 3], not {list(coordinates.shape)}.")
    f, n, d = coordinates.shape
    labels = _whole_numbers(labels, n, 255, "label a point").astype(np.uint8)
    steps = _whole_numbers(steps, f, 2**32 - 1, "step a frame").astype("<u4")
    if np.any(steps[1:] < steps[:-1]):
        raise ValueError("The steps of the frames must not decrease.")

    bounds = _bounds(coordinates)
    parts = [
        _HEADER.pack(MAGIC, VERSION, d, n, f, 0, 0),
        bounds.astype("<f8").tobytes(),
        steps.tobytes(),
        labels.tobytes() + b"\0" * (n % 2),
        _quantise(coordinates, bounds).astype("<u2").tobytes(),
    ]
    payload = b"".join(parts)
    return payload if options is None else with_options(payload, options)


def with_options(payload: bytes, options: CanvasOptions) -> bytes:
    """The same frames with these options in place of those they had."""
    _, _, d, n, f, length, _ = _header(payload)
    block = json.dumps(asdict(options), ensure_ascii=False, allow_nan=False).encode()
    body = payload[_HEADER.size : len(payload) - length]
    return _HEADER.pack(MAGIC, VERSION, d, n, f, len(block), 0) + body + block


def unpack(payload: bytes) -> Frames:
    """The animation back from its bytes; coordinates that were not finite come back as NaN.

    Raises ValueError when these are not the bytes of an animation, or not all of them.
    """
    _, _, d, n, f, length, _ = _header(payload)
    offset = _HEADER.size
    bounds = np.frombuffer(payload, "<f8", 2 * d, offset).reshape(d, 2)
    offset += 16 * d
    steps = np.frombuffer(payload, "<u4", f, offset)
    offset += 4 * f
    labels = np.frombuffer(payload, np.uint8, n, offset)
    offset += n + n % 2
    quantised = np.frombuffer(payload, "<u2", f * n * d, offset).reshape(f, n, d)
    offset += 2 * f * n * d

    low, span = bounds[:, 0], bounds[:, 1] - bounds[:, 0]
    # The minimum keeps a rounding above the highest value from leaving the range of float32.
    coordinates = np.minimum(low + quantised * (span / LEVELS), bounds[:, 1]).astype(np.float32)
    coordinates[quantised == MISSING] = np.nan
    options = None
    if length:
        fields = json.loads(payload[offset:])
        options = CanvasOptions(**{**fields, "class_names": tuple(fields["class_names"])})
    return Frames(coordinates, labels, steps.astype(np.uint32), options)


def _header(payload: bytes) -> tuple[bytes, int, int, int, int, int, int]:
    if len(payload) < _HEADER.size:
        raise ValueError("These bytes are too short to be frames.")
    magic, version, d, n, f, length, zero = _HEADER.unpack_from(payload)
    if magic != MAGIC or version != VERSION or d not in (2, 3):
        raise ValueError("These bytes are not frames of this version.")
    expected = _HEADER.size + 16 * d + 4 * f + n + n % 2 + 2 * f * n * d + length
    if len(payload) != expected:
        raise ValueError(f"These frames should have {expected:,} bytes and have {len(payload):,}.")
    return magic, version, d, n, f, length, zero


def _whole_numbers(values: NDArray[np.integer], count: int, highest: int, what: str) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.shape != (count,):
        raise ValueError(f"There must be one {what}: {count:,}, not {list(array.shape)}.")
    whole = array.astype(np.int64)
    if np.any(whole != array) or np.any(whole < 0) or np.any(whole > highest):
        raise ValueError(f"Each {what} must be a whole number from 0 to {highest:,}.")
    return whole


def _bounds(coordinates: NDArray[np.float32]) -> NDArray[np.float64]:
    """Lowest and highest finite value of each axis [d, 2]; 0 and 0 where there is none."""
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
