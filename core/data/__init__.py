"""Images: the catalogue of data sets, and `load`, which reads one as uint8 arrays.

MNIST lies in assets/ and needs no network. The others are downloaded by torchvision, in a worker, when they
are first asked for.
"""

from core.data.catalogue import DATASETS, DatasetEntry
from core.data.idx import DataError, Dataset, Images, Labels, Split
from core.data.loading import MNIST_FOLDER, load, load_stored, read_folder

__all__ = [
    "DATASETS",
    "MNIST_FOLDER",
    "DataError",
    "Dataset",
    "DatasetEntry",
    "Images",
    "Labels",
    "Split",
    "load",
    "load_stored",
    "read_folder",
]
