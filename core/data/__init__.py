"""Images: the catalogue of data sets, and `load`, which reads one as uint8 arrays.

MNIST ships in assets/ and needs no network. A worker downloads the others through torchvision on first use.
"""

from core.data.catalogue import DATASETS, DatasetEntry, with_article
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
    "with_article",
]
