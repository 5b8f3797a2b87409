"""Images and labels as arrays, and the IDX file format of MNIST and its variants."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]


class DataError(Exception):
    """The data cannot be read; the message says which file, why, and what to do."""


@dataclass(frozen=True)
class Split:
    """`images` [n, 784], grey levels 0 to 255 (255 = ink), and `labels` [n], 0 to 9."""

    images: Images
    labels: Labels

    def first_classes(self, count: int) -> "Split":
        """Only the images of the first `count` classes, in their original order."""
        if count >= 10:
            return self
        keep = self.labels < count
        return Split(self.images[keep], self.labels[keep])


@dataclass(frozen=True)
class Dataset:
    """The two splits of a data set: 60,000 training and 10,000 test images."""

    train: Split
    test: Split


def from_idx(train_images: bytes, train_labels: bytes, test_images: bytes, test_labels: bytes) -> Dataset:
    """The data set in four IDX files, in the order of a catalogue entry's `files`."""
    return Dataset(
        train=Split(parse_images(train_images), parse_labels(train_labels)),
        test=Split(parse_images(test_images), parse_labels(test_labels)),
    )


def parse_images(idx: bytes) -> Images:
    """The images [n, 784] of an IDX file with its 16-byte header (magic 2051, n, rows, columns)."""
    magic, count, rows, columns = _header(idx, 4)
    if (magic, rows, columns) != (2051, 28, 28) or len(idx) != 16 + count * 784:
        raise DataError("This is not an IDX file of 28 x 28 images.")
    return np.frombuffer(idx, np.uint8, offset=16).reshape(count, 784).copy()  # torch needs it writable


def parse_labels(idx: bytes) -> Labels:
    """The labels [n] of an IDX file with its 8-byte header (magic 2049, n)."""
    magic, count = _header(idx, 2)
    if magic != 2049 or len(idx) != 8 + count:
        raise DataError("This is not an IDX file of labels.")
    return np.frombuffer(idx, np.uint8, offset=8).copy()


def _header(idx: bytes, count: int) -> list[int]:
    """The first `count` big-endian integers of an IDX file; zeros where it is too short."""
    return [int.from_bytes(idx[4 * place : 4 * place + 4], "big") for place in range(count)]
