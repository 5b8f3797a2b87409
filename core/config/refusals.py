"""Combinations of settings that cannot learn anything, or not in reasonable time, each with its error message."""

from collections.abc import Callable

from core.config.settings import Settings
from core.losses import LOSSES
from core.miners import MINERS


def _needs_two_classes(config: Settings) -> str | None:
    if config.digits > 1:
        return None
    return (
        f"{LOSSES[config.loss].label} needs images of at least two classes: with one class there is nothing "
        "to push apart, and every image would end at the same point. Take 2 or more classes."
    )


def _looks_at_all_triplets(config: Settings) -> bool:
    if config.miner == "none":
        return LOSSES[config.loss].takes == "triplets" and config.sampling == "all"
    return MINERS[config.miner].looks_at_all


def _too_many_triplets(config: Settings) -> str | None:
    if not _looks_at_all_triplets(config) or config.batch_size <= 256:
        return None
    return (
        f"A batch of {config.batch_size} holds millions of triplets, too many to take all of them. "
        "Take a batch of at most 256, or triplets sampled at random."
    )


def _batch_without_pairs(config: Settings) -> str | None:
    if config.sampling != "all" or config.batch_size >= 3:
        return None
    return (
        f"A batch of {config.batch_size} cannot hold both a pair of one class and a pair of two classes, so "
        "there is nothing to pull together or nothing to push apart. Take a larger batch, or pairs sampled at random."
    )


def _nothing_to_draw(config: Settings) -> str | None:
    if LOSSES[config.loss].takes != "batch" or config.sampling == "all":
        return None
    return (
        f"{LOSSES[config.loss].label} compares each image with all others of its batch, so pairs or triplets "
        "cannot be sampled for it. Take all of the batch, or a loss on pairs or triplets."
    )


def _batch_loss_too_large(config: Settings) -> str | None:
    if LOSSES[config.loss].takes != "batch" or config.batch_size <= 1024:
        return None
    return (
        f"{LOSSES[config.loss].label} compares every image of a batch with every other: with {config.batch_size} "
        "images a step would take seconds. Take a batch of at most 1024."
    )


def _nothing_to_mine(config: Settings) -> str | None:
    if config.miner == "none":
        return None
    if LOSSES[config.loss].takes == "batch":
        return (
            f"{LOSSES[config.loss].label} weighs the images of its batch itself, so there is nothing to mine. "
            "Take no miner, or a loss on pairs or triplets."
        )
    if config.sampling != "all":
        return (
            "A miner chooses among all triplets of a batch, so they cannot be sampled at random beforehand. "
            "Take all of the batch, or no miner."
        )
    return None


def _needless_or_impossible_balance(config: Settings) -> str | None:
    if config.sampler == "random":
        return None
    if config.sampling != "all":
        return (
            "Pairs and triplets sampled at random have as many positives as negatives already, so a balanced "
            "sampler changes nothing. Take all of the batch, or the random sampler."
        )
    if config.views > 0:
        return (
            "A balanced batch is put together by labels, and two views of an image use none. "
            "Take the random sampler, or no views."
        )
    if config.batch_size < 2 * config.balanced_classes:
        return (
            f"A batch of {config.batch_size} cannot hold two images of each of {config.balanced_classes} classes. "
            "Take a larger batch or fewer classes a batch."
        )
    return None


def _views_without_classes(config: Settings) -> str | None:
    if config.views == 0:
        return None
    if LOSSES[config.loss].learned:
        return (
            f"{LOSSES[config.loss].label} learns something for each class, and two views of an image have no "
            "class. Take no views, or a loss on pairs of images."
        )
    if config.wrong_labels > 0 and config.views == 1:
        return (
            "With two views of every image no label is used, so wrong labels change nothing. "
            "Take fewer views, or no wrong labels."
        )
    return None


def _unseen_class_not_used(config: Settings) -> str | None:
    if config.unseen is None or config.unseen < config.digits:
        return None
    return (
        f"Class {config.unseen} takes no part: with {config.digits} classes there are only 0 to "
        f"{config.digits - 1}. Hold out one of these, or take more classes."
    )


def _too_few_classes_seen(config: Settings) -> str | None:
    if config.unseen is None or config.digits > 2:
        return None
    return (
        "Of two classes one is never shown, so there is only one to learn from, and nothing to push apart. "
        "Take 3 or more classes, or show both."
    )


def _unseen_class_as_wrong_label(config: Settings) -> str | None:
    if config.unseen is None or config.wrong_labels == 0:
        return None
    return (
        "Some of the wrong labels would be that of the class which is never to be shown. "
        "Take no wrong labels, or hold out no class."
    )


# Checked in this order before anything is queued.
REFUSALS: tuple[Callable[[Settings], str | None], ...] = (
    _needs_two_classes,
    _unseen_class_not_used,
    _too_few_classes_seen,
    _unseen_class_as_wrong_label,
    _too_many_triplets,
    _batch_without_pairs,
    _nothing_to_draw,
    _batch_loss_too_large,
    _nothing_to_mine,
    _needless_or_impossible_balance,
    _views_without_classes,
)
