"""The other data sets, downloaded from a local mirror: an HTTP server in a thread."""

import dataclasses
import gzip
import hashlib
import http.server
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets

from core.config import RunConfig
from core.data import DATASETS, DataError, Dataset, DatasetEntry, Split, load, loading
from core.data.download import fetch
from core.environment import PROJECT
from core.runs import Run
from core.service.slots import WORKER_ENVIRONMENT
from core.training.pipeline import train_and_measure

SENTENCE = "Fashion-MNIST does not come with the app and could not be fetched: .* Choose MNIST"


def idx_files(train: Split, test: Split) -> dict[str, bytes]:
    """Files as published: gzipped IDX files of 28 x 28 images and of labels."""
    files = {}
    for prefix, split in (("train", train), ("t10k", test)):
        count = len(split.labels).to_bytes(4, "big")
        header = (2051).to_bytes(4, "big") + count + (28).to_bytes(4, "big") * 2
        files[f"{prefix}-images-idx3-ubyte.gz"] = gzip.compress(header + split.images.tobytes())
        files[f"{prefix}-labels-idx1-ubyte.gz"] = gzip.compress(
            (2049).to_bytes(4, "big") + count + split.labels.tobytes()
        )
    return files


@dataclasses.dataclass
class Mirror:
    """A folder served over HTTP, the requested paths, and the catalogue entry of its files."""

    folder: Path
    downloads: Path
    address: str
    entry: DatasetEntry
    train: Split
    test: Split
    asked: list[str]


@pytest.fixture
def published(mnist: Dataset) -> tuple[Split, Split]:
    """Real images under another name: the last 300 training and 100 test digits."""
    return (
        Split(mnist.train.images[-300:], mnist.train.labels[-300:]),
        Split(mnist.test.images[-100:], mnist.test.labels[-100:]),
    )


@pytest.fixture
def mirror(
    published: tuple[Split, Split], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mirror]:
    train, test = published
    folder = tmp_path / "mirror" / "FashionMNIST"
    folder.mkdir(parents=True)
    files = idx_files(train, test)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    checksums = {name: hashlib.md5(files[name]).hexdigest() for name in DATASETS["fashion_mnist"].files}
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder.parent))  # type: ignore[arg-type]

        def log_request(self, *_: object) -> None:
            asked.append(self.path)

        def log_error(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # poll interval of the shutdown
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("CONTRASTIVE_LAB_MIRROR", address)
    monkeypatch.setenv("CONTRASTIVE_LAB_DOWNLOADS", str(tmp_path / "downloads"))
    entry = dataclasses.replace(DATASETS["fashion_mnist"], files=checksums)
    yield Mirror(folder, tmp_path / "downloads", address, entry, train, test, asked)
    server.shutdown()
    thread.join()
    server.server_close()


def same(data: Dataset, mirror: Mirror) -> bool:
    return all(
        np.array_equal(ours.images, theirs.images)
        and np.array_equal(ours.labels, theirs.labels)
        and ours.images.dtype == ours.labels.dtype == np.uint8
        for ours, theirs in ((data.train, mirror.train), (data.test, mirror.test))
    )


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if entry.torchvision])
def test_the_catalogues_checksums_are_torchvisions_own(name: str) -> None:
    entry = DATASETS[name]
    assert list(entry.files.items()) == getattr(torchvision.datasets, str(entry.torchvision)).resources


def test_the_catalogues_class_names_are_torchvisions_in_the_same_order() -> None:
    ours = DATASETS["fashion_mnist"].classes
    theirs = torchvision.datasets.FashionMNIST.classes
    assert [name.split("/")[0].lower() for name in theirs] == [name.lower() for name in ours]


def test_a_data_set_is_downloaded_from_the_mirror_unchanged(mirror: Mirror) -> None:
    assert same(fetch(mirror.entry), mirror)
    assert set(mirror.asked) == {f"/FashionMNIST/{name}" for name in mirror.entry.files}


