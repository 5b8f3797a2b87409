"""The diagnosis tells collapsed, diverged, stuck and healthy apart, on points and losses made by hand."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from core.config import PRESETS, RunConfig
from core.lessons import texts
from core.lessons.collapses import SMALL
from core.lessons.cures import measured_differently
from core.lessons.diagnosis import Diagnosis, diagnose
from core.runs import Progress

RANDOM = np.random.default_rng(0)


LABELS = np.repeat(np.arange(4), 50)


SPREAD_OUT = RANDOM.normal(size=(200, 2)) + 5 * np.array([[0, 0], [0, 1], [1, 0], [1, 1]])[LABELS]


def reports(*losses: float, steps: int = 100) -> list[Progress]:
    """Equally spaced reports, the last one at the last step."""
    every = steps // len(losses)
    return [
        Progress(steps - every * (len(losses) - 1 - place), steps, 1, loss, {}, 1.0, None, None)
        for place, loss in enumerate(losses)
    ]


def diagnosed(last: np.ndarray, *losses: float, config: RunConfig = SMALL, steps: int = 100) -> Diagnosis:
    return diagnose(config, reports(*losses, steps=steps), 0.01 * SPREAD_OUT, last, LABELS)


def test_points_spread_out_by_class_with_a_low_loss_are_healthy() -> None:
    assert diagnosed(SPREAD_OUT, 0.25, 0.02).kind == "healthy"


def test_points_a_tenth_as_wide_as_the_untrained_ones_are_one_point() -> None:
    assert diagnosed(0.0009 * SPREAD_OUT, 0.25, 0.25).kind == "point"


def test_only_a_point_has_no_rank() -> None:
    assert math.isnan(diagnosed(0.0009 * SPREAD_OUT, 0.25, 0.25).shape.rank)
    assert not math.isnan(diagnosed(SPREAD_OUT, 0.25, 0.02).shape.rank)


def test_points_close_together_at_the_know_nothing_value_are_one_point_too() -> None:
    assert diagnosed(0.009 * SPREAD_OUT, 0.25, 0.249).kind == "point"
    assert diagnosed(0.009 * SPREAD_OUT, 0.25, 0.1).kind == "healthy"


def test_points_on_a_line_are_a_line_unless_the_classes_need_no_more() -> None:
    line = SPREAD_OUT * [1.0, 0.01]
    assert diagnosed(line, 0.25, 0.1).kind == "line"
    two = np.repeat([0, 1], 100)
    config = RunConfig(digits=2)
    assert diagnose(config, reports(0.25, 0.02), SPREAD_OUT, line, two).kind != "line"


@pytest.mark.parametrize("dims", [3, 8, 64])
def test_a_slightly_thick_line_in_many_dimensions_is_a_line(dims: int) -> None:
    line, labels = in_directions(1, dims)
    line *= [1.0] + [0.1 / math.sqrt(dims)] * (dims - 1)
    config = RunConfig(embedding_dims=dims)
    found = diagnose(config, reports(0.25, 0.1), 0.01 * line, line, labels)
    assert found.kind == "line" and "a single direction holds" in found.sentence


@pytest.mark.parametrize(("classes", "dims"), [(5, 4), (6, 5), (10, 9), (10, 8), (6, 8)])
def test_classes_at_random_places_on_the_sphere_are_rarely_flat(classes: int, dims: int) -> None:
    generator, labels = np.random.default_rng(0), np.repeat(np.arange(classes), 20)
    config, flat = RunConfig(embedding_dims=dims, digits=classes), 0
    for _ in range(200):
        centres = generator.normal(size=(classes, dims))
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        points = centres[labels] + 0.02 * generator.normal(size=(len(labels), dims))
        flat += diagnose(config, reports(0.25, 0.24), 0.01 * points, points, labels).kind == "flat"
    assert flat <= 4


def in_directions(count: int, dims: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Ten compact classes that use the first `count` of `dims` dimensions; of two, the second one less."""
    generator = np.random.default_rng(count)
    centres = np.zeros((10, dims))
    centres[:, :count] = generator.normal(size=(10, count)) * ([1.0, 0.25] if count == 2 else 1.0)
    labels = np.repeat(np.arange(10), 20)
    return centres[labels] + 0.01 * generator.normal(size=(200, dims)), labels


def test_few_of_many_directions_with_a_loss_that_hardly_moved_is_flat() -> None:
    config = RunConfig(embedding_dims=8)

    def kind(count: int, last_loss: float, config: RunConfig = config) -> str:
        points, labels = in_directions(count, config.embedding_dims)
        return diagnose(config, reports(0.25, last_loss), 0.01 * points, points, labels).kind

    assert kind(2, 0.24) == "flat"
    assert kind(7, 0.24) == "healthy"  # the directions are used
    assert kind(2, 0.02) == "healthy"  # the loss is low
    # two of two directions are used
    assert kind(2, 0.24, RunConfig(embedding_dims=3)) == "healthy"
    sentence = diagnose(
        config, reports(0.25, 0.24), SPREAD_OUT, in_directions(2)[0], in_directions(2)[1]
    ).sentence
    assert (
        "95% of the variance lies along 2 of the 8 directions that 10 classes can use in 8 dimensions"
        in sentence
    )


