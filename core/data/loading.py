"""Reads and verifies a data set: one that comes with the app from assets/, the others from the downloads folder."""

import gzip
import hashlib
import threading
from functools import lru_cache
from pathlib import Path

from core import environment
from core.data.catalogue import DATASETS, DatasetEntry
from core.data.idx import DataError, Dataset, from_idx

ASSETS = environment.PROJECT / "assets"
MNIST_FOLDER = ASSETS / "mnist"


_reading = {name: threading.Lock() for name in DATASETS}


def load(name: str) -> Dataset:
    """The data set `name`, read once per process, even if many threads ask for it at once.

    Raises DataError, with a message for the user, if a file is missing, damaged, or cannot be downloaded.
    """
    with _reading[name]:
        return _loaded(name)


@lru_cache(maxsize=3)
def _loaded(name: str) -> Dataset:
    entry = DATASETS[name]
    if entry.torchvision is not None:
        from core.data.download import fetch  # imports torchvision: only when needed

        return fetch(entry)
    return read_folder(entry, ASSETS / name)


def load_stored(name: str) -> Dataset:
    """The data set `name` if it is already on disk; never downloads, never imports torch.

    Raises DataError if a file is missing or damaged.
    """
    if DATASETS[name].torchvision is None:
        return load(name)
    with _reading[name]:
        return _loaded_from_disk(name)


@lru_cache(maxsize=3)
def _loaded_from_disk(name: str) -> Dataset:
    entry = DATASETS[name]
    assert entry.torchvision is not None
    return read_folder(entry, environment.downloads_folder() / entry.torchvision)


def read_folder(entry: DatasetEntry, folder: Path) -> Dataset:
    """The data set in the four gzip files of `folder`, each verified against its published checksum
    (SHA-256, or MD5 where its authors publish nothing else).

    Raises DataError if a file is missing or its checksum does not match.
    """
    return from_idx(*(_read_checked(folder / name, checksum) for name, checksum in entry.files.items()))


def _read_checked(path: Path, checksum: str) -> bytes:
    folder = "/".join(path.parent.parts[-2:])  # without the rest, which visitors should not learn
    try:
        compressed = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"The data file {path.name} cannot be read ({error.strerror}). "
            f"It belongs in {folder}: restore it from the project's repository."
        ) from error
    algorithm = "md5" if len(checksum) == 32 else "sha256"
    if hashlib.new(algorithm, compressed, usedforsecurity=False).hexdigest() != checksum:
        raise DataError(
            f"The data file {path.name} in {folder} is damaged: its checksum is not the published "
            "one. Restore it from the project's repository."
        )
    return gzip.decompress(compressed)
