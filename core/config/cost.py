"""What a run takes, from its settings alone: memory as an upper bound, time as an estimate.

Both follow from the same count, of the numbers that a step holds: see LossEntry.tables and MinerEntry.selects.
"""

import math
from dataclasses import dataclass

from core.config.run_config import RunConfig
from core.losses import LOSSES
from core.miners import MINERS

# Numbers of 4 bytes that a step holds for each pair or triplet of a list: its places, its distances and their
# gradients; per coordinate, if the embeddings themselves are gathered, for each of its distances;
# for each image and pixel, each image and hidden unit, and each weight of the encoder.
A_TUPLE, A_COORDINATE, A_PIXEL, A_UNIT, A_WEIGHT = 30, 12, 3, 6, 6
VALIDATION = 4096  # pairs or triplets of the validation loss
BESIDES = 60e6  # bytes: the sample, its views, reports, what the allocator keeps
MEASURING_BYTES = 120e6, 2.5e6  # of measuring the embedding, and for each of its dimensions

# Seconds, on one core of the machine on which they were measured (`benchmarks costs` compares them).
STEP, ADAM, WEIGHT = 3.5e-4, 2.5e-9, 5e-11  # a step; for each weight; for each image and weight
NUMBER, COORDINATE = 2e-9, 2.7e-10  # for each number of the loss; for each pair of images and dimension
DRAW, IMAGES_A_DRAW = 1.2e-3, 12  # for each stack of random views
SNAPSHOTS = 0.4
MEASURING_SECONDS = 1.4, 0.085  # of 60,000 images, and for each dimension

SURELY = 2.0  # the estimate is good to about this factor


@dataclass(frozen=True)
class Cost:
    """memory: the bytes that the run takes at most beyond those of an idle worker. seconds: about how long it
    takes on the machine of the constants above; at most, if it may stop early."""

    memory: float
    seconds: float
    stops_early: bool = False

    def refusal(self, memory: float, deadline: float = math.inf) -> str | None:
        """Why a run of this cost cannot be trained with so many bytes, or surely not in so many seconds."""
        if self.memory > memory:
            return (
                f"This run can need {_gigabytes(self.memory)} of memory, and here one may take "
                f"{_gigabytes(memory)}. Take a smaller batch, fewer embedding dimensions, or another miner."
            )
        if self.seconds > SURELY * deadline and not self.stops_early:
            return (
                f"This run would take about {_minutes(self.seconds)}, and this server ends a run after "
                f"{_minutes(deadline)}. Take a larger batch, fewer epochs, or no views."
            )
        return None


def cost_of(config: RunConfig) -> Cost:
    """The cost of the run of `config`."""
    measuring = MEASURING_BYTES[0] + MEASURING_BYTES[1] * config.embedding_dims
    seconds = (MEASURING_SECONDS[0] + MEASURING_SECONDS[1] * config.embedding_dims) * config.digits / 10
    return Cost(
        max(bytes_of_step(config) + BESIDES, measuring),
        training_seconds(config) + seconds,
        config.patience > 0,
    )


def bytes_of_step(config: RunConfig) -> float:
    """The most that a training step holds, or the validation."""
    an_image = 784 * A_PIXEL + (sum(config.hidden) + config.embedding_dims) * A_UNIT
    encoder = _images(config) * an_image + config.parameter_count * A_WEIGHT
    return 4 * (encoder + _numbers_of_loss(config, *_most(config), at_least=VALIDATION))


def _numbers_of_loss(config: RunConfig, positives: float, triplets: float, *, at_least: int = 0) -> float:
    """Of the loss and the miner, for so many (anchor, positive) and triplets in the batch, or for the sampled
    ones of the batch, of which there are `at_least` so many."""
    entry, b = LOSSES[config.loss], config.batch_size
    if config.sampling == "sampled":
        distances = 2 if entry.takes == "triplets" else 1
        return max(b, at_least) * (A_TUPLE + A_COORDINATE * distances * config.embedding_dims)
    tables, tuples = entry.tables, triplets if entry.takes == "triplets" else 0.0
    if config.miner != "none":
        miner = MINERS[config.miner]
        tables, tuples = tables + miner.tables, miner.selects(b, positives, triplets)
        tuples *= 2 if entry.takes == "pairs" else 1
    elif entry.takes == "triplets":
        tables += 4 * config.embedding_dims  # their differences
    return tables * b * b + A_TUPLE * tuples


def _most(config: RunConfig) -> tuple[float, float]:
    """The most (anchor, positive) and triplets that a batch holds: more than its mean, since it is random."""
    b = config.batch_size
    positives = min(1.1 * _positives(config) + 4 * b, b * (b - 1))
    return positives, min(positives * b, b**3 / 4)


def _positives(config: RunConfig) -> float:
    return sum(size * (size - 1) for size in config.composition.sizes if size > 1)


def _images(config: RunConfig) -> int:
    """Images that a step embeds."""
    if config.sampling == "all":
        return config.batch_size
    return config.batch_size * (3 if LOSSES[config.loss].takes == "triplets" else 2)


def training_seconds(config: RunConfig) -> float:
    """About how long the training alone takes, on the machine of the constants; at most, if it may stop early."""
    sampled = config.sampling == "sampled"
    images = 6000 * config.seen_classes  # of each class about as many
    steps = config.epochs * max(1, images // (config.batch_size - (0 if sampled else config.view_pairs)))
    return steps * seconds_of_step(config) + SNAPSHOTS


def seconds_of_step(config: RunConfig) -> float:
    """About how long a training step takes, on the machine of the constants."""
    images, sampled = _images(config), config.sampling == "sampled"
    positives = _positives(config)
    triplets = sum(size * (size - 1) * (config.batch_size - size) for size in config.composition.sizes)
    if config.miner != "none":
        triplets /= 2  # the more a miner leaves out, the better the network is
    held = _numbers_of_loss(config, positives, triplets)
    apart = 0 if sampled or LOSSES[config.loss].normalised else config.batch_size**2 * config.embedding_dims
    viewed = config.views * config.batch_size if sampled else config.view_pairs
    columns = images // config.batch_size if sampled else 2
    return (
        STEP
        + config.parameter_count * (ADAM + WEIGHT * images)
        + NUMBER * held
        + COORDINATE * apart
        + DRAW * columns * math.ceil(viewed / IMAGES_A_DRAW)
    )


def _gigabytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
