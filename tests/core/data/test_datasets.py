"""The shipped MNIST is the published one, and damaged files are named."""

import gzip
import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets

from core.data import (
    DATASETS,
    MNIST_FOLDER,
    DataError,
    Dataset,
    load,
    loading,
    read_folder,
    with_article,
)
from core.data.idx import parse_images, parse_labels

MNIST = DATASETS["mnist"]

# The published number of images of each digit, from 0 to 9.
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("8", "an 8"), ("7", "a 7"), ("11", "an 11"), ("18", "an 18"), ("1", "a 1"), ("80", "an 80"),
        ("Ankle boot", "an Ankle boot"), ("T-shirt", "a T-shirt"), ("Bag", "a Bag"), ("お", "an お"), ("き", "a き"),
    ],
)  # fmt: skip
def test_a_class_has_the_article_with_which_it_is_spoken(name: str, spoken: str) -> None:
    assert with_article(name) == spoken


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped files, to be damaged."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for name in MNIST.files:
        shutil.copy(MNIST_FOLDER / name, folder)
    return folder


def test_mnist_has_60000_and_10000_images_of_784_grey_levels(mnist: Dataset) -> None:
    for split, count in ((mnist.train, 60_000), (mnist.test, 10_000)):
        assert split.images.shape == (count, 784) and split.images.dtype == np.uint8
        assert split.labels.shape == (count,) and split.labels.dtype == np.uint8
        assert (split.images.min(), split.images.max()) == (0, 255)


def test_mnist_has_the_published_number_of_each_digit(mnist: Dataset) -> None:
    assert np.bincount(mnist.train.labels).tolist() == TRAIN_COUNTS
    assert np.bincount(mnist.test.labels).tolist() == TEST_COUNTS


def test_the_grey_levels_have_the_published_mean_and_standard_deviation(mnist: Dataset) -> None:
    """0.1307 and 0.3081: the usual numbers for transforms.Normalize."""
    ink = mnist.train.images / np.float32(255)
    assert float(ink.mean(dtype=np.float64)) == pytest.approx(0.1307, abs=5e-5)
    assert float(ink.std(dtype=np.float64)) == pytest.approx(0.3081, abs=5e-5)


# MD5 of the published files after unpacking, so independent of their compression.
UNPACKED = {
    "train-images-idx3-ubyte.gz": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte.gz": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte.gz": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte.gz": "27ae3e4e09519cfbb04c329615203637",
}


def test_the_shipped_files_unpack_to_the_published_ones() -> None:
    assert set(UNPACKED) == set(MNIST.files)
    for name, md5 in UNPACKED.items():
        assert hashlib.md5(gzip.decompress((MNIST_FOLDER / name).read_bytes())).hexdigest() == md5


def test_images_and_labels_are_what_torchvision_reads_from_the_same_files(
    mnist: Dataset, tmp_path: Path
) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in MNIST.files:
        (raw / name.removesuffix(".gz")).write_bytes(gzip.decompress((MNIST_FOLDER / name).read_bytes()))
    for train, split in ((True, mnist.train), (False, mnist.test)):
        theirs = torchvision.datasets.MNIST(str(tmp_path), train=train)
        assert np.array_equal(theirs.data.numpy().reshape(-1, 784), split.images)
        assert np.array_equal(theirs.targets.numpy(), split.labels)


def test_a_data_set_is_read_once_per_process_however_many_ask_at_once() -> None:
    loading._loaded.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        assert len({id(data) for data in threads.map(load, ["mnist"] * 4)}) == 1


@pytest.mark.parametrize("count", range(1, 11))
def test_the_first_classes_keep_their_order(mnist: Dataset, count: int) -> None:
    test = mnist.test
    kept = [place for place, label in enumerate(test.labels.tolist()) if label < count]
    split = test.first_classes(count)
    assert np.array_equal(split.labels, test.labels[kept])
    assert np.array_equal(split.images, test.images[kept])
    assert set(split.labels.tolist()) == set(range(count))


