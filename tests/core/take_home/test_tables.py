"""core.take_home.tables: the tables are read back by other libraries than the one that wrote them, and by
itself."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from safetensors.numpy import save

from core.config import RunConfig
from core.data import load
from core.runs import Run, RunDamaged, Status
from core.take_home import tables

THREE = RunConfig(digits=3, embedding_dims=5, epochs=1)
# difficult to write as text: subnormal, largest, neighbours of round numbers, not finite
HARD = np.array(
    [1e-45, -1e-45, 3.4028235e38, -3.4028235e38, 0.1, 1 / 3, 16777217, 1e-7, -0.0, np.nan, np.inf, -np.inf],
    np.float32,
)


def write_run(run: Run, config: RunConfig, seed: int) -> dict[str, np.ndarray]:
    """A finished run with the real images' labels and random coordinates; it has only an embedding."""
    generator = np.random.default_rng(seed)
    data, arrays = load(config.dataset), {}
    for split in ("train", "test"):
        labels = getattr(data, split).first_classes(config.digits).labels
        points = generator.normal(size=(len(labels), config.embedding_dims)) * 10.0 ** generator.integers(
            -30, 30, (len(labels), 1)
        )
        arrays[split] = points.astype(np.float32)
        arrays[f"{split}_labels"] = labels
        arrays[f"{split}_clusters"] = generator.integers(0, config.digits, len(labels)).astype(np.uint8)
    arrays["train"][: len(HARD), 1] = HARD
    run.begin(config)
    checksum = run.write_arrays("embedding.safetensors", arrays)
    run.write_status(Status("done", files={"embedding.safetensors": checksum}))
    return arrays


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, np.ndarray]]:
    run = Run(tmp_path_factory.mktemp("written") / THREE.key)
    return run, write_run(run, THREE, seed=0)


Written = tuple[Run, dict[str, np.ndarray]]
COLUMNS = ["index", "number", "split", "label", "class", "cluster", "z1", "z2", "z3", "z4", "z5"]


@pytest.mark.parametrize("split", ["train", "test"])
def test_each_image_of_the_split_has_a_row(written: Written, split: str) -> None:
    run, arrays = written
    rows = tables.table(run, split).to_pandas()
    assert list(rows.columns) == COLUMNS
    assert rows["index"].tolist() == list(range(len(arrays[split])))
    assert np.array_equal(rows["label"], arrays[f"{split}_labels"])
    assert np.array_equal(rows["cluster"], arrays[f"{split}_clusters"])
    assert rows["class"].tolist() == [str(label) for label in arrays[f"{split}_labels"]]
    assert set(rows["split"]) == {split}
    assert np.array_equal(rows[COLUMNS[6:]].to_numpy(), arrays[split], equal_nan=True)


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_number_is_the_index_before_the_class_filter(written: Written, split: str) -> None:
    whole = getattr(load("mnist"), split)
    rows = tables.table(written[0], split).to_pandas()
    assert np.array_equal(whole.labels[rows["number"]], rows["label"])
    kept = whole.first_classes(3).images
    assert np.array_equal(whole.images[rows["number"]], kept[rows["index"]])
    assert rows["number"].iloc[-1] > rows["index"].iloc[-1]


def test_index_and_number_are_equal_with_all_classes(finished: Run) -> None:
    rows = tables.table(finished, "test").to_pandas()
    assert len(rows) == 10_000
    assert np.array_equal(rows["number"], rows["index"])
    np.testing.assert_array_equal(rows[["z1", "z2"]].to_numpy(), finished.embedding().test)


def test_selected_classes_and_images_keep_their_indices(written: Written) -> None:
    run, arrays = written
    rows = tables.table(run, "train", classes=(2, 0)).to_pandas()
    assert rows["index"].tolist() == np.flatnonzero(arrays["train_labels"] != 1).tolist()
    chosen = np.array([40, 7, 12_345, 13])
    rows = tables.table(run, "train", chosen=chosen).to_pandas()
    assert rows["index"].tolist() == [7, 13, 40, 12_345]
    assert np.array_equal(load("mnist").train.labels[rows["number"]], rows["label"])
    assert np.all(rows["number"] > rows["index"])
    assert np.array_equal(rows["label"], arrays["train_labels"][rows["index"]])
    assert np.array_equal(rows["z5"], arrays["train"][rows["index"], 4])
    label = int(arrays["train_labels"][40])
    both = tables.table(run, "train", classes=[label], chosen=chosen).to_pandas()
    assert both["index"].tolist() == [
        place for place in (7, 13, 40, 12_345) if arrays["train_labels"][place] == label
    ]
    assert len(tables.table(run, "train", classes=())) == 0


def test_the_csv_restores_exactly_the_same_float32(written: Written) -> None:
    run, arrays = written
    text = tables.as_csv(tables.table(run, "train")).decode("utf-8")
    header, *lines = csv.reader(io.StringIO(text))
    assert header == COLUMNS
    found = np.array([line[6:] for line in lines]).astype(np.float64).astype(np.float32)
    assert np.array_equal(found, arrays["train"], equal_nan=True)
    assert np.array_equal(np.signbit(found[:9]), np.signbit(arrays["train"][:9]))
    assert [int(line[0]) for line in lines] == list(range(len(lines)))
    longest = max(len(cell.lstrip("-")) for cell in lines[50][6:])
    assert longest < 20  # no more digits than a float32 has


def test_pandas_reads_the_csv_with_its_types(written: Written) -> None:
    table = tables.table(written[0], "test")
    rows = pd.read_csv(io.BytesIO(tables.as_csv(table)))
    assert [rows[name].dtype.kind for name in ("index", "number", "label", "cluster", "z1")] == list("iiiif")
    np.testing.assert_allclose(rows["z3"], table.to_pandas()["z3"], rtol=1e-7)


def test_parquet_contains_the_same_table_with_the_run_and_its_config(written: Written) -> None:
    run, _ = written
    table = tables.table(run, "train")
    content = tables.as_parquet(table, run)
    found = pyarrow.parquet.read_table(io.BytesIO(content))
    assert found.schema.metadata[b"contrastive_lab_run"].decode() == THREE.key
    config = json.loads(found.schema.metadata[b"contrastive_lab_config"])
    assert RunConfig.from_dict(config) == THREE
    assert {str(found.schema.field(f"z{dimension}").type) for dimension in range(1, 6)} == {"float"}
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(content)), table.to_pandas())


def test_non_ascii_class_names_are_preserved(tmp_path: Path) -> None:
    config = RunConfig(dataset="kmnist", digits=10, embedding_dims=2)
    run = Run(tmp_path / config.key)
    run.begin(config)
    arrays = {"train": np.zeros((10, 2), np.float32), "train_labels": np.arange(10, dtype=np.uint8)}
    arrays |= {"train_clusters": arrays["train_labels"]}
    arrays |= {name.replace("train", "test"): array for name, array in arrays.items()}
    checksum = run.write_arrays("embedding.safetensors", arrays)
    run.write_status(Status("done", files={"embedding.safetensors": checksum}))
    _, *lines = csv.reader(io.StringIO(tables.as_csv(tables.table(run, "train")).decode("utf-8")))
    assert "".join(line[4] for line in lines) == "おきすつなはまやれを"


def test_a_damaged_run_is_reported_and_not_exported(tmp_path: Path) -> None:
    run = Run(tmp_path / THREE.key)
    write_run(run, THREE, seed=1)
    (run.folder / "embedding.safetensors").write_bytes(save({"train": np.zeros(3)}))
    with pytest.raises(RunDamaged):
        tables.table(run, "train")
