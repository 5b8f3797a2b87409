"""A run from a zip of `core.take_home.run_file`, taken in again, with nothing of it believed unseen.

What is read are settings, weights, the clusters and the course of the training. Everything else is made anew
from them: the embedding, from the weights and this app's own images, and every figure.
No file of the zip reaches the disk as it came. The run gets a folder under a key that nobody can guess, apart
from the trained ones: it takes the place of none.
"""

import json
import math
import secrets
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load
from threadpoolctl import threadpool_limits

from core.canvas.reduction import fit
from core.config import RunConfig
from core.data import load_stored
from core.density import contours
from core.losses import LOSSES
from core.measures.evaluation import judge
from core.numpy_encoder import encoder_of
from core.runs import LEARNED, Progress, Run, Snapshot, Status
from core.take_home import run_file
from core.take_home.opening import Refused, open_zip

MEGABYTE = 1_000_000
# Each with room for the largest run that the settings allow: 512-512-512-512-64, 70,000 images in 64 dimensions.
LIMITS = {
    run_file.README: MEGABYTE,
    run_file.CONFIG: 20_000,
    run_file.FIGURES_FILE: MEGABYTE,
    run_file.MEASUREMENTS: 4 * MEGABYTE,
    run_file.PROGRESS: MEGABYTE,
    run_file.RESULT: 10_000,
    run_file.WEIGHTS: 8 * MEGABYTE,
    run_file.LEARNED: 100_000,
    run_file.EMBEDDING: 25 * MEGABYTE,
    run_file.CLUSTERS: 100_000,
    run_file.SAMPLE: 100_000,
    run_file.SNAPSHOTS: 20 * MEGABYTE,
}
OPTIONAL = frozenset(
    {run_file.README, run_file.FIGURES_FILE, run_file.MEASUREMENTS, run_file.LEARNED, run_file.EMBEDDING}
)
_MOST_SNAPSHOTS, _MOST_IMAGES, _MOST_REPORTS, _MOST_TERMS = 32, 2000, 5000, 12

Arrays = dict[str, npt.NDArray[Any]]


def import_run(content: bytes, imports: Path) -> Run:
    """The run of a zip, written into a folder of its own below `imports`.

    Raises Refused, and DataError where the images are not on this disk.
    """
    files = open_zip(content, LIMITS, OPTIONAL)
    config = _config(files[run_file.CONFIG])
    try:
        encoder = encoder_of(config, _arrays(files, run_file.WEIGHTS))
    except ValueError as error:
        raise Refused(f"The weights in this zip do not fit its settings. {error}") from error
    learned = _learned(files, config)
    progress = _progress(files[run_file.PROGRESS])
    seconds, step, early = _result(files[run_file.RESULT])
    data = load_stored(config.dataset)
    train, test = data.train.first_classes(config.digits), data.test.first_classes(config.digits)
    images = {"train": len(train.labels), "test": len(test.labels)}
    clusters = _clusters(files, images, config.digits)
    sample, split = _sample(files, len(train.labels), len(test.labels))
    snapshots = _snapshots(files, len(sample), config.embedding_dims)

    with (
        threadpool_limits(1),
        np.errstate(over="ignore", invalid="ignore"),
    ):  # the cores are for those who train
        points, test_points = encoder.embed(train.images), encoder.embed(test.images)
        if not (np.isfinite(points).all() and np.isfinite(test_points).all()):
            raise Refused("The weights in this zip are too large: what they make of the images is no number.")
        evaluation = judge(
            points,
            train.labels,
            clusters["train"],
            test_points,
            test.labels,
            clusters["test"],
            config.digits,
        )

    run = Run(imports / secrets.token_hex(32))  # looks like a key, and can be no config's
    run.begin(config)
    labels = (train if split == "train" else test).labels[sample]
    in_test = np.array([split == "test"], dtype=np.uint8)
    run.write_arrays("sample.safetensors", {"indices": sample, "labels": labels, "in_test": in_test})
    for report in progress:
        run.append_progress(report)
    for snapshot in snapshots:
        run.write_snapshot(snapshot, {})
    shutil.rmtree(
        run.folder / "weights"
    )  # the zip has none but the last, so there is no replay of all images
    lines = contours(fit(points, 2).apply(points), train.labels).as_dict()
    embedding: Arrays = {
        "train": points,
        "test": test_points,
        "train_labels": train.labels,
        "test_labels": test.labels,
        "train_clusters": clusters["train"],
        "test_clusters": clusters["test"],
    }
    written = {
        "embedding.safetensors": run.write_arrays("embedding.safetensors", embedding),
        "contours.safetensors": run.write_arrays(
            "contours.safetensors",
            {name: c.astype(np.float32) if c.dtype == np.float64 else c for name, c in lines.items()},
        ),
        "figures.json": run.write_evaluation(evaluation),
        "weights.safetensors": run.write_arrays("weights.safetensors", _arrays(files, run_file.WEIGHTS)),
        **({LEARNED: run.write_arrays(LEARNED, learned)} if learned else {}),
    }
    status = Status("done", seconds=seconds, step=step, stopped_early=early, files=written)
    run.write_status(status)
    return run


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused(f"In this zip {name} is not what this app writes.") from error


