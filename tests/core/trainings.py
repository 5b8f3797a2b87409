"""Real trainings, cached per test process; read only."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import torch

from core.config import RunConfig
from core.data import Dataset, Split, load
from core.encoders.encoder import Encoder, build
from core.runs import Progress, Sample
from core.training import Cancelled, TrainingFailed, train

MNIST = 60_000
SOME = 10_000  # 45 steps of 200 per epoch, without the 1,000 held out
TEN_STEPS = 11  # `stop_before` for comparing two trainings

Weights = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Snapshot:
    """The sample's embeddings [s, d], and the SHA-256 of their weights, which would take a megabyte each."""

    step: int
    embeddings: npt.NDArray[np.float32]
    weights: str


@dataclass(frozen=True)
class Training:
    """The reports and the result of a training. weights, learned: empty if it was cancelled or failed."""

    config: RunConfig
    sample: Sample
    reports: tuple[Progress, ...]
    snapshots: tuple[Snapshot, ...]
    weights: Weights
    learned: Weights
    step: int
    stopped_early: bool
    broken_off: bool

    @property
    def encoder(self) -> Encoder:
        """A new encoder with the trained weights."""
        encoder = build(self.config)
        encoder.load_state_dict(
            {name: torch.from_numpy(array.copy()) for name, array in self.weights.items()}
        )
        return encoder

    @property
    def validation_losses(self) -> list[float]:
        return [report.validation_loss for report in self.reports if report.validation_loss is not None]


def identical(one: Weights, other: Weights) -> bool:
    """Whether two sets of weights are bitwise equal and not empty."""
    assert one and one.keys() == other.keys()
    return all(np.array_equal(one[name], other[name]) for name in one)


def fingerprint(weights: Weights) -> str:
    return hashlib.sha256(b"".join(array.tobytes() for array in weights.values())).hexdigest()


class Recorder:
    """A watcher that records everything, and cancels before step `stop_before`."""

    def __init__(self, stop_before: int | None = None) -> None:
        self.sample: Sample | None = None
        self.reports: list[Progress] = []
        self.snapshots: list[Snapshot] = []
        self.asked = 0
        self.stop_before = stop_before

    def begin(self, sample: Sample) -> None:
        assert self.sample is None and not self.reports and not self.snapshots
        self.sample = sample

    def report(self, report: Progress) -> None:
        self.reports.append(report)

    def snapshot(self, step: int, embeddings: npt.NDArray[np.float32], encoder: Encoder) -> None:
        self.snapshots.append(Snapshot(step, _kept(embeddings), fingerprint(_all_kept(encoder.state_dict()))))

    def cancelled(self) -> bool:
        self.asked += 1
        return self.asked == self.stop_before


@cache
def first(images: int) -> Dataset:
    """The first `images` training images of MNIST, and a sixth as many test images, at least 3,000."""
    mnist = load("mnist")
    tested = max(3000, images // 6)
    return Dataset(
        Split(mnist.train.images[:images], mnist.train.labels[:images]),
        Split(mnist.test.images[:tested], mnist.test.labels[:tested]),
    )


@cache
def trained(config: RunConfig, images: int = SOME) -> Training:
    """The cached training of `config` on the first `images` of MNIST."""
    return train_again(config, first(images))


def train_again(config: RunConfig, data: Dataset, stop_before: int | None = None) -> Training:
    """A new, uncached training. If stopped early by `stop_before`, only its snapshots have weights."""
    recorder = Recorder(stop_before)
    weights: Weights = {}
    learned: Weights = {}
    step, stopped_early, broken_off = 0, False, False
    try:
        result = train(config, data, recorder)
    except TrainingFailed:
        broken_off = True
    except Cancelled:
        assert stop_before is not None
    else:
        weights, learned = _all_kept(result.encoder.state_dict()), _all_kept(result.learned)
        step, stopped_early = result.step, result.stopped_early
    assert recorder.sample is not None
    for array in (recorder.sample.indices, recorder.sample.labels):
        array.setflags(write=False)
    recorded = tuple(recorder.reports), tuple(recorder.snapshots)
    return Training(config, recorder.sample, *recorded, weights, learned, step, stopped_early, broken_off)


def _kept(array: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    kept = array.copy()
    kept.setflags(write=False)
    return kept


def _all_kept(tensors: Mapping[str, torch.Tensor]) -> Weights:
    return MappingProxyType({name: _kept(tensor.detach().numpy()) for name, tensor in tensors.items()})
