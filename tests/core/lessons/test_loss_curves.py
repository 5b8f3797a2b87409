"""The curves of the Losses lesson match the formulas, written by hand."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from core.config import RunConfig
from core.lessons.loss_curves import FARTHEST, by_angle, curves, turn_of
from core.losses import LOSSES

M, D_AP, D_AN = 0.8, 0.6, 0.5

# By hand, from the papers: the loss at distance d of the positive or of the negative.
POSITIVE: dict[str, Callable[[float], float]] = {
    "contrastive": lambda d: d * d / 2,
    "contrastive_squared": lambda d: d * d / 2,
    "pair_hinge_triplet": lambda d: d * d + max(0.0, M - D_AN) ** 2,
    "triplet_margin": lambda d: max(0.0, d - D_AN + M),
}
NEGATIVE: dict[str, Callable[[float], float]] = {
    "contrastive": lambda d: max(0.0, M - d) ** 2 / 2,
    "contrastive_squared": lambda d: max(0.0, M - d * d) / 2,
    "pair_hinge_triplet": lambda d: D_AP**2 + max(0.0, M - d) ** 2,
    "triplet_margin": lambda d: max(0.0, D_AP - d + M),
}
TURN = {
    "contrastive": M,
    "contrastive_squared": math.sqrt(M),
    "pair_hinge_triplet": M,
    "triplet_margin": D_AP + M,
}


@pytest.mark.parametrize("name", POSITIVE)
def test_a_curve_matches_its_formula_at_every_distance(name: str) -> None:
    found = curves(LOSSES[name], {"margin": M}, D_AP, D_AN)
    assert found.distance[0] == 0 and found.distance[-1] == FARTHEST
    assert found.positive == pytest.approx([POSITIVE[name](d) for d in found.distance], abs=1e-12)
    assert found.negative == pytest.approx([NEGATIVE[name](d) for d in found.distance], abs=1e-12)


@pytest.mark.parametrize("name", TURN)
def test_a_curve_turns_where_the_negative_is_no_longer_pushed(name: str) -> None:
    assert curves(LOSSES[name], {"margin": M}, D_AP, D_AN).turn == pytest.approx(TURN[name], abs=1e-5)


@pytest.mark.parametrize("margin", [0.1, 0.25, 0.4])
def test_circle_pushes_a_negative_until_its_weight_is_0(margin: float) -> None:
    """a_n = max(0, s_n + m) in its eq. 8, and s_n = 1 - d²/2 on the circle; its loss is lowest far before."""
    parameters = {**RunConfig(loss="circle").loss_parameters, "similarity_margin": margin}
    found = turn_of(LOSSES["circle"], parameters, 0.5, on_circle=True)
    assert found == pytest.approx(math.sqrt(2 + 2 * margin), abs=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_catalogue_has_finite_curves(name: str) -> None:
    entry = LOSSES[name]
    parameters = RunConfig(loss=name).loss_parameters
    for d_ap, d_an in ((0.0, 0.0), (0.6, 0.5), (3.0, 4.0)):
        found = curves(entry, parameters, d_ap, d_an, on_circle=by_angle(entry, parameters))
        assert np.isfinite(found.positive).all() and np.isfinite(found.negative).all()
        assert found.turn is None or found.turn >= 0


@pytest.mark.parametrize("name", LOSSES)
def test_the_loss_never_rises_with_a_farther_negative_or_falls_with_a_farther_positive(name: str) -> None:
    entry = LOSSES[name]
    parameters = RunConfig(loss=name).loss_parameters
    found = curves(entry, parameters, 0.6, 0.5, on_circle=by_angle(entry, parameters))
    # a loss on the whole batch also depends on the moving point's distance to the others
    if entry.takes != "batch":
        assert (np.diff(found.positive) >= -1e-9).all()
        assert (np.diff(found.negative) <= 1e-9).all()
    if not entry.learned:  # the proxies are the class means here, which move with the point
        assert found.positive[-1] > found.positive[0]
        assert found.negative[-1] < found.negative[0]


def test_only_losses_on_inner_products_and_directions_are_by_angle() -> None:
    found = {name for name in LOSSES if by_angle(LOSSES[name], RunConfig(loss=name).loss_parameters)}
    assert {"n_pair", "nt_xent", "supcon"} <= found
    assert found.isdisjoint({"contrastive", "triplet_margin", "soft_margin_triplet", "lifted_structure"})