def _config(content: bytes) -> RunConfig:
    values = _json(content, run_file.CONFIG)
    if not isinstance(values, dict):
        raise Refused(f"In this zip {run_file.CONFIG} is not what this app writes.")
    try:
        return RunConfig.from_dict(values)
    except (ValueError, TypeError) as error:
        raise Refused(f"The settings in this zip make no run here. {error}") from error


def _arrays(files: dict[str, bytes], name: str) -> Arrays:
    """Arrays of a safetensors file: a header, and numbers that are exactly as many as it says."""
    try:
        return load(files[name])
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"In this zip {name} is damaged ({error}).") from error


def _learned(files: dict[str, bytes], config: RunConfig) -> Arrays:
    """What the loss has learned beside the encoder; nothing where the zip, older than that, has not kept it."""
    if run_file.LEARNED not in files:
        return {}
    found, start = _arrays(files, run_file.LEARNED), LOSSES[config.loss].learned
    as_made = start(config.digits, config.embedding_dims, np.random.default_rng(0)) if start else {}
    fits = found.keys() == as_made.keys() and all(
        found[name].shape == array.shape
        and found[name].dtype == array.dtype
        and bool(np.isfinite(found[name]).all())
        for name, array in as_made.items()
    )
    if not fits:
        raise Refused(f"In this zip {run_file.LEARNED} does not fit the loss of its settings.")
    return found


def _clusters(
    files: dict[str, bytes], images: dict[str, int], digits: int
) -> dict[str, npt.NDArray[np.uint8]]:
    """KMeans' cluster of each image of each split: at most as many clusters as classes."""
    clusters = _arrays(files, run_file.CLUSTERS)
    if set(clusters) != set(images):
        raise Refused(f"In this zip {run_file.CLUSTERS} is not what this app writes.")
    for split, count in images.items():
        found = clusters[split]
        if found.dtype != np.uint8 or found.shape != (count,) or found.max() >= digits:
            raise Refused(
                f"In this zip {run_file.CLUSTERS} does not fit the settings, which make {digits} clusters of "
                f"{count:,} images of {split}."
            )
    return clusters


def _progress(content: bytes) -> list[Progress]:
    lines = content.decode("utf-8", errors="replace").splitlines()
    if len(lines) > _MOST_REPORTS:
        raise Refused(f"In this zip {run_file.PROGRESS} has {len(lines):,} lines.")
    reports = []
    for line in lines:
        values = _json(line.encode(), run_file.PROGRESS)
        try:
            terms = {str(name)[:60]: _finite(term) for name, term in dict(values["terms"]).items()}
            validation, active = values["validation_loss"], values.get("active")
            whole = {name: _whole(values[name]) for name in ("step", "steps", "epoch")}
            reports.append(
                Progress(
                    **whole,
                    loss=_finite(values["loss"]),
                    terms=terms,
                    seconds=_finite(values["seconds"]),
                    validation_loss=None if validation is None else _finite(validation),
                    active=None if active is None else _finite(active),
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(f"In this zip {run_file.PROGRESS} is not what this app writes.") from error
        if len(terms) > _MOST_TERMS or whole["steps"] < 1:
            raise Refused(f"In this zip {run_file.PROGRESS} is not what this app writes.")
    return reports


def _result(content: bytes) -> tuple[float, int, bool]:
    values = _json(content, run_file.RESULT)
    try:
        return _finite(values["seconds"]), _whole(values["step"]), values["stopped_early"] is True
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"In this zip {run_file.RESULT} is not what this app writes.") from error


def _sample(files: dict[str, bytes], train: int, test: int) -> tuple[npt.NDArray[np.int64], str]:
    """Which images the live picture showed, and of which split they are."""
    arrays = _arrays(files, run_file.SAMPLE)
    indices, in_test = arrays.get("indices"), arrays.get("in_test")
    split = "test" if in_test is not None and in_test.tolist() == [1] else "train"
    count = test if split == "test" else train
    if (
        indices is None
        or indices.dtype != np.int64
        or indices.ndim != 1
        or not 1 <= len(indices) <= _MOST_IMAGES
        or indices.min() < 0
        or indices.max() >= count
    ):
        raise Refused(f"In this zip {run_file.SAMPLE} names images that there are not.")
    return indices, split


def _snapshots(files: dict[str, bytes], images: int, dims: int) -> list[Snapshot]:
    arrays = _arrays(files, run_file.SNAPSHOTS)
    if len(arrays) > _MOST_SNAPSHOTS:
        raise Refused(f"In this zip {run_file.SNAPSHOTS} has {len(arrays):,} snapshots.")
    snapshots = []
    for name, points in sorted(arrays.items()):
        well = points.shape == (images, dims) and points.dtype == np.float32 and np.isfinite(points).all()
        if not well or not (name.isascii() and name.isdigit() and len(name) == 6):
            raise Refused(
                f"In this zip {run_file.SNAPSHOTS} does not fit the settings: one has shape {list(points.shape)}, "
                f"not {[images, dims]}."
            )
        snapshots.append(Snapshot(int(name), points))
    return snapshots


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        raise ValueError("no whole number")
    return value