def test_a_loss_far_above_the_know_nothing_value_is_divergence() -> None:
    assert diagnosed(1000 * SPREAD_OUT, 0.25, 40.0).kind == "diverged"
    assert diagnosed(SPREAD_OUT, 0.25, math.nan).kind == "diverged"
    assert diagnosed(SPREAD_OUT * np.inf, 0.25, 0.1).kind == "diverged"


def test_an_aborted_training_is_divergence_even_without_a_report() -> None:
    assert diagnose(SMALL, [], SPREAD_OUT, SPREAD_OUT, LABELS, aborted=True).kind == "diverged"


def test_a_loss_that_hardly_moves_is_stuck_only_if_the_classes_are_mixed() -> None:
    mixed = RANDOM.permutation(SPREAD_OUT)
    assert diagnosed(mixed, 0.25, 0.24).kind == "stuck"
    assert diagnosed(mixed, 0.25, 0.1).kind == "healthy"
    assert diagnosed(SPREAD_OUT, 0.25, 0.24).kind == "healthy"


def test_a_loss_still_falling_fast_gets_more_epochs_and_no_tick() -> None:
    """Evenly to the end, not at rest after a steep start, and no sooner than at the end."""
    even = (0.25, 0.22, 0.19, 0.16, 0.13, 0.1, 0.07, 0.04, 0.03, 0.02)
    found = diagnosed(SPREAD_OUT, *even)
    assert found.kind == "falling" and not found.unhealthy
    assert [(cure.name, cure.config.epochs) for cure in found.cures] == [("train_longer", 3)]
    assert "is 0.03, over as many before 0.1. That is 32% of its whole fall" in found.sentence
    assert diagnosed(SPREAD_OUT, 0.25, 0.1, 0.06, 0.05, 0.04, 0.035, 0.03, 0.03, 0.03, 0.03).kind == "healthy"
    unended = [replace(report, steps=200) for report in reports(*even)]
    assert diagnose(SMALL, unended, 0.01 * SPREAD_OUT, SPREAD_OUT, LABELS).kind != "falling"
    slow = diagnosed(SPREAD_OUT, *even, config=replace(SMALL, learning_rate=1e-5))
    assert [cure.name for cure in slow.cures] == ["speed_up", "train_longer"]
    longest = diagnosed(SPREAD_OUT, *even, config=replace(SMALL, epochs=50))
    assert longest.kind == "falling" and not longest.cures


def test_the_cures_are_those_that_fit_the_cause() -> None:
    def names(config: RunConfig, value: float) -> list[str]:
        found = diagnosed(0 * SPREAD_OUT, value, value, config=config)
        assert found.kind == "point"
        return [cure.name for cure in found.cures]

    hard = replace(SMALL, loss="triplet_margin", miner="batch_hard", batch_size=100)
    assert names(hard, 1.0) == ["mine_semi_hard", "mine_by_distance", "mine_nothing"]
    assert names(replace(SMALL, margin=0.0), 0.0) == ["give_a_margin", "need_no_margin"]
    unlike = replace(SMALL, loss="alignment_uniformity", weight=0.0)
    assert names(unlike, 0.0) == ["weigh", "take_negatives"]
    assert names(replace(SMALL, learning_rate=1.0), 0.25) == ["slow_down"]
    # in general: a loss whose force fades at one point, and one whose force does not
    assert names(replace(SMALL, loss="contrastive_squared"), 0.25) == ["push_at_once", "start_over", "reseed"]
    assert names(replace(SMALL, loss="triplet_margin", sampling="sampled"), 1.0) == ["start_over", "reseed"]
    assert names(SMALL, 0.25) == ["reseed"]
    # these two push without a margin, and without their second term
    assert "give_a_margin" not in names(replace(SMALL, loss="lifted_structure", margin=0.0), 11.3)
    assert "weigh" not in names(replace(SMALL, loss="center", weight=0.0), 1.386)


def test_a_cure_fits_a_loss_on_pairs_too() -> None:
    hard = replace(SMALL, miner="batch_hard", batch_size=100)
    cures = {cure.name: cure for cure in diagnosed(0 * SPREAD_OUT, 0.25, 0.25, config=hard).cures}
    assert "triplet" not in cures["mine_nothing"].label + cures["mine_nothing"].why


