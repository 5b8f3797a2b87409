"""The input of a step of an exported script: batches, drawn pairs and triplets, views."""

from typing import Any

import numpy as np
import pytest
import torch

from core.config import RunConfig
from tests.core.take_home.scripts import namespace
from tests.core.trainings import first

CLASSES = torch.tensor([0, 2, 1, 2, 2, 0, 1, 2, 2, 2, 1, 0, 2]).repeat(1000)  # shares 3, 3 and 7 of 13


def all_batches(**changes: Any) -> list[torch.Tensor]:
    space = namespace(RunConfig(**changes), "views", "batches")
    return list(space["batches"](CLASSES))


def test_an_epoch_has_each_image_once() -> None:
    found = all_batches(batch_size=300)
    assert [len(rows) for rows in found] == 43 * [300]
    assert torch.cat(found).unique().numel() == 43 * 300
    assert not torch.equal(found[0], found[0].sort().values)
    assert [len(rows) for rows in all_batches(batch_size=300, views=0.5)] == 57 * [300 - 75]


def test_a_balanced_batch_has_equally_many_images_of_each_class() -> None:
    found = all_batches(batch_size=301, sampler="balanced", classes_per_batch=2)
    assert len(found) == 43
    for rows in found:
        counts = CLASSES[rows].bincount(minlength=3).sort().values
        assert counts.tolist() == [0, 150, 150] and rows.unique().numel() == 300
    assert {tuple(CLASSES[rows].unique().tolist()) for rows in found} == {(0, 1), (0, 2), (1, 2)}


def test_half_of_the_partners_are_of_the_same_class_and_half_of_any_other() -> None:
    found = all_batches(batch_size=100, sampling="sampled")
    assert len(found) == 130
    first, second = torch.cat([rows.view(2, 100) for rows in found], dim=1)
    assert first.unique().numel() == 13_000
    shares = torch.zeros(3, 3).index_put_(
        (CLASSES[first], CLASSES[second]), torch.ones(len(first)), accumulate=True
    )
    shares /= shares.sum(dim=1, keepdim=True)
    expected = [[0.5, 0.15, 0.35], [0.15, 0.5, 0.35], [0.25, 0.25, 0.5]]
    assert shares.numpy() == pytest.approx(np.array(expected), abs=0.04)
    assert second.unique().numel() > 0.6 * 13_000  # 1 - 1/e


def test_a_triplet_has_two_images_of_a_class_and_one_of_another_with_equally_likely_classes() -> None:
    found = all_batches(loss="triplet_margin", batch_size=100, sampling="sampled")
    assert len(found) == 130
    triplets = torch.cat([rows.view(3, 100) for rows in found], dim=1)
    anchor, positive, negative = CLASSES[triplets]
    assert torch.equal(anchor, positive) and (anchor != negative).all()
    assert (triplets[0] != triplets[1]).all()
    for classes in (anchor, negative):
        assert classes.bincount().numpy() / 13_000 == pytest.approx(np.full(3, 1 / 3), abs=0.03)
    assert all(rows.unique().numel() > 0.5 * 13_000 for rows in triplets)


def test_a_class_with_two_images_gives_both_of_their_orders() -> None:
    config = RunConfig(loss="triplet_margin", sampling="sampled", held_out_class="0", digits=3)
    draw = namespace(config, "batches")["draw_triplets"]
    triplets = draw(torch.tensor([1, 2, 2, 1]), 100)
    assert {tuple(pair.tolist()) for pair in triplets[:2].T} == {(0, 3), (3, 0), (1, 2), (2, 1)}


IMAGES_OF_ONE_GREY = (torch.arange(40) / 40)[:, None].expand(40, 784)  # which identifies the image of a view
LABELS = torch.arange(40) % 4


