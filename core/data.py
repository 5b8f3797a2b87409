"""The data sets: `DATASETS` maps a name to its entry; `load` reads one, checked, as uint8 arrays.

MNIST lies in assets/ and needs no network. The others are fetched by torchvision, in a worker,
when they are first asked for.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core import settings

PROJECT = Path(__file__).resolve().parent.parent
MNIST_FOLDER = PROJECT / "assets" / "mnist"

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
        """Only the images of the first `count` classes, in the order they had."""
        if count >= 10:
            return self
        keep = self.labels < count
        return Split(self.images[keep], self.labels[keep])


@dataclass(frozen=True)
class Dataset:
    """The two splits of a data set: 60,000 images to train on and 10,000 to test on."""

    train: Split
    test: Split


@dataclass(frozen=True)
class DatasetEntry:
    """One line of the catalogue of data sets."""

    name: str
    label: str
    classes: tuple[str, ...]
    # file name -> checksum: SHA-256 of the shipped files, MD5 (as torchvision has it) of the others
    files: dict[str, str]
    torchvision: str | None  # the class in torchvision.datasets that fetches it; None: shipped

    @property
    def checksum(self) -> str:
        """One SHA-256 over all files' checksums: part of every run's key."""
        return hashlib.sha256("".join(self.files.values()).encode()).hexdigest()


_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _files(*checksums: str) -> dict[str, str]:
    return dict(zip(_FILES, checksums, strict=True))


DATASETS: dict[str, DatasetEntry] = {
    entry.name: entry
    for entry in (
        DatasetEntry(
            name="mnist",
            label="MNIST digits",
            classes=tuple("0123456789"),
            files=_files(
                "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
                "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
                "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
                "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
            ),
            torchvision=None,
        ),
        DatasetEntry(
            name="fashion_mnist",
            label="Fashion-MNIST",
            classes=(
                "T-shirt",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
            files=_files(
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
            torchvision="FashionMNIST",
        ),
        DatasetEntry(
            name="kmnist",
            label="KMNIST (Kuzushiji)",
            classes=("お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"),
            files=_files(
                "bdb82020997e1d708af4cf47b453dcf7",
                "e144d726b3acfaa3e44228e80efcd344",
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "7320c461ea6c1c855c0b718fb2a4b134",
            ),
            torchvision="KMNIST",
        ),
    )
}


@lru_cache(maxsize=3)
def load(name: str) -> Dataset:
    """The data set `name`, read once per process.

    Raises DataError, with a sentence for the reader, where a file is missing, damaged, or cannot
    be fetched.
    """
    entry = DATASETS[name]
    if entry.torchvision is not None:
        from core.download import fetch  # imports torchvision: only where it is needed

        return fetch(entry)
    return read_folder(entry, MNIST_FOLDER)


@lru_cache(maxsize=3)
def load_stored(name: str) -> Dataset:
    """The data set `name` where it is on this disk already; never fetches, never needs torch.

    Raises DataError where a file is missing or damaged.
    """
    entry = DATASETS[name]
    if entry.torchvision is None:
        return load(name)
    return read_folder(entry, settings.downloads_folder() / entry.torchvision)


def read_folder(entry: DatasetEntry, folder: Path) -> Dataset:
    """The data set whose four gzip files lie in `folder`, each checked against its published checksum
    (SHA-256, or MD5 where its authors publish nothing else).

    Raises DataError where a file is missing or is not the one that was published.
    """
    return from_idx(*(_read_checked(folder / name, checksum) for name, checksum in entry.files.items()))


def _read_checked(path: Path, checksum: str) -> bytes:
    try:
        compressed = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"The data file {path.name} cannot be read ({error.strerror}). "
            f"It belongs in {path.parent}: restore it from the project's repository."
        ) from error
    algorithm = "md5" if len(checksum) == 32 else "sha256"
    if hashlib.new(algorithm, compressed, usedforsecurity=False).hexdigest() != checksum:
        raise DataError(
            f"The data file {path.name} in {path.parent} is damaged: its checksum is not the published "
            "one. Restore it from the project's repository."
        )
    return gzip.decompress(compressed)


def from_idx(train_images: bytes, train_labels: bytes, test_images: bytes, test_labels: bytes) -> Dataset:
    """The data set of four IDX files, in the order of a catalogue entry's `files`."""
    return Dataset(
        train=Split(parse_images(train_images), parse_labels(train_labels)),
        test=Split(parse_images(test_images), parse_labels(test_labels)),
    )


def parse_images(idx: bytes) -> Images:
    """The images [n, 784] of an IDX file with its 16-byte header (magic 2051, n, rows, columns)."""
    magic, count, rows, columns = _header(idx, 4)
    if (magic, rows, columns) != (2051, 28, 28) or len(idx) != 16 + count * 784:
        raise DataError("This is not an IDX file of 28 x 28 images.")
    return np.frombuffer(idx, np.uint8, offset=16).reshape(count, 784).copy()  # torch wants it writable


def parse_labels(idx: bytes) -> Labels:
    """The labels [n] of an IDX file with its 8-byte header (magic 2049, n)."""
    magic, count = _header(idx, 2)
    if magic != 2049 or len(idx) != 8 + count:
        raise DataError("This is not an IDX file of labels.")
    return np.frombuffer(idx, np.uint8, offset=8).copy()


def _header(idx: bytes, count: int) -> list[int]:
    """The first `count` big-endian numbers of an IDX file; zeros where it is too short to have them."""
    return [int.from_bytes(idx[4 * place : 4 * place + 4], "big") for place in range(count)]