@pytest.mark.parametrize(("margin", "given"), [(0.0, 1.0), (0.3, 0.3)])
def test_a_loss_that_pushes_at_once_is_given_a_margin(margin: float, given: float) -> None:
    stuck, mixed = replace(SMALL, loss="nt_xent", margin=margin), RANDOM.permutation(SPREAD_OUT)
    found = diagnosed(mixed, stuck.collapsed, stuck.collapsed, config=stuck)
    assert found.kind == "stuck" and found.cures[0].name == "push_at_once"
    assert found.cures[0].config == replace(stuck, loss="contrastive", margin=given)


def test_losses_at_two_temperatures_cannot_be_compared_but_after_two_learning_rates_they_can() -> None:
    cold = replace(SMALL, loss="nt_xent", temperature=0.01)
    assert measured_differently(cold, replace(cold, temperature=0.1)) == ["temperature"]
    assert measured_differently(SMALL, replace(SMALL, margin=0.0, learning_rate=1.0)) == ["margin"]
    assert measured_differently(SMALL, replace(SMALL, temperature=1.0, learning_rate=1.0, epochs=3)) == []
    assert measured_differently(SMALL, replace(SMALL, miner="batch_hard", loss="triplet_margin")) == [
        "loss",
        "miner",
    ]


def test_a_cure_that_is_refused_is_not_offered() -> None:
    """NT-Xent takes no batch of 4,096."""
    config = replace(PRESETS["notebook"], margin=0.0)
    found = diagnosed(0 * SPREAD_OUT, 0.0, 0.0, config=config)
    assert [cure.name for cure in found.cures] == ["give_a_margin"]


def test_there_is_no_diagnosis_too_early() -> None:
    early = [replace(reports(0.25)[0], step=20)]
    for points in (0.0009 * SPREAD_OUT, SPREAD_OUT * [1.0, 0.01], RANDOM.permutation(SPREAD_OUT)):
        found = diagnose(SMALL, early, 0.01 * SPREAD_OUT, points, LABELS)
        assert found.kind == "early" and not found.cures
    assert diagnose(SMALL, [], SPREAD_OUT, SPREAD_OUT, LABELS).kind == "early"


@pytest.mark.parametrize("name", PRESETS)
def test_every_cure_is_another_run_on_the_same_images(name: str) -> None:
    config = replace(PRESETS[name], digits=4, margin=0.3, learning_rate=2e-3)
    found = diagnose(
        config, reports(config.collapsed, config.collapsed), SPREAD_OUT, 0.0 * SPREAD_OUT, LABELS
    )
    assert found.kind == "point" and found.cures
    for cure in found.cures:
        assert cure.config != config
        assert (cure.config.digits, cure.config.dataset) == (config.digits, config.dataset)


def test_every_sign_has_a_text_and_every_text_a_sign() -> None:
    """Each sign of assets/lessons/collapse_signs.md, on points and losses that show it."""
    similar = RunConfig(loss="nt_xent", digits=4)
    flat, ten = in_directions(2)
    one, line, mixed = 0 * SPREAD_OUT, SPREAD_OUT * [1.0, 0.01], RANDOM.permutation(SPREAD_OUT)
    found = {
        "early": diagnose(SMALL, [], SPREAD_OUT, SPREAD_OUT, LABELS),
        "falling": diagnosed(SPREAD_OUT, 0.25, 0.2, 0.15, 0.1, 0.05),
        "healthy": diagnosed(SPREAD_OUT, 0.25, 0.02),
        "point": diagnosed(one, 1.386, 1.386, config=RunConfig(loss="n_pair", digits=4)),
        "point_at_a_margin": diagnosed(one, 0.25, 0.25),
        "point_for_nothing": diagnosed(one, 0.25, 0.0, config=replace(SMALL, margin=0.0)),
        "line": diagnosed(line, 0.25, 0.1),
        "flat": diagnose(RunConfig(embedding_dims=8), reports(0.25, 0.24), 0.01 * flat, flat, ten),
        "squeezed": diagnosed(0.01 * SPREAD_OUT, 5.0, 4.0, config=similar),
        "diverged": diagnosed(SPREAD_OUT, 0.25, 40.0),
        "no_number": diagnosed(SPREAD_OUT, 0.25, math.nan),
        "stuck": diagnosed(mixed, 0.25, 0.24),
    }
    assert list(found) == list(texts.sections("collapse_signs"))
    for name, diagnosis in found.items():
        pieces = re.split(r"\{\w+\}", texts.sections("collapse_signs")[name].text)
        pattern = r"[-\d.e%]+".join(map(re.escape, pieces))
        assert re.fullmatch(pattern, diagnosis.sentence), (name, diagnosis.sentence)
        if name not in ("early", "healthy"):
            assert diagnosis.cures
            known = [cure.text for cure in texts.sections("collapse_cures").values()]
            assert all(cure.why in known for cure in diagnosis.cures)
