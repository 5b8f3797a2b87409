"""The sample of images shown live during training, and the images to train on."""

import numpy as np
import numpy.typing as npt

from core.config import RunConfig
from core.data import Labels, Split
from core.runs import Sample

SAMPLE = 2000  # images in the live picture; few enough to embed cheaply during training


def choose_sample(config: RunConfig, train: Split, test: Split) -> Sample:
    """2,000 random images: the same for every seed, so that runs can be compared.

    train, test: the splits, limited to the run's classes.
    """
    name, split = ("test", test) if config.validation == "test" else ("train", train)
    indices = np.random.default_rng(SAMPLE).permutation(len(split.labels))[:SAMPLE]
    return Sample(name, indices, split.labels[indices])


def fitted_images(config: RunConfig, train: Split, sample: Sample) -> npt.NDArray[np.int64]:
    """The training images [m] to learn from: all except the first `HELD_OUT` of the sample, which the
    validation loss uses, and those of the held-out class."""
    held_out = sample.indices[: sample.validating] if sample.split == "train" else np.empty(0, np.int64)
    fitted = np.delete(np.arange(len(train.labels)), held_out)
    return fitted[of_taught_classes(config, train.labels[fitted])]


def of_taught_classes(config: RunConfig, labels: Labels) -> npt.NDArray[np.bool_]:
    """Which images [n] training may learn from: all except those of the held-out class."""
    return np.ones(len(labels), bool) if config.unseen is None else labels != config.unseen
