"""Which images a training is watched on, and which it learns from."""

import numpy as np
import numpy.typing as npt

from core.config import RunConfig
from core.data import Labels, Split
from core.runs import HELD_OUT, Sample

SAMPLE = 2000  # images of the live picture; few enough that embedding them costs little beside the training


def choose_sample(config: RunConfig, train: Split, test: Split) -> Sample:
    """2,000 random images: the same ones for every seed, so that runs can be compared.

    train, test: the splits, limited to the classes that take part.
    """
    name, split = ("test", test) if config.validation == "test" else ("train", train)
    indices = np.random.default_rng(SAMPLE).permutation(len(split.labels))[:SAMPLE]
    return Sample(name, indices, split.labels[indices])


def fitted_images(config: RunConfig, train: Split, sample: Sample) -> npt.NDArray[np.int64]:
    """The training images [m] to learn from: all but the first `HELD_OUT` of the sample, which measure the
    validation loss, and but those of the class held out."""
    held_out = sample.indices[: sample.validating] if sample.split == "train" else np.empty(0, np.int64)
    fitted = np.delete(np.arange(len(train.labels)), held_out)
    return fitted[of_taught_classes(config, train.labels[fitted])]


def of_taught_classes(config: RunConfig, labels: Labels) -> npt.NDArray[np.bool_]:
    """Which images [n] are of a class that training may learn from: all but those of the class held out."""
    return np.ones(len(labels), bool) if config.unseen is None else labels != config.unseen


__all__ = ["HELD_OUT", "SAMPLE", "choose_sample", "fitted_images", "of_taught_classes"]
