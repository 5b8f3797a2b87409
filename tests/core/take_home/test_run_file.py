"""A run as a zip: what is in it for others, and that it comes back as it went."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from safetensors.numpy import load

from core.config import PRESETS, RunConfig
from core.runs import Run, run_at
from core.take_home.importing import import_run
from core.take_home.run_file import run_file


@pytest.fixture(scope="module")
def content(finished: Run) -> bytes:
    return run_file(finished)


@pytest.fixture(scope="module")
def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture(scope="module")
def back(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return import_run(content, tmp_path_factory.mktemp("imports"))


def test_the_zip_holds_the_settings_the_figures_and_a_page_of_words(
    finished: Run, files: dict[str, bytes]
) -> None:
    assert RunConfig.from_dict(json.loads(files["config.json"])) == finished.config()
    figures = json.loads(files["figures.json"])["figures"]
    assert figures == finished.evaluation().figures
    words = files["README.md"].decode()
    for name in files:
        assert name == "README.md" or f"`{name}`" in words
    assert f"| {figures['rand_index']:.4f} |" in words


def test_the_embedding_is_a_table_with_a_row_an_image(finished: Run, files: dict[str, bytes]) -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(files["embedding.parquet"]))
    assert table.num_rows == 70_000
    embedding = finished.embedding()
    z = np.stack([table["z1"].to_numpy(), table["z2"].to_numpy()], axis=1)
    assert np.array_equal(z, np.concatenate([embedding.train, embedding.test]))
    assert table["split"].to_pylist()[59_999:60_001] == ["train", "test"]
    assert np.array_equal(table["label"].to_numpy()[:60_000], embedding.train_labels)


def test_the_weights_are_those_of_the_run(finished: Run, files: dict[str, bytes]) -> None:
    weights, theirs = load(files["weights.safetensors"]), finished.weights()
    assert weights.keys() == theirs.keys()
    assert all(np.array_equal(weights[name], theirs[name]) for name in theirs)


def test_the_same_run_gives_the_same_bytes(finished: Run, content: bytes) -> None:
    assert run_file(finished) == content


def test_a_run_comes_back_with_its_embedding_its_clusters_and_its_figures(finished: Run, back: Run) -> None:
    assert back.status().state == "done" and back.config() == finished.config()
    ours, theirs = finished.embedding(), back.embedding()
    assert np.allclose(ours.train, theirs.train, atol=1e-5) and np.allclose(ours.test, theirs.test, atol=1e-5)
    assert np.array_equal(ours.train_clusters, theirs.train_clusters)
    assert np.array_equal(ours.test_clusters, theirs.test_clusters)
    assert back.evaluation().figures == pytest.approx(finished.evaluation().figures, abs=1e-4)
    back.check()


def test_its_course_comes_back_too(finished: Run, back: Run) -> None:
    assert back.progress() == finished.progress()
    assert back.snapshot_steps() == finished.snapshot_steps()
    for step in finished.snapshot_steps():
        assert np.array_equal(back.snapshot(step).embeddings, finished.snapshot(step).embeddings)
    assert np.array_equal(back.shown_sample().indices, finished.shown_sample().indices)
    assert np.array_equal(back.shown_sample().labels, finished.shown_sample().labels)
    (ours, theirs) = finished.status(), back.status()
    assert (ours.seconds, ours.step, ours.stopped_early) == (
        theirs.seconds,
        theirs.step,
        theirs.stopped_early,
    )


def test_it_never_takes_the_place_of_a_trained_run(finished: Run, back: Run) -> None:
    assert back.key != finished.key and len(back.key) == 64
    assert run_at(finished.config().key).folder != back.folder


def test_the_shipped_run_brings_the_course_that_its_replay_shows(tmp_path: Path) -> None:
    shipped = run_at(PRESETS["fast"].key)
    back = import_run(run_file(shipped), tmp_path)
    assert len(back.snapshot_steps()) == 15
    last = back.snapshot(back.snapshot_steps()[-1]).embeddings
    assert np.allclose(last, shipped.embedding().train[shipped.shown_sample().indices], atol=1e-3)
