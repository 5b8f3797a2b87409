"""Data sets that do not come with the app: fetched by torchvision, checked, and kept on disk."""

import contextlib
import gzip
import logging
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPException

import torchvision.datasets
from filelock import FileLock
from torchvision.datasets.utils import download_url

from core import settings
from core.data.catalogue import DatasetEntry
from core.data.idx import DataError, Dataset, from_idx

log = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds to wait for a site that says nothing

_one_at_a_time = threading.Lock()


def fetch(entry: DatasetEntry) -> Dataset:
    """The data set `entry` from the downloads folder, fetched first if it is not there.

    Raises DataError where there is no network, or what came is not what was published.
    """
    assert entry.torchvision is not None
    folder = settings.downloads_folder() / entry.torchvision
    mirror = settings.mirror()
    sites: list[str] = getattr(torchvision.datasets, entry.torchvision).mirrors
    site = f"{mirror.rstrip('/')}/{entry.torchvision}/" if mirror else sites[0]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"{entry.label} cannot be stored: {folder.parent} is not a folder that can be written "
            f"({error.strerror}). Choose MNIST, which is always here."
        ) from error
    try:
        # another worker may want it as well, or this one for another run; the patience is the whole process's
        with _one_at_a_time, FileLock(folder / "lock"), _impatient():
            for name, md5 in entry.files.items():
                # Asks nobody where a file with this checksum is there. torchvision's own class would
                # be content with any file of the name, even one that an ended worker left half written.
                download_url(site + name, str(folder), name, md5)
            return from_idx(*(gzip.decompress((folder / name).read_bytes()) for name in entry.files))
    except (RuntimeError, HTTPException, OSError, ValueError) as error:
        log.warning("could not fetch %s: %s", entry.name, error)
        raise DataError(
            f"{entry.label} does not come with the app and could not be fetched: there is no network, its "
            "authors' site does not answer, or what it sent is not what they published. Choose MNIST, which "
            "is always here, or try again later."
        ) from error


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    """Without torchvision's endless patience with a silent site."""
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(timeout)
