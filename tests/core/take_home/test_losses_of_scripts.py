"""The losses and miners of exported scripts, compared with the app's."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from core.batches.sampling import Batch
from core.config import RunConfig
from core.losses import LOSSES
from core.miners.distance_weighted import chances
from core.training.batch_loss import loss_of, mine
from core.training.trainer import start_learned
from tests.core.take_home.scripts import namespace, ways, what


def points_and_labels() -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    chance = torch.Generator().manual_seed(5)
    random = torch.randn(40, 3, generator=chance, dtype=torch.float64)
    labels = torch.randint(4, [40], generator=chance)
    few = random[:8]
    # in single precision, in which distances by matrix products would be wrong
    near = (torch.cat([1e-3 * random[:20], 1 + 1e-3 * random[20:]]) + 2).float()
    return {
        "random": (random, labels),
        "two groups of close points, each of all classes": (near, labels),
        "one class only": (few, torch.full([8], 2)),
        "every image its own class": (few, torch.arange(8)),
        "two images of a class": (few[:2], torch.tensor([1, 1])),
        "two images of two classes": (few[:2], torch.tensor([1, 0])),
        "equal points": (few[:1].repeat(8, 1), torch.arange(8) % 3),
        "some equal points": (few[[0, 0, 1, 1, 2, 3, 3, 3]], torch.tensor([0, 0, 1, 2, 2, 0, 1, 0])),
        "a class with one image": (few, torch.tensor([0, 0, 0, 1, 1, 1, 1, 5])),
    }


BATCHES = points_and_labels()
LEARNED = {"centers": "centers", "head": "classifier.weight", "bias": "classifier.bias", "proxies": "proxies"}


@pytest.mark.parametrize("case", BATCHES)
@pytest.mark.parametrize("config", ways(), ids=what)
def test_the_loss_of_the_script_matches_the_app(config: RunConfig, case: str) -> None:
    given, labels = BATCHES[case]
    config = replace(config, embedding_dims=given.shape[1])
    batch = Batch(np.arange(len(labels)), tuples=None)
    if config.sampling == "sampled":
        columns = 2 if LOSSES[config.loss].takes == "pairs" else 3
        rows = torch.randint(len(labels), [columns * 16], generator=torch.Generator().manual_seed(1))
        given, labels = given[rows], labels[rows]
        batch = Batch(np.arange(len(rows)), tuples=tuple(np.split(np.arange(len(rows)), columns)))
    ours, theirs = given.clone().requires_grad_(), given.clone().requires_grad_()

    learned = {
        name: tensor.detach().to(given.dtype).requires_grad_()
        for name, tensor in start_learned(config).items()
    }
    mined, _ = mine(config, theirs, labels, batch, np.random.default_rng(5))
    of_app = loss_of(config, theirs, labels, mined, learned).total
    of_app.backward()

    space = namespace(config, "losses", "miners", "over")
    if config.miner == "distance_weighted":  # it draws at random: tested below
        assert mined.tuples is not None
        anchor, *others = (torch.as_tensor(places) for places in mined.tuples)
        if LOSSES[config.loss].takes == "pairs":
            anchor, others = anchor.chunk(2)[0], list(others[0].chunk(2))
        space["mine"] = lambda embeddings, labels: (anchor, *others)
    parameters = dict(space["loss_of"].named_parameters()) if learned else {}
    for name, tensor in learned.items():
        parameters[LEARNED[name]].data = tensor.detach().clone()
    of_script = space["loss_of"](F.normalize(ours) if config.normalised else ours, labels)
    of_script.backward()

    close = {"rtol": 1e-5, "atol": 1e-5}
    torch.testing.assert_close(of_script, of_app, **close)
    torch.testing.assert_close(ours.grad, theirs.grad, **close)
    for name, tensor in learned.items():
        torch.testing.assert_close(parameters[LEARNED[name]].grad, tensor.grad, **close)


def test_no_loss_in_the_comparison_is_zero() -> None:
    """The comparison above isn't one of zeros."""
    embeddings, labels = BATCHES["random"]
    for config in ways():
        if config.sampling == "all":
            batch = Batch(np.arange(len(labels)), tuples=None)
            mined, _ = mine(config, embeddings, labels, batch, np.random.default_rng(5))
            learned = start_learned(replace(config, embedding_dims=3))
            assert loss_of(config, embeddings.float(), labels, mined, learned).total.abs() > 0.01, what(
                config
            )


def test_the_loss_parameters_are_initialised_as_in_the_app() -> None:
    torch.manual_seed(0)
    for loss in ("center", "proxy_anchor"):
        config = RunConfig(loss=loss, embedding_dims=64)
        parameters = dict(namespace(config, "losses")["loss_of"].named_parameters())
        for name, tensor in start_learned(config).items():
            found = parameters[LEARNED[name]]
            assert found.shape == tensor.shape
            assert found.std().item() == pytest.approx(tensor.std().item(), rel=0.1), name


@pytest.mark.parametrize("case", BATCHES)
def test_negatives_have_the_same_probabilities_as_in_the_app(case: str) -> None:
    embeddings, labels = BATCHES[case]
    config = RunConfig(loss="triplet_margin", miner="distance_weighted", embedding_dims=3)
    space = namespace(config, "miners")
    different = labels[:, None] != labels
    unit = F.normalize(embeddings).double()
    apart = (unit[:, None] - unit).norm(dim=2).numpy()
    having = different.any(dim=1)
    found = space["chances"](embeddings, different)[having].numpy()
    assert found == pytest.approx(chances(apart, different.numpy(), 3)[having.numpy()], abs=1e-4)

    anchor, positive, negative = space["mine"](embeddings, labels)
    pairs = (labels[:, None] == labels) & ~torch.eye(len(labels), dtype=torch.bool) & having[:, None]
    assert torch.equal(torch.stack([anchor, positive]), torch.stack(pairs.nonzero(as_tuple=True)))
    assert (labels[negative] != labels[anchor]).all()


def test_negatives_are_drawn_with_these_probabilities() -> None:
    config = RunConfig(loss="triplet_margin", miner="distance_weighted", embedding_dims=3)
    space = namespace(config, "miners")
    embeddings, labels = BATCHES["random"]
    count = torch.zeros(40, 40)
    for _ in range(300):
        anchor, _, negative = space["mine"](embeddings, labels)
        count.index_put_((anchor, negative), torch.ones(len(anchor)), accumulate=True)
    expected = space["chances"](embeddings, labels[:, None] != labels) * count.sum(dim=1, keepdim=True)
    assert ((count - expected) / (expected + 1).sqrt()).abs().max() < 6
