"""The curves of the Losses lesson are the formulas, worked out by hand for each distance."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from core.config import RunConfig
from core.lessons.loss_curves import FARTHEST, by_angle, curves
from core.losses import LOSSES

M, D_AP, D_AN = 0.8, 0.6, 0.5

# By hand, from the papers: what is paid at distance d, as the positive or as the negative.
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
def test_a_curve_is_its_formula_at_every_distance(name: str) -> None:
    found = curves(LOSSES[name], {"margin": M}, D_AP, D_AN)
    assert found.distance[0] == 0 and found.distance[-1] == FARTHEST
    assert found.positive == pytest.approx([POSITIVE[name](d) for d in found.distance], abs=1e-12)
    assert found.negative == pytest.approx([NEGATIVE[name](d) for d in found.distance], abs=1e-12)


@pytest.mark.parametrize("name", TURN)
def test_a_negative_turns_where_it_is_left_alone(name: str) -> None:
    assert curves(LOSSES[name], {"margin": M}, D_AP, D_AN).turn == pytest.approx(TURN[name], abs=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_catalogue_has_finite_curves(name: str) -> None:
    entry = LOSSES[name]
    parameters = RunConfig(loss=name).loss_parameters
    for d_ap, d_an in ((0.0, 0.0), (0.6, 0.5), (3.0, 4.0)):
        found = curves(entry, parameters, d_ap, d_an, on_circle=by_angle(entry, parameters))
        assert np.isfinite(found.positive).all() and np.isfinite(found.negative).all()
        assert found.turn is None or found.turn >= 0


@pytest.mark.parametrize("name", LOSSES)
def test_a_negative_never_pays_more_for_being_farther_nor_a_positive_less(name: str) -> None:
    entry = LOSSES[name]
    parameters = RunConfig(loss=name).loss_parameters
    found = curves(entry, parameters, 0.6, 0.5, on_circle=by_angle(entry, parameters))
    # one that compares each image with its whole batch sees the moving point from all the others too
    if entry.takes != "batch":
        assert (np.diff(found.positive) >= -1e-9).all()
        assert (np.diff(found.negative) <= 1e-9).all()
    if not entry.learned:  # proxies, here the classes' means, move along with the point
        assert found.positive[-1] > found.positive[0]
        assert found.negative[-1] < found.negative[0]


def test_only_losses_on_inner_products_and_directions_go_by_angle() -> None:
    found = {name for name in LOSSES if by_angle(LOSSES[name], RunConfig(loss=name).loss_parameters)}
    assert {"n_pair", "nt_xent", "supcon"} <= found
    assert found.isdisjoint({"contrastive", "triplet_margin", "soft_margin_triplet", "lifted_structure"})
