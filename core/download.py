"""Data sets that do not come with the app: fetched by torchvision, checked, and kept on disk."""

import contextlib
import io
import logging
from urllib.error import URLError

import numpy as np
import torchvision.datasets

from core import settings
from core.data import DataError, Dataset, DatasetEntry, Split

log = logging.getLogger(__name__)


def fetch(entry: DatasetEntry) -> Dataset:
    """The data set `entry` from the downloads folder, fetched first if it is not there.

    Raises DataError where there is no network, or what came is not what was published.
    """
    assert entry.torchvision is not None
    published: type[torchvision.datasets.MNIST] = getattr(torchvision.datasets, entry.torchvision)
    mirror = settings.mirror()

    class Source(published):  # type: ignore[misc]
        resources = list(entry.files.items())
        mirrors = [f"{mirror.rstrip('/')}/{entry.torchvision}/"] if mirror else published.mirrors

    Source.__name__ = entry.torchvision  # torchvision names its folder after the class
    root = settings.downloads_folder()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            train, test = (Source(root=str(root), train=part, download=True) for part in (True, False))
    except (RuntimeError, URLError, OSError) as error:
        log.warning("could not fetch %s: %s", entry.name, error)
        raise DataError(
            f"{entry.label} does not come with the app and could not be fetched: there is no network, its "
            "authors' site does not answer, or what it sent is not what they published. Choose MNIST, which "
            "is always here, or try again later."
        ) from error
    return Dataset(train=_split(train), test=_split(test))


def _split(source: torchvision.datasets.MNIST) -> Split:
    images = source.data.numpy().reshape(len(source.data), 784)
    return Split(np.ascontiguousarray(images), source.targets.numpy().astype(np.uint8))
