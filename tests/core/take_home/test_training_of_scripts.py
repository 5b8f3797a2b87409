"""The images, the encoder and the training of exported scripts."""

from typing import Any

import numpy as np
import pytest
import torch
import torchvision

from core.config import PARAMETERS, RunConfig
from core.encoders.encoder import build
from core.take_home.script import sections
from tests.core.take_home.scripts import namespace


class FewImages:
    """Replaces `torchvision.datasets.MNIST`: 6,000 images of four classes, each of a distinct grey level."""

    def __init__(self, folder: str, train: bool, download: bool) -> None:
        assert folder is None and download
        count = 6000 if train else 3000
        self.targets = torch.arange(count) % 4
        self.data = torch.arange(count)[:, None, None].expand(count, 28, 28)


def with_few_images(monkeypatch: pytest.MonkeyPatch, *parts: str, **changes: Any) -> dict[str, Any]:
    monkeypatch.setattr(torchvision.datasets, "MNIST", FewImages)
    return namespace(RunConfig(**{"digits": 3, "batch_size": 100, **changes}), "images", *parts)


def grey(images: torch.Tensor) -> torch.Tensor:
    assert images.shape[1:] == (784,) and images.is_floating_point()
    return (images[:, 0] * 255).round().long()


def test_the_images_are_of_the_first_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    space = with_few_images(monkeypatch)
    rows = [row for row in range(6000) if row % 4 < 3]
    assert grey(space["images"]).tolist() == rows[1000:]  # as in the app, 1,000 are held out
    assert torch.equal(grey(space["images"]) % 4, space["labels"])


def test_the_held_out_class_is_excluded(monkeypatch: pytest.MonkeyPatch) -> None:
    space = with_few_images(monkeypatch, "class_never_shown", held_out_class="1")
    assert space["labels"].unique().tolist() == [0, 2] and len(space["labels"]) == round(3500 * 2 / 3)
    assert torch.equal(grey(space["images"]) % 4, space["labels"])


def test_wrong_labels_are_of_any_other_class(monkeypatch: pytest.MonkeyPatch) -> None:
    space = with_few_images(monkeypatch, "wrong_labels", wrong_labels=0.4)
    true, given = grey(space["images"]) % 4, space["labels"]
    assert (true != given).sum() == 0.4 * 3500
    for label in range(3):
        assert (given[(true == label) & (given != label)].bincount(minlength=3) > 200).sum() == 2