@pytest.mark.parametrize("name", MNIST.files)
def test_a_single_flipped_bit_is_detected_and_the_file_is_named(copy: Path, name: str) -> None:
    damaged = bytearray((copy / name).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (copy / name).write_bytes(damaged)
    with pytest.raises(DataError, match=f"The data file {name} in .* is damaged.*Restore it"):
        read_folder(MNIST, copy)


@pytest.mark.parametrize("name", MNIST.files)
def test_a_missing_file_is_named_with_its_folder(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(DataError) as error:
        read_folder(MNIST, copy)
    assert f"It belongs in {copy.parent.name}/mnist: restore it" in str(error.value)
    assert name in str(error.value) and "No such file" in str(error.value)
    assert str(copy) not in str(error.value)  # visitors see it


@pytest.mark.parametrize("length", [0, 1, 1000, -1])
def test_a_truncated_file_is_named(copy: Path, length: int) -> None:
    path = copy / "train-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DataError, match=r"train-labels-idx1-ubyte\.gz .* is damaged"):
        read_folder(MNIST, copy)


def test_a_folder_instead_of_a_file_and_a_file_instead_of_the_folder_are_named(
    copy: Path, tmp_path: Path
) -> None:
    (copy / "t10k-labels-idx1-ubyte.gz").unlink()
    (copy / "t10k-labels-idx1-ubyte.gz").mkdir()
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz cannot be read"):
        read_folder(MNIST, copy)
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz cannot be read"):
        read_folder(MNIST, tmp_path / "file")


def test_two_swapped_files_are_detected(copy: Path) -> None:
    """Each is a valid file: only the checksum distinguishes train from test."""
    train, test = copy / "train-labels-idx1-ubyte.gz", copy / "t10k-labels-idx1-ubyte.gz"
    contents = train.read_bytes()
    train.write_bytes(test.read_bytes())
    test.write_bytes(contents)
    with pytest.raises(DataError, match=r"train-labels-idx1-ubyte\.gz"):
        read_folder(MNIST, copy)


def idx(magic: int, *sizes: int, content: bytes) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in (magic, *sizes)) + content


def test_a_hand_written_idx_file_is_read_row_by_row() -> None:
    pixels = bytes(range(256)) * 7  # more than two images of 784
    images = parse_images(idx(2051, 2, 28, 28, content=pixels[:1568]))
    assert images.tolist() == [list(pixels[:784]), list(pixels[784:1568])]
    assert parse_labels(idx(2049, 3, content=b"\x07\x00\x09")).tolist() == [7, 0, 9]


@pytest.mark.parametrize(
    "content",
    [
        idx(2049, 2, 28, 28, content=bytes(1568)),
        idx(2051, 2, 27, 28, content=bytes(1568)),
        idx(2051, 2, 28, 28, content=bytes(1567)),
        idx(2051, 2, 28, 28, content=bytes(1569)),
        idx(2051, content=b""),
        idx(2051, 2, 28, content=b"\x00"),
        b"",
        b"<!DOCTYPE html><html></html>",
    ],
)
def test_a_file_that_holds_no_images_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="not an IDX file of 28 x 28 images"):
        parse_images(content)


@pytest.mark.parametrize(
    "content",
    [idx(2051, 3, content=b"\x01\x02\x03"), idx(2049, 4, content=b"\x01\x02\x03"), b"", b"\x00\x00\x08\x01"],
)
def test_a_file_that_holds_no_labels_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="not an IDX file of labels"):
        parse_labels(content)


def test_each_entry_has_ten_classes_and_a_unique_checksum() -> None:
    for name, entry in DATASETS.items():
        assert entry.name == name and len(set(entry.classes)) == 10 and len(entry.files) == 4
    assert len({entry.checksum for entry in DATASETS.values()}) == len(DATASETS)
