"""A run as a zip file: its contents."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from safetensors.numpy import load

from core.config import PRESETS, RunConfig
from core.losses import LOSSES
from core.pictures.frames import CanvasOptions
from core.runs import Progress, Run, run_at
from core.take_home.report import CanvasFiles, report
from core.take_home.run_file import run_file
from core.training.pipeline import train_and_measure


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture(scope="module")
def content(finished: Run) -> bytes:
    return run_file(finished)


@pytest.fixture(scope="module")
def files(content: bytes) -> dict[str, bytes]:
    return files_of(content)


def test_the_zip_contains_the_settings_the_figures_and_a_readme(
    finished: Run, files: dict[str, bytes]
) -> None:
    assert RunConfig.from_dict(json.loads(files["config.json"])) == finished.config()
    figures = json.loads(files["figures.json"])["figures"]
    assert {name: each["value"] for name, each in figures.items()} == finished.evaluation().values
    words = files["README.md"].decode()
    for name in files:
        assert name == "README.md" or f"`{name}`" in words
    assert f"| {figures['rand_index']['value']:.4f} |" in words


def test_the_embedding_is_a_table_with_one_row_per_image(finished: Run, files: dict[str, bytes]) -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(files["embedding.parquet"]))
    assert table.num_rows == 70_000
    embedding = finished.embedding()
    z = np.stack([table["z1"].to_numpy(), table["z2"].to_numpy()], axis=1)
    assert np.array_equal(z, np.concatenate([embedding.train, embedding.test]))
    assert table["split"].to_pylist()[59_999:60_001] == ["train", "test"]
    assert np.array_equal(table["label"].to_numpy()[:60_000], embedding.train_labels)


def test_the_zip_contains_the_weights_of_the_run(finished: Run, files: dict[str, bytes]) -> None:
    weights, theirs = load(files["weights.safetensors"]), finished.weights()
    assert weights.keys() == theirs.keys()
    assert all(np.array_equal(weights[name], theirs[name]) for name in theirs)


def test_the_same_run_gives_the_same_bytes(finished: Run, content: bytes) -> None:
    assert run_file(finished) == content


def test_the_zip_contains_the_course_of_the_training(finished: Run, files: dict[str, bytes]) -> None:
    reports = [Progress(**json.loads(line)) for line in files["progress.jsonl"].splitlines()]
    assert reports == finished.progress()
    snapshots, sample = load(files["snapshots.safetensors"]), load(files["sample.safetensors"])
    assert sorted(map(int, snapshots)) == finished.snapshot_steps()
    for step, points in snapshots.items():
        assert np.array_equal(points, finished.snapshot(int(step)).embeddings)
    assert np.array_equal(sample["indices"], finished.sample().indices)
    assert sample["in_test"].tolist() == [finished.sample().split == "test"]
    status = finished.status()
    result = {"seconds": status.seconds, "step": status.step, "stopped_early": status.stopped_early}
    assert json.loads(files["result.json"]) == result


def test_the_snapshots_of_the_shipped_run_come_from_its_replay() -> None:
    shipped = run_at(PRESETS["fast"].key)
    snapshots = load(files_of(run_file(shipped))["snapshots.safetensors"])
    assert len(snapshots) == 15
    last = snapshots[max(snapshots)]
    assert np.allclose(last, shipped.embedding().train[shipped.sample().indices], atol=1e-3)


@pytest.mark.parametrize("loss", [name for name, entry in LOSSES.items() if entry.learned])
def test_the_zip_contains_the_loss_parameters(loss: str, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    run.begin(RunConfig(loss=loss, digits=2, epochs=1))
    train_and_measure(run)
    files = files_of(run_file(run))
    kept, words = load(files["learned.safetensors"]), files["README.md"].decode()
    assert kept.keys() == run.learned().keys() and all(name in words for name in kept)
    assert all(np.array_equal(array, run.learned()[name]) for name, array in kept.items())


def test_undefined_figures_have_their_reason_in_the_zip_and_in_the_report(tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    run.begin(RunConfig(epochs=1, digits=3, hidden=(2,), learning_rate=1.0, batch_size=1000))
    train_and_measure(run)
    reason = run.evaluation().undefined["alignment"]
    assert "collapsed" in reason
    words = files_of(run_file(run))["README.md"].decode()
    assert f"| Alignment | {reason} |" in words and "| Purity | 0." in words and "nan" not in words
    canvas = CanvasFiles("", "", "export default 0")
    page = report(run, "", CanvasOptions(class_names=("0", "1", "2")), canvas, [])
    collapsed = run.evaluation().collapsed
    assert collapsed and f"so that images of the same class are close together. {collapsed}" in words
    assert f"the position of its point below. {collapsed}" in page and "The lines enclose" not in page
    assert f"{reason}</td>" in page and '<td class="number">undefined</td>' in page
