"""Combinations of settings that are refused, each with a reason and a way out."""

from typing import Any

import pytest

from core.config import RunConfig
from core.losses import LOSSES


@pytest.mark.parametrize("loss", LOSSES)
def test_a_single_class_is_refused_for_every_loss_with_the_reason(loss: str) -> None:
    with pytest.raises(ValueError, match="needs images of at least two classes"):
        RunConfig(digits=1, loss=loss)


@pytest.mark.parametrize("size", [1, 2])
def test_a_batch_that_cannot_hold_a_pair_of_each_kind_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"A batch of {size} cannot hold both a pair of one class"):
        RunConfig(batch_size=size)
    RunConfig(batch_size=4)
    RunConfig(batch_size=size, sampling="sampled")


@pytest.mark.parametrize("loss", LOSSES)
def test_all_triplets_of_a_large_batch_are_refused_and_all_pairs_are_not(loss: str) -> None:
    RunConfig(loss=loss, batch_size=256)
    if LOSSES[loss].takes != "batch":
        RunConfig(loss=loss, batch_size=4096, sampling="sampled")
        RunConfig(loss=loss, batch_size=4096, miner="batch_hard")
    if LOSSES[loss].takes != "triplets":
        RunConfig(loss=loss, batch_size=257)
    else:
        with pytest.raises(ValueError, match="A batch of 257 holds millions of triplets"):
            RunConfig(loss=loss, batch_size=257)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"loss": "supcon", "sampling": "sampled"}, "compares each image with all others of its batch"),
    ({"loss": "circle", "batch_size": 1025}, "Take a batch of at most 1024"),
    ({"loss": "nt_xent", "miner": "batch_hard"}, "weighs the images of its batch itself"),
    ({"miner": "semi_hard", "sampling": "sampled"}, "chooses among all triplets of a batch"),
    ({"miner": "semi_hard", "batch_size": 257}, "holds millions of triplets"),
    ({"sampler": "balanced", "sampling": "sampled"}, "as many positives as negatives already"),
    ({"sampler": "balanced", "views": 0.5}, "two views of an image use none"),
    ({"sampler": "balanced", "batch_size": 19}, "cannot hold two images of each of 10 classes"),
    ({"loss": "proxy_anchor", "views": 0.1}, "two views of an image have no class"),
    ({"views": 1.0, "wrong_labels": 0.1}, "no label is used"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED)
def test_a_senseless_combination_is_refused_with_a_way_out(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refusal:
        RunConfig(**fields)
    assert "Take " in str(refusal.value) and str(refusal.value).endswith(".")
    for name in fields:  # each of its settings alone is allowed
        RunConfig(**{name: fields[name]})


@pytest.mark.parametrize(
    ("digits", "held_out", "words"),
    [
        (5, "5", "Class 5 takes no part: with 5 classes there are only 0 to 4"),
        (9, "9", "Class 9 takes no part"),
        (2, "0", "there is only one to learn from"),
        (2, "1", "there is only one to learn from"),
        (10, "10", "is not known"),
    ],
)
def test_a_class_that_cannot_be_held_out_is_refused(digits: int, held_out: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RunConfig(digits=digits, held_out_class=held_out)
    RunConfig(digits=3, held_out_class="2")
