"""The canvas's routes on a real server: what they return, and what they refuse."""

import hashlib
import json
import shutil
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
import pytest
from safetensors.numpy import load_file

from core.config import PRESETS, RunConfig
from core.data import load
from core.pictures.frames import unpack
from core.runs import Run
from tests.browser.canvas_runs import QUICK, trained
from tests.browser.harness import PROJECT, Server, running_server
from tests.browser.lab import folders

SHIPPED = PRESETS["fast"].key


class Answer(NamedTuple):
    code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> dict:
        return json.loads(self.content)


@pytest.fixture(scope="module")
def served(server: Server) -> Iterator[Server]:
    """A server with a finished run of three classes, trained from the command line."""
    before = folders(server.runs)
    trained(server)
    yield server
    for key in folders(server.runs) - before:
        shutil.rmtree(server.runs / key)


def get(server: Server, path: str, **headers: str) -> Answer:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(server.url + path, headers=headers)
    try:
        with opener.open(request, timeout=60) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def test_the_shipped_run_has_every_training_image_at_every_snapshot(served: Server) -> None:
    answer = get(served, f"/runs/{SHIPPED}/frames/train")
    frames = unpack(answer.content)
    assert answer.code == 200 and frames.coordinates.shape == (15, 60_000, 2)
    assert np.array_equal(frames.labels, load("mnist").train.labels)
    assert get(served, f"/runs/{SHIPPED}/status").json()["replay"]["state"] == "ready"


def test_cached_frames_are_not_sent_again(served: Server) -> None:
    first = get(served, f"/runs/{SHIPPED}/frames/train")
    again = get(served, f"/runs/{SHIPPED}/frames/train", **{"If-None-Match": first.headers["etag"]})
    assert (again.code, again.content) == (304, b"")


def test_a_finished_run_says_so_and_gives_both_splits_and_its_sample(served: Server) -> None:
    run = Run(served.runs / QUICK.key)
    status = get(served, f"/runs/{QUICK.key}/status").json()
    assert status["state"] == "done" and status["steps"] == run.snapshot_steps()
    assert status["replay"] == {"state": "none", "done": 0, "of": len(run.snapshot_steps())}
    for split, points in (("train", run.embedding().train), ("test", run.embedding().test)):
        frames = unpack(get(served, f"/runs/{QUICK.key}/frames/{split}").content)
        assert np.allclose(frames.coordinates[-1], points, atol=1e-3)
    steps = run.snapshot_steps()
    later = get(served, f"/runs/{QUICK.key}/frames/sample?after={steps[2]}")
    assert unpack(later.content).steps.tolist() == steps[3:]
    assert get(served, f"/runs/{QUICK.key}/frames/sample?after={steps[-1]}").code == 204


def test_the_images_of_a_picture_come_in_chunks(served: Server) -> None:
    images = load("mnist").train
    places = np.flatnonzero(images.labels < 3)
    content = get(served, f"/runs/{QUICK.key}/images/train/2").content
    (count,) = struct.unpack_from("<I", content)
    numbers = np.frombuffer(content, "<u4", count, 4)
    assert numbers.tolist() == places[2 :: -(-len(places) // 1000)].tolist()
    pixels = np.frombuffer(content, np.uint8, offset=4 + 4 * count).reshape(count, 784)
    assert np.array_equal(pixels, images.images[numbers])


def test_contours_and_cells_come_as_corners(served: Server) -> None:
    lines = get(served, f"/runs/{QUICK.key}/contours/train").json()["lines"]
    assert {line["label"] for line in lines} == {0, 1, 2}
    assert {line["mass"] for line in lines} == {0.25, 0.5, 0.75, 0.9}
    cells = get(served, f"/runs/{QUICK.key}/cells/train?per_class=25").json()["cells"]
    assert len(cells) == 90 and {cell["label"] for cell in cells} == {0, 1, 2}
    assert all(len(cell["xy"]) >= 6 and len(cell["xy"]) % 2 == 0 for cell in cells)


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/runs/abc/status", 404, "64 hexadecimal digits"),
        (f"/runs/{'0' * 64}/status", 404, "no such run"),
        (f"/runs/{SHIPPED}/frames/valid", 404, "no 'valid' images"),
        (f"/runs/{SHIPPED}/images/train/999", 400, "no chunk 999"),
        (f"/runs/{SHIPPED}/frames/train?reduction=../../etc", 400, "no reduction"),
        (f"/runs/{SHIPPED}/frames/sample?after=soon", 400, "whole number"),
        (f"/runs/{SHIPPED}/cells/train?per_class=-3", 400, "0 sample points"),
    ],
)
def test_what_is_not_there_is_refused_with_a_sentence(
    served: Server, path: str, code: int, words: str
) -> None:
    answer = get(served, path)
    assert answer.code == code, answer
    assert words in answer.json()["error"] and answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    "path", ["..%2f..%2fREADME.md", f"{SHIPPED}/config.json", f"{SHIPPED}/frames/..%2fstatus.json"]
)
def test_no_file_is_served_by_its_path(served: Server, path: str) -> None:
    content = get(served, f"/runs/{path}").content
    assert b"Contrastive Lab\n" not in content and b"batch_size" not in content and b"updated" not in content


def test_a_post_changes_nothing(served: Server) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(urllib.request.Request(f"{served.url}/runs/{SHIPPED}/status", data=b"x"), timeout=20)
    with refused.value as answer:
        assert answer.code == 405