def test_a_trailing_slash_in_the_mirrors_address_is_ignored(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRASTIVE_LAB_MIRROR", mirror.address + "/")
    assert same(fetch(mirror.entry), mirror)


def test_a_downloaded_data_set_is_read_from_disk(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(mirror.entry)
    mirror.asked.clear()
    assert same(fetch(mirror.entry), mirror)
    assert mirror.asked == []
    monkeypatch.setenv("CONTRASTIVE_LAB_MIRROR", "http://127.0.0.1:9")  # no server there
    assert same(fetch(mirror.entry), mirror)


def test_a_worker_prints_nothing_while_downloading(mirror: Mirror) -> None:
    """The output would appear in the server's log."""
    code = (
        "import dataclasses; from core.data import DATASETS; from core.data.download import fetch; "
        f"fetch(dataclasses.replace(DATASETS['fashion_mnist'], files={mirror.entry.files}))"
    )
    environment = os.environ | WORKER_ENVIRONMENT
    told = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True)
    assert (told.returncode, told.stdout, told.stderr) == (0, b"", b"")
    assert set(mirror.asked) == {f"/FashionMNIST/{name}" for name in mirror.entry.files}


@pytest.mark.parametrize("name", DATASETS["fashion_mnist"].files)
def test_a_damaged_file_from_a_mirror_is_refused_and_retried_next_time(mirror: Mirror, name: str) -> None:
    whole = (mirror.folder / name).read_bytes()
    (mirror.folder / name).write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    with pytest.raises(DataError, match=SENTENCE):
        fetch(mirror.entry)
    (mirror.folder / name).write_bytes(whole)
    assert same(fetch(mirror.entry), mirror)


def test_a_mirror_without_the_file_is_refused(mirror: Mirror) -> None:
    (mirror.folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match=SENTENCE):
        fetch(mirror.entry)


def test_an_unreachable_mirror_is_refused_and_mnist_still_loads(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRASTIVE_LAB_MIRROR", "http://127.0.0.1:9")
    with pytest.raises(DataError, match=SENTENCE):
        fetch(mirror.entry)
    with pytest.raises(DataError, match=SENTENCE):
        load("fashion_mnist")
    loading._loaded.cache_clear()
    assert len(load("mnist").train.labels) == 60_000


def test_a_server_that_does_not_speak_http_is_refused(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mumble(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(b"good morning\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mumble) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        monkeypatch.setenv("CONTRASTIVE_LAB_MIRROR", f"http://127.0.0.1:{server.server_address[1]}")
        try:
            with pytest.raises(DataError, match=SENTENCE):
                fetch(mirror.entry)
        finally:
            server.shutdown()


def test_an_unresponsive_server_times_out(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.download.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("CONTRASTIVE_LAB_MIRROR", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(DataError, match=SENTENCE):
            fetch(mirror.entry)
    assert socket.getdefaulttimeout() is None


def test_a_downloads_folder_that_cannot_be_created_is_refused(mirror: Mirror) -> None:
    mirror.downloads.write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"cannot be stored: .*downloads is not a folder.* Choose MNIST"):
        fetch(mirror.entry)


def test_truncated_files_on_disk_are_downloaded_again(mirror: Mirror) -> None:
    """As left by a worker that was killed during a download."""
    fetch(mirror.entry)
    for path in [path for path in mirror.downloads.rglob("*") if path.is_file()]:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        assert same(fetch(mirror.entry), mirror), path.name


def test_concurrent_downloads_all_get_the_complete_data_set(mirror: Mirror) -> None:
    results: list[Dataset] = []
    barrier = threading.Barrier(4)

    def one() -> None:
        barrier.wait()
        results.append(fetch(mirror.entry))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and all(same(data, mirror) for data in results)


def test_a_run_can_be_cancelled_during_a_download(mirror: Mirror, tmp_path: Path) -> None:
    """From a site that does not answer before the run is cancelled."""
    loading._loaded.cache_clear()
    run = Run(tmp_path / "runs" / "stopped")
    run.begin(RunConfig(dataset="fashion_mnist", epochs=1))
    with socket.create_server(("127.0.0.1", 0)) as slow, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTRASTIVE_LAB_MIRROR", f"http://127.0.0.1:{slow.getsockname()[1]}")
        training = threading.Thread(target=train_and_measure, args=(run,))
        training.start()
        asked, _ = slow.accept()  # now the worker is waiting for the first file
        with asked:
            run.request_cancel("Somebody pressed Stop.")
            training.join(60)
            assert not training.is_alive()
            assert (run.status().state, run.status().message) == ("cancelled", "Somebody pressed Stop.")
            [fetching] = [thread for thread in threading.enumerate() if thread.name == "fetch"]
    fetching.join(60)  # the site is gone: the download fails silently
    assert not fetching.is_alive()