@pytest.mark.parametrize("sampling", PARAMETERS["sampling"].options)
@pytest.mark.parametrize(("validation", "watched"), [("held_out", 1000), ("test", 2000 * 2 / 3)])
def test_early_stopping_uses_images_that_are_not_trained_on(
    monkeypatch: pytest.MonkeyPatch, validation: str, watched: float, sampling: str
) -> None:
    changes = {"patience": 9, "validation": validation, "held_out_class": "1", "wrong_labels": 0.0}
    parts = ("class_never_shown", "encoder", "losses", "over", "batches", "stopping")
    space = with_few_images(monkeypatch, *parts, sampling=sampling, **changes)
    assert len(space["watched_labels"]) == pytest.approx(watched, abs=60)
    assert torch.equal(grey(space["watched_images"]) % 4, space["watched_labels"])
    assert 1 not in space["watched_labels"]
    if validation == "held_out":
        both = torch.cat([grey(space["images"]), grey(space["watched_images"])])
        assert both.unique().numel() == len(both) == 3000
        assert torch.equal(grey(space["images"]) % 4, space["labels"])

    expected = space["validation_loss"]()
    assert space["validation_loss"]() == expected > 0
    fixed = space["fixed"] if sampling == "all" else [space["fixed"]]
    images, labels = space["watched_images"], space["watched_labels"]
    losses = [space["loss_of"](space["encoder"](images[rows]), labels[rows]) for rows in fixed]
    assert len(fixed) == (watched // 100 if sampling == "all" else 1) or validation == "test"
    assert expected == pytest.approx(torch.stack(losses).mean().item(), rel=1e-4)


def test_a_random_miner_gives_a_fixed_validation_loss_without_affecting_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changes = {"loss": "triplet_margin", "miner": "distance_weighted", "patience": 9}
    parts = ("encoder", "losses", "miners", "over", "batches", "stopping")
    space = with_few_images(monkeypatch, *parts, **changes)
    before = torch.get_rng_state()
    assert space["validation_loss"]() == space["validation_loss"]()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("loss", ["contrastive", "nt_xent"])
@pytest.mark.parametrize("activation", PARAMETERS["activation"].options)
def test_the_encoder_matches_the_app(activation: str, loss: str) -> None:
    config = RunConfig(activation=activation, loss=loss, hidden=(20, 10), embedding_dims=3)
    ours, theirs = namespace(config, "encoder")["encoder"], build(config)
    for parameter, wanted in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert parameter.abs().max().item() == pytest.approx(wanted.abs().max().item(), rel=0.2)
        parameter.data = wanted.data
    images = torch.rand(50, 784)
    torch.testing.assert_close(ours(images), theirs(images), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("views", [0.0, 0.5])
def test_the_learning_rate_rises_linearly_for_a_fifth_and_then_falls_linearly(
    monkeypatch: pytest.MonkeyPatch, views: float
) -> None:
    parts = ("encoder", "views", "one_cycle")
    space = with_few_images(monkeypatch, *parts, views=views, epochs=5, learning_rate=0.01)
    steps = 5 * (3500 // (100 - round(views * 50)))
    rates = []
    for _ in range(steps):
        rates.append(space["optimizer"].param_groups[0]["lr"])
        space["optimizer"].step()
        space["schedule"].step()
    peak = steps // 5 - 1
    assert rates[:: steps - 1] == pytest.approx([0.002, 0], abs=1e-6)
    assert rates[peak] == max(rates) == pytest.approx(0.01)
    assert np.diff(rates[: peak + 1]) == pytest.approx(np.full(peak, 0.008 / peak))
    assert np.diff(rates[peak:]) == pytest.approx(
        np.full(steps - 1 - peak, -0.01 / (steps - 1 - peak)), rel=1e-3
    )


def test_the_loss_parameters_learn_ten_times_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for schedule in ("constant", "one_cycle"):
        config = RunConfig(loss="center", digits=3, schedule=schedule, epochs=1)
        monkeypatch.setattr(torchvision.datasets, "MNIST", FewImages)
        code = sections(config, "None")
        space: dict[str, Any] = {}
        exec("\n".join(step.code for step in code[:-1]), space)  # all but the figures
        network, learned = space["optimizer"].param_groups
        assert {id(tensor) for tensor in learned["params"]} == {id(p) for p in space["loss_of"].parameters()}
        assert learned["lr"] == pytest.approx(10 * network["lr"])
        assert space["loss_of"].centers.abs().min() > 0


def test_training_stops_after_patience_steps_and_keeps_the_best_weights() -> None:
    config = RunConfig(patience=50, batch_size=200, schedule="constant")  # validated every 21 steps
    losses = iter([5.0, 3.0, 4.0, 2.0, 2.0, float("nan"), 9.0, 1.0])
    weights = []

    def validation_loss() -> float:
        weights.append(space["encoder"].weight.detach().clone())
        return next(losses)

    head, settings, *_, training, _ = sections(config, "None")
    space: dict[str, Any] = {
        "encoder": torch.nn.Linear(4, 2),
        "images": torch.rand(200, 4),
        "labels": torch.arange(200),
        "batches": lambda labels: [labels] * 300,
        "loss_of": lambda embeddings, labels: (embeddings**2).mean(),
        "validation_loss": validation_loss,
    }
    exec(f"{head.code}\n{settings.code}\n{training.code}", space)
    assert space["step"] == 7 * 21 and space["best_step"] == 4 * 21
    assert torch.equal(space["encoder"].weight, weights[3])
    assert not torch.equal(weights[3], weights[6])
