"""From a run's config to its finished folder: train, embed every image, measure, store."""

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from threadpoolctl import threadpool_limits

from core.clustering.kmeans import clustered
from core.config import RunConfig
from core.data import DATASETS, Dataset, Split, load
from core.embedding.density import contours
from core.embedding.reduction import fit_svd
from core.encoders.encoder import Encoder, embed
from core.figures.evaluation import evaluate
from core.runs import LEARNED, Progress, Run, Sample, Snapshot, Status
from core.training.loop import Cancelled, Trained, train
from core.training.trainer import TrainingFailed


def train_and_measure(
    run: Run, on_report: Callable[[Progress], None] = lambda progress: None, *, deadline: float = math.inf
) -> None:
    """Execute the run in its folder; its final status is done, failed or cancelled.

    on_report: called with each report after it is written to the folder. deadline: seconds that the training may
    take; one that cannot end by then fails after a few steps. Raises OSError if the folder
    cannot be written and DataError if the images cannot be read.
    """
    if run.cancel_requested():
        run.set_state("cancelled", run.why_cancelled())
        return
    config = run.config()
    try:
        data = _images(run, config)
        trained = train(config, data, _FolderWatcher(run, on_report), deadline=deadline)
    except Cancelled:
        run.set_state("cancelled", run.why_cancelled())
        return
    except TrainingFailed as error:
        run.set_state("failed", str(error))
        return
    run.set_state("measuring")
    run.drop_snapshots_after(trained.step)
    try:
        _measure(run, trained, data, config)
    except Cancelled:
        run.set_state("cancelled", run.why_cancelled())
        return
    run.finish(
        Status(
            state="done",
            updated=time.time(),
            seconds=trained.seconds,
            step=trained.step,
            stopped_early=trained.stopped_early,
        )
    )


def _images(run: Run, config: RunConfig) -> Dataset:
    """The run's data set. A download continues in the background after a Stop, so that the next run finds the
    files on disk. Raises Cancelled, DataError."""
    if DATASETS[config.dataset].torchvision is None:
        return load(config.dataset)
    found: Future[Dataset] = Future()

    def fetch() -> None:
        try:
            found.set_result(load(config.dataset))
        except Exception as error:
            found.set_exception(error)

    threading.Thread(target=fetch, daemon=True, name="fetch").start()
    while not wait([found], timeout=0.1).done:
        if run.cancel_requested():
            raise Cancelled
    return found.result()


class _FolderWatcher:
    """Writes the training's reports and snapshots into the run's folder."""

    def __init__(self, run: Run, on_report: Callable[[Progress], None]) -> None:
        self._run = run
        self._on_report = on_report

    def begin(self, sample: Sample) -> None:
        in_test = np.array([sample.split == "test"], dtype=np.uint8)
        arrays: dict[str, npt.NDArray[Any]] = {
            "indices": sample.indices,
            "labels": sample.labels,
            "in_test": in_test,
        }
        self._run.write_arrays("sample.safetensors", arrays)
        self._run.set_state("training")

    def report(self, progress: Progress) -> None:
        self._run.append_progress(progress)
        self._on_report(progress)

    def snapshot(self, step: int, embeddings: npt.NDArray[np.float32], encoder: Encoder) -> None:
        self._run.write_snapshot(Snapshot(step, embeddings), _weights(encoder))

    def cancelled(self) -> bool:
        return self._run.cancel_requested()


def _measure(run: Run, trained: Trained, data: Dataset, config: RunConfig) -> None:
    """Write the result files. Raises Cancelled on request."""

    def check_cancelled() -> None:
        if run.cancel_requested():
            raise Cancelled

    classes = config.digits
    train_split, test_split = data.train.first_classes(classes), data.test.first_classes(classes)
    train_points, test_points = _embed(trained, train_split), _embed(trained, test_split)
    with threadpool_limits(1):  # a different summation order would change the figures
        embedding = clustered(
            train_points, train_split.labels, test_points, test_split.labels, classes, check_cancelled
        )
        evaluation = evaluate(embedding, reach=config.reach, check_cancelled=check_cancelled)
    check_cancelled()
    flat = fit_svd(train_points, 2).apply(train_points)
    lines = {
        name: column.astype(np.float32) if column.dtype == np.float64 else column
        for name, column in contours(flat, train_split.labels).as_dict().items()
    }
    check_cancelled()
    run.write_arrays("embedding.safetensors", vars(embedding))
    run.write_arrays("contours.safetensors", lines)
    run.write_evaluation(evaluation)
    run.write_arrays("weights.safetensors", _weights(trained.encoder))
    if trained.learned:
        run.write_arrays(LEARNED, {name: tensor.numpy() for name, tensor in trained.learned.items()})


def _embed(trained: Trained, split: Split) -> npt.NDArray[np.float32]:
    return embed(trained.encoder, torch.from_numpy(split.images)).numpy()


def _weights(encoder: Encoder) -> dict[str, npt.NDArray[Any]]:
    return {name: tensor.numpy().copy() for name, tensor in encoder.state_dict().items()}
