"""A run as a zip: what is in it for others, and that it comes back as it went."""

import io
import json
import re
import tomllib
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from safetensors.numpy import load

from core.config import PRESETS, RunConfig
from core.losses import LOSSES
from core.pipeline import train_and_measure
from core.runs import Run, Snapshot, Status, run_at
from core.settings import PROJECT
from core.take_home.importing import LIMITS, OPTIONAL, import_run
from core.take_home.opening import LARGEST, open_zip
from core.take_home.run_file import run_file
from core.training import SAMPLE, SNAPSHOTS


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


@pytest.mark.parametrize("loss", [name for name, entry in LOSSES.items() if entry.learned])
def test_what_the_loss_has_learned_goes_along_and_comes_back(loss: str, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    run.begin(RunConfig(loss=loss, digits=2, epochs=1))
    train_and_measure(run)
    content = run_file(run)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        kept, words = load(file.read("learned.safetensors")), file.read("README.md").decode()
    assert kept.keys() == run.learned().keys() and all(name in words for name in kept)
    (tmp_path / "imports").mkdir()
    back = import_run(content, tmp_path / "imports")
    assert all(np.array_equal(array, run.learned()[name]) for name, array in back.learned().items())
    assert back.learned().keys() == kept.keys()
    back.check()


# ---- the largest runs

WIDEST = RunConfig(embedding_dims=64, hidden=(512, 512, 512, 512))


def as_good_as_noise(generator: np.random.Generator, *shape: int) -> np.ndarray:
    """Finite float32 numbers of which hardly a bit follows from another: no way of packing makes them smaller."""
    size = generator.uniform(-9, 4, shape)
    return (generator.choice([-1, 1], shape) * 10**size).astype(np.float32)


def test_no_run_can_give_a_zip_that_cannot_be_brought_back_for_its_size(
    finished: Run, tmp_path: Path
) -> None:
    """The most weights, the most dimensions and the most snapshots, of numbers that cannot be packed."""
    generator, run = np.random.default_rng(0), Run(tmp_path / WIDEST.key)
    run.begin(WIDEST)
    sample, embedding = finished.shown_sample(), finished.embedding()
    run.write_arrays(
        "sample.safetensors",
        {"indices": sample.indices, "labels": sample.labels, "in_test": np.zeros(1, np.uint8)},
    )
    for report in finished.progress():
        run.append_progress(report)
    for step in range(SNAPSHOTS + 1):  # one more where training was stopped early
        run.write_snapshot(Snapshot(step, as_good_as_noise(generator, SAMPLE, 64)), {})
    arrays = {name: array for name, array in vars(embedding).items() if isinstance(array, np.ndarray)}
    arrays |= {split: as_good_as_noise(generator, len(arrays[split]), 64) for split in ("train", "test")}
    noisy = {
        f"linear.{place}.{kind}": as_good_as_noise(generator, *shape)
        for place, (before, after) in enumerate(pairwise(WIDEST.layers))
        for kind, shape in (("weight", (after, before)), ("bias", (after,)))
    }
    measured = finished.measurements()
    assert measured is not None
    files = {
        "embedding.safetensors": run.write_arrays("embedding.safetensors", arrays),
        "figures.json": run.write_evaluation(finished.evaluation()),
        "measurements.json": run.write_measurements(measured),
        "weights.safetensors": run.write_arrays("weights.safetensors", noisy),
    }
    run.write_status(Status("done", seconds=9.0, step=SNAPSHOTS, files=files))
    content = run_file(run)
    assert 0.95 * LARGEST < len(content) <= LARGEST
    opened = open_zip(content, LIMITS, OPTIONAL)
    assert load(opened["weights.safetensors"])["linear.4.weight"].shape == (64, 512)


@pytest.fixture(scope="module")
def of_64_dimensions(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A real run in 64 dimensions, of the largest network and few images: of all, it would take a minute."""
    config = replace(WIDEST, digits=2, epochs=1, batch_size=512, learning_rate=0.01)
    run = Run(tmp_path_factory.mktemp("wide") / config.key)
    run.begin(config)
    train_and_measure(run)
    assert run.status().state == "done"
    return run


def test_a_run_of_64_dimensions_comes_back(of_64_dimensions: Run, tmp_path: Path) -> None:
    content = run_file(of_64_dimensions)
    back = import_run(content, tmp_path)
    ours, theirs = of_64_dimensions.embedding(), back.embedding()
    assert theirs.train.shape == (len(ours.train_labels), 64)
    assert np.allclose(ours.train, theirs.train, atol=1e-4) and np.allclose(ours.test, theirs.test, atol=1e-4)
    assert np.array_equal(ours.train_clusters, theirs.train_clusters)
    assert back.evaluation().figures == pytest.approx(of_64_dimensions.evaluation().figures, abs=1e-3)
    assert back.snapshot_steps() == of_64_dimensions.snapshot_steps()
    for step in back.snapshot_steps():
        points = of_64_dimensions.snapshot(step).embeddings
        assert np.allclose(back.snapshot(step).embeddings, points, rtol=1e-3, atol=0)
    table = pyarrow.parquet.read_table(
        io.BytesIO(zipfile.ZipFile(io.BytesIO(content)).read("embedding.parquet"))
    )
    assert np.array_equal(table["z64"].to_numpy()[: len(ours.train)], ours.train[:, 63])


def test_every_mention_of_the_limit_is_of_the_same_number() -> None:
    megabytes = LARGEST // 2**20
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["server"]["maxUploadSize"] == megabytes
    assert f"uploads of at most {megabytes} MB" in (PROJECT / "docs" / "operations.md").read_text("utf-8")
    (nginx,) = re.findall(
        r"client_max_body_size (\d+)m;", (PROJECT / "docs" / "nginx.conf").read_text("utf-8")
    )
    assert int(nginx) == megabytes + 1  # the form round the file has a few bytes of its own
