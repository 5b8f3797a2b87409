"""A replay small enough to ship with the app: 15 frames of 60,000 points in about a megabyte.

The last frame is the run's own embedding and is not stored. Every other frame is stored as its difference
to the next frame in whole levels: points move little between two snapshots, so most differences are small,
and similar within a class. xz compresses small numbers in a good order well.
"""

import lzma
import struct

import numpy as np
import numpy.typing as npt

LEVELS = 512  # per axis of the picture: half a level is less than a pixel

# For numeric data, not text: neighbouring bytes predict little.
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0, "lp": 0, "pb": 0}]

# frames, points, dimensions; then the size of a level on each axis, and the steps
_HEADER = struct.Struct("<III")


def pack(
    frames: npt.NDArray[np.floating],
    last: npt.NDArray[np.floating],
    labels: npt.NDArray[np.integer],
    steps: npt.NDArray[np.integer],
) -> bytes:
    """The bytes of frames [f, n, d], all finite, of points with labels [n] at training steps [f]; the last
    frame must be close to `last` [n, d]."""
    f, n, d = frames.shape
    span = frames.max(axis=(0, 1)).astype(np.float64) - frames.min(axis=(0, 1))
    level = np.maximum(span, 1e-30) / LEVELS
    away = np.rint((frames[:-1].astype(np.float64) - last) / level).astype(np.int64)
    from_next = away - np.concatenate([away[1:], np.zeros((1, n, d), np.int64)]) if f > 1 else away
    # 0, -1, 1, -2, ... as 0, 1, 2, 3, ...; low bytes and high bytes apart, one axis after the other
    unsigned = (
        ((from_next << 1) ^ (from_next >> 63)).astype("<u2")[:, _order(last, labels)].transpose(0, 2, 1)
    )
    planes = (unsigned & 255).astype(np.uint8).tobytes() + (unsigned >> 8).astype(np.uint8).tobytes()
    header: bytes = _HEADER.pack(f, n, d) + level.astype("<f8").tobytes() + steps.astype("<u4").tobytes()
    return header + lzma.compress(planes, filters=_FILTERS)


def unpack(
    content: bytes, last: npt.NDArray[np.float32], labels: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint32]]:
    """The frames [f, n, d], each coordinate to half a level, and their steps [f]; the last frame is `last`
    itself.

    Raises ValueError if the bytes are not such frames.
    """
    try:
        f, n, d = _HEADER.unpack_from(content)
        level = np.frombuffer(content, "<f8", d, _HEADER.size)
        steps = np.frombuffer(content, "<u4", f, _HEADER.size + 8 * d)
        planes = np.frombuffer(lzma.decompress(content[_HEADER.size + 8 * d + 4 * f :]), np.uint8)
        low, high = planes.reshape(2, f - 1, d, n).astype(np.int64)
    except (struct.error, lzma.LZMAError, ValueError) as error:
        raise ValueError(f"These are not the bytes of a replay ({error}).") from error
    if last.shape != (n, d):
        raise ValueError(f"This replay is one of {n:,} points, and the embedding has {len(last):,}.")
    unsigned = (low | high << 8).transpose(0, 2, 1)
    from_next = np.empty_like(unsigned)
    from_next[:, _order(last, labels)] = (unsigned >> 1) ^ -(unsigned & 1)
    away = from_next[::-1].cumsum(axis=0)[::-1]
    return np.concatenate([(last + away * level).astype(np.float32), last[None]]), steps.astype(np.uint32)


def _order(last: npt.NDArray[np.floating], labels: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """Order of the points: by class, then from left to right."""
    return np.lexsort((last[:, 0], labels))
