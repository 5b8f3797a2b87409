"""Where a loss leaves points alone: for every loss, compared with the gradients of torch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.config import PARAMETERS, RunConfig
from core.lessons import texts
from core.lessons.at_rest import Ends, PileKind, ends_of, pile_of
from core.lessons.lesson_plane import LABELS, NUDGE, ONE_PLACE, nudged
from core.losses import LOSSES, Loss
from core.losses.base import hinge, pull_and_push
from core.losses.distances import pair_distances

# By hand, from the formulas: a hinge on d ends the push, a hinge on a difference ends both, sums of exponentials
# end neither; uniformity pushes every two points apart.
ENDS: dict[str, Ends] = {
    "contrastive": "springs",
    "contrastive_squared": "springs",
    "pair_hinge_triplet": "springs",
    "triplet_margin": "difference",
    "soft_margin_triplet": "never",
    "n_pair": "never",
    "lifted_structure": "difference",
    "nt_xent": "never",
    "supcon": "never",
    "soft_nearest_neighbour": "never",
    "multi_similarity": "never",
    "circle": "springs",
    "center": "learned",
    "proxy_anchor": "learned",
    "alignment_uniformity": "spread",
}
# d has a kink at 0, d², similarities and inner products have none.
FULL = {"contrastive", "pair_hinge_triplet", "triplet_margin", "soft_margin_triplet", "lifted_structure"}


def parameters(name: str, **changed: float) -> dict[str, float]:
    return RunConfig(loss=name, **changed).loss_parameters  # type: ignore[arg-type]


def strongest(name: str, points: np.ndarray, **changed: float) -> float:
    """The strongest force, by automatic differentiation."""
    tensor = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    LOSSES[name].function(tensor, torch.from_numpy(LABELS), **parameters(name, **changed)).total.backward()
    assert tensor.grad is not None
    return float(tensor.grad.norm(dim=1).max())


@pytest.mark.parametrize("name", ENDS)
def test_a_pile_is_full_of_force_or_a_dead_point_and_the_classes_leave_it(name: str) -> None:
    found = pile_of(LOSSES[name], parameters(name))
    assert found.kind == ("full" if name in FULL else "growing")
    assert strongest(name, ONE_PLACE) < 1e-6
    away = np.random.default_rng(0).normal(size=ONE_PLACE.shape)
    forces = [strongest(name, ONE_PLACE + nudge * away) for nudge in (1e-3, 5e-4)]
    assert forces[1] / forces[0] == pytest.approx(1.0 if name in FULL else 0.5, abs=0.1)
    assert found.half_force / found.force == pytest.approx(forces[1] / forces[0], abs=0.1)
    # a few small steps along the force, from nearly one place
    points = torch.tensor(ONE_PLACE + 1e-3 * away, requires_grad=True)
    for _ in range(20):
        (slope,) = torch.autograd.grad(
            LOSSES[name].function(points, torch.from_numpy(LABELS), **parameters(name)).total, points
        )
        points = (points - slope).detach().requires_grad_()
    means = [points.detach().numpy()[label == LABELS].mean(axis=0) for label in (0, 1, 2)]
    before = [(1e-3 * away)[label == LABELS].mean(axis=0) for label in (0, 1, 2)]
    assert np.ptp(means, axis=0).max() > 2 * np.ptp(before, axis=0).max()


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("contrastive", "margin", 0.0),
        ("contrastive_squared", "margin", 0.0),
        ("pair_hinge_triplet", "margin", 0.0),
        ("triplet_margin", "margin", 0.0),
        ("alignment_uniformity", "weight", 0.0),
    ],
)
def test_without_a_margin_or_without_uniformity_the_pile_is_stable(
    name: str, setting: str, value: float
) -> None:
    assert pile_of(LOSSES[name], parameters(name, **{setting: value})).kind == "stable"
    parted = ONE_PLACE + 0.05 * np.array([[1.0, 0.0], [-0.5, 0.8], [-0.5, -0.8]])[LABELS]
    assert strongest(name, parted, **{setting: value}) < 1e-9


def test_a_lifted_structure_without_a_margin_still_parts_the_classes() -> None:
    assert pile_of(LOSSES["lifted_structure"], parameters("lifted_structure", margin=0.0)).kind == "full"


@pytest.mark.parametrize("name", ENDS)
def test_when_a_loss_is_done_with_a_pair_does_not_depend_on_how_sharp_it_is(name: str) -> None:
    for setting in {"temperature", "scale", "margin"} & set(LOSSES[name].parameters):
        for value in (PARAMETERS[setting].low, PARAMETERS[setting].high):
            assert ends_of(LOSSES[name], parameters(name, **{setting: value})) == ENDS[name]
    assert ends_of(LOSSES[name], parameters(name)) == ENDS[name]


def test_a_loss_that_leaves_near_positives_alone_is_not_one_on_differences() -> None:
    def function(embeddings: np.ndarray, labels: np.ndarray, *, margin: float, pairs: object = None) -> Loss:
        d, same = pair_distances(embeddings, labels, pairs)  # type: ignore[arg-type]
        return pull_and_push(hinge(d - margin / 2), hinge(margin - d), same, sampled=pairs is not None)

    entry = replace(LOSSES["contrastive"], function=function)
    for margin in (0.5, 1.0, 5.0):
        assert ends_of(entry, {"margin": margin}) == "rests"


def test_a_small_weight_of_uniformity_lets_near_positives_meet() -> None:
    entry = LOSSES["alignment_uniformity"]
    assert ends_of(entry, parameters(entry.name, weight=0.1)) == "never"
    assert ends_of(entry, parameters(entry.name, weight=5.0)) == "spread"


def test_a_nudged_point_is_pulled_back_or_pushed_on_by_its_loss() -> None:
    """On d a nudged point meets the whole push; on d² its own two positives are stronger."""
    points = nudged(ONE_PLACE, 0)
    assert np.linalg.norm(points - ONE_PLACE, axis=1) == pytest.approx([0.1] + [0.0] * 6)
    assert abs(NUDGE @ ONE_PLACE[0]) < 0.03 * np.linalg.norm(ONE_PLACE[0])  # a loss on directions feels it

    def along(name: str) -> float:
        tensor = torch.tensor(points, requires_grad=True)
        LOSSES[name].function(tensor, torch.from_numpy(LABELS), **parameters(name)).total.backward()
        assert tensor.grad is not None
        return float(-tensor.grad[0].numpy() @ NUDGE)

    assert along("contrastive") > 0 > along("contrastive_squared")


def test_there_is_a_text_for_each() -> None:
    kinds = {*Ends.__args__, *PileKind.__args__}  # type: ignore[attr-defined]
    assert set(texts.sections("losses_at_rest")) == kinds


def test_at_the_default_scale_multi_similarity_pulls_and_pushes_alike() -> None:
    """Its text says so, and that the paper's 50 pushes mostly the nearest negatives."""
    entry = LOSSES["multi_similarity"]
    assert "At the default scale both sides count alike" in entry.summary and "50" in entry.summary

    def term(name: str, labels: list[int], similarities: list[float], scale: float) -> float:
        """A term of an anchor and others at these similarities, twice the mean of two points."""
        points = np.array([[1.0, 0.0], *([s, np.sqrt(1 - s * s)] for s in similarities)])
        found = entry.function(points, np.array(labels), scale=scale, similarity_margin=0.25)
        return float(found.terms[name])

    def ratio(scale: float) -> float:
        """The push on a negative over the pull on a positive, equally far on the wrong side of the margin."""
        return term("repulsion", [0, 1], [0.45], scale) / term("attraction", [0, 0], [0.05], scale)

    assert ratio(RunConfig().scale) == pytest.approx(1.0)
    assert ratio(50.0) < 0.5

    def of_an_anchor(similarities: list[float], scale: float) -> float:
        """The repulsion of the anchor alone: without those of its two negatives, of which it is the only one."""
        alone = sum(term("repulsion", [0, 1], [each], scale) for each in similarities)
        return 3 * term("repulsion", [0, 1, 1], similarities, scale) - alone

    def of_the_nearer(scale: float) -> float:
        """The share of an anchor's push that the nearer of two negatives gets, by differences."""
        start = of_an_anchor([0.5, 0.4], scale)
        nearer, farther = (of_an_anchor(moved, scale) - start for moved in ([0.5001, 0.4], [0.5, 0.4001]))
        return nearer / (nearer + farther)

    assert of_the_nearer(RunConfig().scale) < 0.6 < 0.99 < of_the_nearer(50.0)