def shown(rows: torch.Tensor, **changes: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The row of each image of the batch, whether it is a view of it, and the labels."""
    space = namespace(RunConfig(digits=4, batch_size=16, **changes), "views")
    space["random_views"] = lambda images: images + 100
    views, labels = space["show"](IMAGES_OF_ONE_GREY, LABELS, rows)
    grey = views[:, 0]
    return ((grey % 100) * 40).round().long(), grey > 50, labels


def test_two_views_in_a_batch_form_a_separate_class() -> None:
    rows = torch.arange(12) + 7
    of, viewed, labels = shown(rows, views=0.5)
    assert of.tolist() == [*rows.tolist(), *rows[:4].tolist()]
    assert viewed.tolist() == [True] * 4 + [False] * 8 + [True] * 4
    assert torch.equal(labels[4:12], LABELS[rows[4:]])
    assert torch.equal(labels[:4], labels[12:]) and labels[:4].unique().numel() == 4
    assert labels[:4].min() > 3


def test_some_drawn_pairs_are_two_views_of_one_image_or_of_any_two() -> None:
    rows = torch.stack([torch.arange(16), torch.arange(16, 32)])
    alike = []
    for seed in range(30):
        of, viewed, labels = shown(rows.flatten(), views=0.5, sampling="sampled", seed=seed)
        (first, second), (is_view, too), labels = of.view(2, 16), viewed.view(2, 16), labels.view(2, 16)
        assert torch.equal(first, rows[0]) and torch.equal(is_view, too)
        assert torch.equal(second[~is_view], rows[1][~is_view])
        assert torch.equal(labels[:, ~is_view], LABELS[rows][:, ~is_view])
        assert torch.equal(labels[0][is_view] == labels[1][is_view], first[is_view] == second[is_view])
        alike += (first == second)[is_view].tolist()
    assert 30 * 16 * 0.4 < len(alike) < 30 * 16 * 0.6 and 0.4 < np.mean(alike) < 0.6


def test_some_drawn_triplets_are_two_views_of_one_image_and_one_of_another() -> None:
    rows = torch.stack([torch.arange(16), torch.arange(16, 32), torch.arange(20, 36)])
    of, viewed, _ = shown(rows.flatten(), loss="triplet_margin", views=0.5, sampling="sampled")
    of, viewed = of.view(3, 16), viewed.view(3, 16)
    is_view = viewed[0]
    assert 0 < is_view.sum() < 16 and (viewed == is_view).all()
    assert torch.equal(of[:, ~is_view], rows[:, ~is_view])
    assert torch.equal(of[0], rows[0]) and torch.equal(of[1][is_view], rows[0][is_view])
    assert (of[2][is_view] != of[0][is_view]).all() and (of[2] != rows[2])[is_view].any()


@pytest.mark.parametrize("changes", [{}, {"loss": "triplet_margin"}], ids=["pairs", "triplets"])
def test_two_views_of_one_image_differ_however_few_there_are(changes: dict[str, Any]) -> None:
    """Twelve images share their random numbers."""
    images = torch.rand(40, 784, generator=torch.Generator().manual_seed(0))
    columns = 3 if changes else 2
    rows = torch.arange(3 * columns)
    space = namespace(
        RunConfig(digits=4, batch_size=3, views=1.0, sampling="sampled", seed=2, **changes), "views"
    )
    torch.manual_seed(0)
    differ = []
    for _ in range(5):
        views, labels = space["show"](images, LABELS, rows)
        first, second = views.chunk(columns)[:2]
        alike = torch.ones(3, dtype=torch.bool) if changes else labels[:3] == labels[3:]
        differ += (first != second).any(dim=1)[alike].tolist()
    assert differ and all(differ)


def test_random_views_differ_and_stay_within_the_grey_levels() -> None:
    images = torch.from_numpy(first(3000).train.images[:30]) / 255
    make = namespace(RunConfig(views=0.5), "views")["random_views"]
    one, other = make(images), make(images)
    assert one.shape == images.shape and make(images[:0]).shape == (0, 784)
    assert one.min() >= 0 and one.max() <= 1
    assert (one - other).abs().mean(dim=1).min() > 0.01 and (one - images).abs().mean() < 0.2
