"""Data sets that do not come with the app: downloaded through torchvision, verified, and kept on disk."""

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

from core import environment
from core.data.catalogue import DatasetEntry
from core.data.idx import DataError, Dataset, from_idx

log = logging.getLogger(__name__)

TIMEOUT = 30.0  # seconds to wait for an unresponsive site

_one_at_a_time = threading.Lock()


def fetch(entry: DatasetEntry) -> Dataset:
    """The data set `entry` from the downloads folder, downloaded first if it is missing.

    Raises DataError without a network, and if a checksum does not match.
    """
    assert entry.torchvision is not None
    folder = environment.downloads_folder() / entry.torchvision
    mirror = environment.mirror()
    sites: list[str] = getattr(torchvision.datasets, entry.torchvision).mirrors
    site = f"{mirror.rstrip('/')}/{entry.torchvision}/" if mirror else sites[0]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"{entry.label} cannot be stored: {folder.parent.name} is not a folder that can be written "
            f"({error.strerror}). Choose MNIST, which is always here."
        ) from error
    try:
        # Another worker, or this one for another run, may download it too; the timeout is process-wide.
        with _one_at_a_time, FileLock(folder / "lock"), _socket_timeout():
            for name, md5 in entry.files.items():
                # Skips the download if a file with this checksum exists. torchvision's own class accepts
                # any file of that name, even one left incomplete by a killed worker.
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
def _socket_timeout() -> Iterator[None]:
    """Apply `TIMEOUT` to new sockets: torchvision sets none and would wait forever."""
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(timeout)
