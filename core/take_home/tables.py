"""The coordinates of a finished run as a table: CSV and Parquet."""

import io
import json
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv  # type: ignore[import-untyped]
import pyarrow.parquet  # type: ignore[import-untyped]

from core.data import DATASETS, load_stored
from core.pictures.canvas_data import places_of_classes
from core.runs import Run

Integers = npt.NDArray[np.integer]


def table(
    run: Run, split: str, classes: Collection[int] | None = None, chosen: Integers | None = None
) -> pa.Table:
    """One row per image of a split ("train" or "test"), in order, with the columns

    index (among the images of the run's classes), number (index in the whole split of the data set), split,
    label, class (its name), cluster, and z1 to zd, its embedding, as float32.
    classes: only images with these labels. chosen: only those with these indices.
    Raises RunDamaged, and DataError if the numbers cannot be looked up.
    """
    config, embedding = run.config(), run.embedding()
    labels = embedding.labels(split)
    kept = np.ones(len(labels), dtype=bool) if classes is None else np.isin(labels, list(classes))
    if chosen is not None:
        kept &= np.isin(np.arange(len(labels)), chosen)
    index = np.flatnonzero(kept)
    label = pa.array(labels[index].astype(np.int64))
    columns: dict[str, Any] = {
        "index": pa.array(index),
        "number": pa.array(_numbers(config.dataset, config.digits, split, len(labels))[index]),
        "split": pa.array([split] * len(index), pa.string()),
        "label": label,
        "class": pa.array(DATASETS[config.dataset].classes, pa.string()).take(label),
        "cluster": pa.array(embedding.clusters(split)[index].astype(np.int64)),
    }
    for dimension, column in enumerate(embedding.points(split)[index].T, start=1):
        columns[f"z{dimension}"] = pa.array(np.ascontiguousarray(column))
    return pa.table(columns)


def as_csv(rows: pa.Table) -> bytes:
    """The table as CSV in UTF-8, with a header; a coordinate has enough digits to restore its float32
    exactly, or is nan or inf."""
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(rows, buffer)
    return buffer.getvalue()


def as_parquet(rows: pa.Table, run: Run) -> bytes:
    """The table as a Parquet file, with the run's key and config (JSON) in its metadata.

    Raises RunDamaged if the config cannot be read.
    """
    about = {
        "contrastive_lab_run": run.key,
        "contrastive_lab_config": json.dumps(run.config().as_dict()),
    }
    coordinates = [field.name for field in rows.schema if pa.types.is_float32(field.type)]
    others = [name for name in rows.column_names if name not in coordinates]
    buffer = io.BytesIO()
    # Nearly all coordinates are distinct, so a dictionary would make the file 1.5 times as large as the raw
    # values; byte-stream split compresses better.
    pyarrow.parquet.write_table(
        rows.replace_schema_metadata(about),
        buffer,
        compression="zstd",
        use_dictionary=others,
        use_byte_stream_split=coordinates,
    )
    return buffer.getvalue()


def _numbers(dataset: str, digits: int, split: str, count: int) -> Integers:
    """The index of each of a run's images in the whole split."""
    if digits >= len(DATASETS[dataset].classes):
        return np.arange(count)  # all classes: no need to read the data
    data = load_stored(dataset)
    return places_of_classes(data.train if split == "train" else data.test, digits)
