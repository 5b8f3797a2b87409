"""A curve's handle is at the distance that its parameter means, measured on the loss, and can be dragged."""

import math

import numpy as np
import pytest

from core.config import PARAMETERS, RunConfig
from core.lessons.curve_handle import HANDLES, Handle, handle, value_at
from core.losses import LOSSES
from core.losses.slopes import gradient

D_AP = 0.6
WITH = {
    name: next(iter([f for f in HANDLES if f in entry.parameters]), None) for name, entry in LOSSES.items()
}
OF = {field: [name for name, own in WITH.items() if own == field] for field in HANDLES}


def parameters_of(name: str, **changed: float) -> dict[str, float]:
    return RunConfig(loss=name, **changed).loss_parameters  # type: ignore[arg-type]


def held(name: str, parameters: dict[str, float], d_ap: float = D_AP) -> Handle:
    found = handle(LOSSES[name], parameters, d_ap)
    assert found is not None
    return found


def on_circle(*chords: float) -> np.ndarray:
    """An anchor and points at these distances from it, the first on one side, the others on the other."""
    angles = np.array([0.0, *(2 * math.asin(chord / 2) for chord in chords)])
    angles[2:] *= -1
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_only_losses_with_a_margin_or_a_temperature_have_a_handle() -> None:
    margins = {
        "contrastive",
        "contrastive_squared",
        "pair_hinge_triplet",
        "triplet_margin",
        "lifted_structure",
    }
    assert margins <= set(OF["margin"])
    assert {"nt_xent", "supcon", "soft_nearest_neighbour"} <= set(OF["temperature"])
    assert {"multi_similarity", "circle", "proxy_anchor"} <= set(OF["similarity_margin"])
    for name, field in WITH.items():
        found = handle(LOSSES[name], parameters_of(name), D_AP)
        assert (found.field if found else None) == field


@pytest.mark.parametrize("margin", [0.2, 0.8, 1.5])
@pytest.mark.parametrize("name", OF["margin"])
def test_a_negative_is_pushed_just_inside_the_margins_handle_and_not_outside(
    name: str, margin: float
) -> None:
    entry, parameters = LOSSES[name], parameters_of(name, margin=margin)
    at = held(name, parameters).at

    def push(distance: float) -> float:
        """The force on a negative, which is doubled since a batch needs two of each class; the positive is at
        D_AP."""
        points = np.array([[0.0, 0.0], [-D_AP, 0.0], [distance, 0.0], [distance, 0.0]])
        labels = np.array([0, 0, 1, 1])
        return float(np.abs(gradient(entry, points, labels, **parameters)[2:]).sum())

    if name == "contrastive":  # the others measure from the positive, or d²
        assert at == pytest.approx(margin, abs=1e-5)
    assert push(at - 0.02) > 1e-6
    assert push(at + 0.02) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("temperature", [0.05, 0.1, 0.7])
@pytest.mark.parametrize("name", OF["temperature"])
def test_a_negative_at_the_temperatures_handle_has_1_over_e_of_the_weight_at_the_anchor(
    name: str, temperature: float
) -> None:
    parameters = parameters_of(name, temperature=temperature)

    def weight(distance: float) -> float:
        """Of the one negative, with the positive at the anchor: the loss is log(1 + weight)."""
        points = (
            on_circle(0.0, distance) if LOSSES[name].normalised else np.array([[0, 0], [0, 0], [distance, 0]])
        )
        return math.expm1(float(LOSSES[name].function(points * 1.0, np.array([0, 0, 1]), **parameters).total))

    assert weight(held(name, parameters).at) == pytest.approx(weight(0.0) / math.e)


@pytest.mark.parametrize("margin", [0.0, 0.25, 0.6])
def test_a_negative_at_the_handle_of_a_similarity_margin_adds_1_to_the_sum(margin: float) -> None:
    several = parameters_of("multi_similarity", similarity_margin=margin)
    points = on_circle(0.0, held("multi_similarity", several).at)
    terms = LOSSES["multi_similarity"].function(points[1:], np.array([0, 1]), **several).terms
    assert terms["repulsion"] == pytest.approx(math.log(1 + 1) / several["scale"])

    circle = parameters_of("circle", similarity_margin=margin)
    points = on_circle(0.0, held("circle", circle).at)
    total = float(LOSSES["circle"].function(points, np.array([0, 0, 1]), **circle).total)
    of_positive = math.exp(-circle["scale"] * margin * margin)  # the positive is at the anchor
    assert total == pytest.approx(math.log(1 + 1 * of_positive))

    proxied = parameters_of("proxy_anchor", similarity_margin=margin)
    points = on_circle(D_AP, held("proxy_anchor", proxied).at)
    proxy = points[:2].mean(axis=0, keepdims=True)
    terms = LOSSES["proxy_anchor"].function(points[2:], np.array([1]), proxies=proxy, **proxied).terms
    assert terms["repulsion"] == pytest.approx(math.log(1 + 1))


@pytest.mark.parametrize("name", [name for name, field in WITH.items() if field])
def test_dragging_a_handle_gives_the_value_at_that_position(name: str) -> None:
    field = WITH[name]
    assert field is not None
    declared = PARAMETERS[field]
    for value in (0.1, 0.6):
        there = held(name, parameters_of(name, **{field: value})).at
        got = value_at(LOSSES[name], parameters_of(name), field, D_AP, there)
        assert got == pytest.approx(value), (name, there)
    for far in (0.0, 99.0):
        assert declared.low <= value_at(LOSSES[name], parameters_of(name), field, D_AP, far) <= declared.high