def test_a_damaged_run_is_reported_and_its_neighbour_is_not(served: Server) -> None:
    other = served.runs / ("f" * 64)
    shutil.copytree(served.runs / QUICK.key, other)
    (other / "embedding.safetensors").write_bytes(b"\0" * 100)
    answer = get(served, f"/runs/{other.name}/frames/train")
    assert answer.code == 410 and "damaged" in answer.json()["error"]
    assert get(served, f"/runs/{QUICK.key}/frames/train").code == 200


@pytest.mark.parametrize("what", ["images/sample/0", "frames/sample"])
def test_a_restarting_run_answers_no_content_and_not_an_error(served: Server, what: str) -> None:
    other = Run(served.runs / hashlib.sha256(what.encode()).hexdigest())
    shutil.copytree(served.runs / QUICK.key, other.folder)
    (other.folder / "sample.safetensors").unlink()
    address = f"/runs/{other.key}/{what}"
    assert get(served, address).code == 410
    with other.lock():  # as while the folder is emptied, which removes the old status last
        assert get(served, address).code == 204
    other.set_state("training")
    assert get(served, address).code == 204


def test_snapshots_of_a_run_in_training_come_one_after_the_other(served: Server) -> None:
    config = RunConfig(epochs=30, seed=5)
    command = [sys.executable, "-m", "core", "train", "--set", "epochs=30", "--set", "seed=5"]
    training = subprocess.Popen(
        [*command, "--out", str(served.runs)],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        received: list[int] = []
        end = time.monotonic() + 60
        while len(received) < 6 and time.monotonic() < end:
            status = get(served, f"/runs/{config.key}/status")
            if status.code == 200 and status.json()["steps"][len(received) :]:
                answer = get(
                    served, f"/runs/{config.key}/frames/sample?after={received[-1] if received else -1}"
                )
                if answer.code == 200:
                    frames = unpack(answer.content)
                    assert frames.coordinates.shape[1:] == (2000, 2)
                    received += frames.steps.tolist()
            time.sleep(0.1)
        assert len(received) >= 6 and received == sorted(set(received))
        assert get(served, f"/runs/{config.key}/status").json()["state"] == "training"
        assert get(served, f"/runs/{config.key}/frames/train").code == 204  # only after the end
    finally:
        training.kill()
        training.wait()


def test_the_server_needs_no_torch_for_any_of_it(served: Server) -> None:
    for path in (
        "frames/train",
        "images/test/0",
        "contours/test",
        "cells/test",
        "frames/test?reduction=pca2",
    ):
        assert get(served, f"/runs/{QUICK.key}/{path}").code == 200, path
    libraries = [Path(entry.path).name for entry in psutil.Process(served.process.pid).memory_maps()]
    assert not [name for name in libraries if "torch" in name]


def test_the_example_does_not_depend_on_runs_with_its_settings(tmp_path: Path) -> None:
    shipped = Run(PROJECT / "assets" / "runs" / SHIPPED)
    run = Run(tmp_path / "runs" / SHIPPED)
    with running_server(tmp_path) as server:
        before = get(server, "/example/frames/train").content

        # while such a run is under way or damaged, its URL shows the example too
        shutil.copytree(shipped.folder, run.folder)
        run.set_state("training")
        assert get(server, f"/runs/{SHIPPED}/frames/train").content == before
        assert get(server, f"/runs/{SHIPPED}/images/test/0").code == 200
        damaged = bytearray((run.folder / "embedding.safetensors").read_bytes())
        damaged[-1] ^= 0xFF
        (run.folder / "embedding.safetensors").write_bytes(damaged)
        run.write_status(shipped.status())
        assert get(server, f"/runs/{SHIPPED}/frames/train").content == before
        assert get(server, f"/runs/{SHIPPED}/contours/test").code == 200

        # on another processor, with other rounding, the same settings give other points
        shutil.rmtree(run.folder / "replay")
        arrays = load_file(shipped.folder / "embedding.safetensors")
        checksum = run.write_arrays("embedding.safetensors", arrays | {"train": 2 * arrays["train"]})
        files = run.status().files | {"embedding.safetensors": checksum}
        run.write_status(replace(run.status(), files=files, updated=time.time()))
        assert get(server, "/example/frames/train").content == before
        assert get(server, "/example/status").json()["replay"]["state"] == "ready"
        own = unpack(get(server, f"/runs/{SHIPPED}/frames/train").content).coordinates[-1]
        np.testing.assert_allclose(own, 2 * unpack(before).coordinates[-1], atol=0.001)


@pytest.mark.parametrize(
    "value",
    ["9" * 400, "9" * 5000, "inf", "-1"],
    ids=lambda value: value[:10],
)
def test_no_number_in_an_address_breaks_a_route(server: Server, value: str) -> None:
    for path in (
        f"/example/frames/sample?after={value}",
        f"/example/frames/train?reduction={value}",
        f"/example/frames/{value}",
        f"/example/images/train/{value}",
        f"/example/images/sample/{value}",
        f"/example/contours/train?reduction={value}",
        f"/example/cells/train?reduction={value}",
        f"/example/cells/train?per_class={value}",
        f"/runs/{value}/status",
        f"/practice/python/{value}",
    ):
        answer = get(server, path)
        assert answer.code < 500, path[:60]
