"""The diagnosis tells collapsed, diverged, stuck and healthy apart: on real trainings, and on shapes made by hand."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from core.config import PRESETS, RunConfig
from core.lessons import texts
from core.lessons.collapses import COLLAPSES, SMALL
from core.lessons.diagnosis import Diagnosis, Shape, diagnose, shape_of, shapes_of
from core.losses import LOSSES
from core.runs import Progress
from tests.core.trainings import MNIST, Training, trained

SEEDS = (0, 1)
RANDOM = np.random.default_rng(0)
LABELS = np.repeat(np.arange(4), 50)
SPREAD_OUT = RANDOM.normal(size=(200, 2)) + 5 * np.array([[0, 0], [0, 1], [1, 0], [1, 1]])[LABELS]


# ---- real runs


def course(config: RunConfig) -> Training:
    return trained(config, MNIST)


def diagnosis(config: RunConfig, images: int = MNIST) -> Diagnosis:
    """What ails the run of `config` at its end."""
    seen = trained(config, images)
    first, last = seen.snapshots[0].embeddings, seen.snapshots[-1].embeddings
    return diagnose(config, seen.reports, first, last, seen.sample.labels, broken_off=seen.broken_off)


@pytest.mark.whole_training
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", COLLAPSES)
def test_each_button_really_breaks_its_run_and_each_cure_really_cures_it(name: str, seed: int) -> None:
    broken = diagnosis(replace(COLLAPSES[name].config, seed=seed))
    assert broken.kind in COLLAPSES[name].kinds, broken
    assert broken.cure is not None
    assert broken.cure.config.seed == seed and broken.cure.config.digits == COLLAPSES[name].config.digits
    cured = diagnosis(broken.cure.config)
    assert cured.kind == "healthy", cured
    assert cured.cure is None and not cured.ill


@pytest.mark.whole_training
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [name for name in COLLAPSES if COLLAPSES[name].kinds == ("point",)])
def test_a_broken_run_ends_at_what_it_costs_to_know_nothing(name: str, seed: int) -> None:
    config = replace(COLLAPSES[name].config, seed=seed)
    found = diagnosis(config)
    assert course(config).reports[-1].loss == pytest.approx(config.collapsed, rel=0.02, abs=1e-4)
    assert f"{config.collapsed:.3g}" in found.sentence
    points = course(config).snapshots[-1].embeddings
    assert np.linalg.norm(points - points.mean(axis=0), axis=1).max() < 0.05


@pytest.mark.whole_training
@pytest.mark.parametrize("seed", SEEDS)
def test_too_high_a_temperature_leaves_classes_on_top_of_each_other_and_its_cure_parts_them(
    seed: int,
) -> None:
    config = replace(COLLAPSES["temperature_too_high"].config, seed=seed)
    cure = diagnosis(config).cure
    assert cure is not None and cure.config == replace(config, temperature=RunConfig().temperature)
    assert course(config).reports[-1].loss == pytest.approx(config.collapsed, rel=0.03)
    assert neighbours_of_the_own_class(config) < 0.92
    assert neighbours_of_the_own_class(cure.config) > 0.96


def neighbours_of_the_own_class(config: RunConfig) -> float:
    """The share of images whose five nearest neighbours, by vote, are of their class: half of the sample fits."""
    points, labels = course(config).snapshots[-1].embeddings, course(config).sample.labels
    half = len(points) // 2
    return float(
        KNeighborsClassifier(5).fit(points[:half], labels[:half]).score(points[half:], labels[half:])
    )


@pytest.mark.whole_training
def test_a_learning_rate_far_too_low_leaves_the_run_stuck() -> None:
    found = diagnosis(replace(SMALL, learning_rate=1e-5))
    assert found.kind == "stuck"
    assert found.cure is not None and found.cure.config.learning_rate == RunConfig().learning_rate


@pytest.mark.whole_training
def test_a_learning_rate_far_too_high_without_a_schedule_diverges() -> None:
    found = diagnosis(RunConfig(digits=3, epochs=1, learning_rate=1.0, schedule="constant"))
    assert found.kind == "diverged"
    assert found.cure is not None and found.cure.config.learning_rate < 0.01


@pytest.mark.whole_training
@pytest.mark.parametrize("name", LOSSES)
def test_a_run_of_each_loss_is_healthy(name: str) -> None:
    """With its default settings; triplets, which grow with the batch's cube, of few images in small batches."""
    config, images = replace(SMALL, loss=name), MNIST
    if LOSSES[name].takes == "triplets":
        config, images = replace(config, batch_size=64), 20_000
    found = diagnosis(config, images)
    assert found.kind == "healthy", found


@pytest.mark.whole_training
def test_two_classes_on_a_line_are_healthy() -> None:
    assert diagnosis(RunConfig(digits=2, epochs=1)).kind == "healthy"


# ---- made by hand


def reports(*losses: float, steps: int = 100) -> list[Progress]:
    """Reports at equal distances, the last at the last step."""
    every = steps // len(losses)
    return [
        Progress(steps - every * (len(losses) - 1 - place), steps, 1, loss, {}, 1.0, None, None)
        for place, loss in enumerate(losses)
    ]


def found(last: np.ndarray, *losses: float, config: RunConfig = SMALL, steps: int = 100) -> Diagnosis:
    return diagnose(config, reports(*losses, steps=steps), 0.01 * SPREAD_OUT, last, LABELS)


def test_points_spread_out_by_class_with_a_low_loss_are_healthy() -> None:
    assert found(SPREAD_OUT, 0.25, 0.02).kind == "healthy"


def test_points_a_tenth_as_wide_as_the_untrained_ones_are_one_point() -> None:
    assert found(0.0009 * SPREAD_OUT, 0.25, 0.25).kind == "point"


def test_points_hardly_apart_at_the_know_nothing_value_are_one_point_too() -> None:
    assert found(0.009 * SPREAD_OUT, 0.25, 0.249).kind == "point"
    assert found(0.009 * SPREAD_OUT, 0.25, 0.1).kind == "healthy"


def test_points_on_a_line_are_a_line_unless_the_classes_need_no_more() -> None:
    line = SPREAD_OUT * [1.0, 0.01]
    assert found(line, 0.25, 0.1).kind == "line"
    two = np.repeat([0, 1], 100)
    config = RunConfig(digits=2)
    assert diagnose(config, reports(0.25, 0.02), SPREAD_OUT, line, two).kind != "line"


@pytest.mark.parametrize("dims", [3, 8, 64])
def test_a_line_in_many_dimensions_is_one_although_it_is_a_little_thick(dims: int) -> None:
    line, labels = in_directions(1, dims)
    line *= [1.0] + [0.1 / math.sqrt(dims)] * (dims - 1)
    config = RunConfig(embedding_dims=dims)
    said = diagnose(config, reports(0.25, 0.1), 0.01 * line, line, labels)
    assert said.kind == "line" and "a single direction holds" in said.sentence


@pytest.mark.parametrize(("classes", "dims"), [(5, 4), (6, 5), (10, 9), (10, 8), (6, 8)])
def test_classes_at_random_places_of_the_sphere_are_hardly_ever_called_flat(classes: int, dims: int) -> None:
    generator, labels = np.random.default_rng(0), np.repeat(np.arange(classes), 20)
    config, flat = RunConfig(embedding_dims=dims, digits=classes), 0
    for _ in range(200):
        centres = generator.normal(size=(classes, dims))
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        points = centres[labels] + 0.02 * generator.normal(size=(len(labels), dims))
        flat += diagnose(config, reports(0.25, 0.24), 0.01 * points, points, labels).kind == "flat"
    assert flat <= 4


def in_directions(count: int, dims: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Ten compact classes in `dims` dimensions, of which they use the first `count`; of two the second less."""
    generator = np.random.default_rng(count)
    centres = np.zeros((10, dims))
    centres[:, :count] = generator.normal(size=(10, count)) * ([1.0, 0.25] if count == 2 else 1.0)
    labels = np.repeat(np.arange(10), 20)
    return centres[labels] + 0.01 * generator.normal(size=(200, dims)), labels


def test_few_of_many_directions_with_a_loss_that_has_hardly_moved_is_flat() -> None:
    config = RunConfig(embedding_dims=8)

    def kind(count: int, last_loss: float, config: RunConfig = config) -> str:
        points, labels = in_directions(count, config.embedding_dims)
        return diagnose(config, reports(0.25, last_loss), 0.01 * points, points, labels).kind

    assert kind(2, 0.24) == "flat"
    assert kind(7, 0.24) == "healthy"  # the directions are used
    assert kind(2, 0.02) == "healthy"  # the loss is content
    # there is not much more to use
    assert kind(2, 0.24, RunConfig(embedding_dims=3)) == "healthy"
    sentence = diagnose(
        config, reports(0.25, 0.24), SPREAD_OUT, in_directions(2)[0], in_directions(2)[1]
    ).sentence
    assert (
        "95% of the variance lies along 2 of the 8 directions that 10 classes can use in 8 dimensions"
        in sentence
    )


def test_a_loss_far_above_the_know_nothing_value_is_divergence() -> None:
    assert found(1000 * SPREAD_OUT, 0.25, 40.0).kind == "diverged"
    assert found(SPREAD_OUT, 0.25, math.nan).kind == "diverged"
    assert found(SPREAD_OUT * np.inf, 0.25, 0.1).kind == "diverged"


def test_a_training_broken_off_is_divergence_even_without_a_report() -> None:
    assert diagnose(SMALL, [], SPREAD_OUT, SPREAD_OUT, LABELS, broken_off=True).kind == "diverged"


def test_a_loss_that_hardly_moves_is_stuck_only_where_the_classes_are_not_sorted() -> None:
    mixed = RANDOM.permutation(SPREAD_OUT)
    assert found(mixed, 0.25, 0.24).kind == "stuck"
    assert found(mixed, 0.25, 0.1).kind == "healthy"
    assert found(SPREAD_OUT, 0.25, 0.24).kind == "healthy"


def test_nothing_is_said_too_early() -> None:
    early = [replace(reports(0.25)[0], step=20)]
    for points in (0.0009 * SPREAD_OUT, SPREAD_OUT * [1.0, 0.01], RANDOM.permutation(SPREAD_OUT)):
        said = diagnose(SMALL, early, 0.01 * SPREAD_OUT, points, LABELS)
        assert said.kind == "early" and said.cure is None
    assert diagnose(SMALL, [], SPREAD_OUT, SPREAD_OUT, LABELS).kind == "early"


@pytest.mark.parametrize("name", PRESETS)
def test_every_illness_has_a_cure_that_is_another_run_on_the_same_images(name: str) -> None:
    config = replace(PRESETS[name], digits=4, margin=0.3, learning_rate=2e-3)
    ill = diagnose(config, reports(config.collapsed, config.collapsed), SPREAD_OUT, 0.0 * SPREAD_OUT, LABELS)
    assert ill.kind == "point" and ill.cure is not None
    assert ill.cure.config != config
    assert (ill.cure.config.digits, ill.cure.config.dataset) == (config.digits, config.dataset)


def test_every_sign_has_its_words_and_no_words_are_left_over() -> None:
    """Each sign of assets/lessons/collapse_signs.md, on points and losses that show it."""
    similar = RunConfig(loss="nt_xent", digits=4)
    flat, ten = in_directions(2)
    one, line, mixed = 0 * SPREAD_OUT, SPREAD_OUT * [1.0, 0.01], RANDOM.permutation(SPREAD_OUT)
    said = {
        "early": diagnose(SMALL, [], SPREAD_OUT, SPREAD_OUT, LABELS),
        "healthy": found(SPREAD_OUT, 0.25, 0.02),
        "point": found(one, 1.386, 1.386, config=RunConfig(loss="n_pair", digits=4)),
        "point_at_a_margin": found(one, 0.25, 0.25),
        "point_for_nothing": found(one, 0.25, 0.0, config=replace(SMALL, margin=0.0)),
        "line": found(line, 0.25, 0.1),
        "flat": diagnose(RunConfig(embedding_dims=8), reports(0.25, 0.24), 0.01 * flat, flat, ten),
        "squeezed": found(0.01 * SPREAD_OUT, 5.0, 4.0, config=similar),
        "diverged": found(SPREAD_OUT, 0.25, 40.0),
        "no_number": found(SPREAD_OUT, 0.25, math.nan),
        "stuck": found(mixed, 0.25, 0.24),
    }
    assert list(said) == list(texts.sections("collapse_signs"))
    for name, told in said.items():
        pieces = re.split(r"\{\w+\}", texts.sections("collapse_signs")[name].text)
        pattern = r"[-\d.e%]+".join(map(re.escape, pieces))
        assert re.fullmatch(pattern, told.sentence), (name, told.sentence)
        if name not in ("early", "healthy"):
            assert told.cure is not None
            assert told.cure.why in [cure.text for cure in texts.sections("collapse_cures").values()]


# ---- the shape


def slow_shape(points: np.ndarray, labels: np.ndarray) -> Shape:
    """By loops over points and classes, and the singular values."""
    mean = [sum(column) / len(points) for column in points.T]
    total = sum(sum((x - m) ** 2 for x, m in zip(point, mean, strict=True)) for point in points)
    between = 0.0
    for label in set(labels.tolist()):
        of_class = [point for point, own in zip(points, labels, strict=True) if own == label]
        centre = [sum(column) / len(of_class) for column in zip(*of_class, strict=True)]
        between += len(of_class) * sum((c - m) ** 2 for c, m in zip(centre, mean, strict=True))
    singular = np.linalg.svd(points - np.array(mean), compute_uv=False)
    shares = [value / sum(singular) for value in singular]
    entropy = -sum(share * math.log(share) for share in shares if share > 0)
    variances = [value**2 / sum(singular**2) for value in singular]
    directions = next(k for k in range(len(variances) + 1) if sum(variances[:k]) >= 0.95)
    return Shape(math.sqrt(total / len(points)), math.exp(entropy), between / total, variances[0], directions)


@pytest.mark.parametrize("dims", [1, 2, 5])
def test_the_shape_is_what_loops_give(dims: int) -> None:
    generator = np.random.default_rng(dims)
    labels = generator.integers(0, 3, 60)
    points = generator.normal(size=(60, dims)) * np.arange(1, dims + 1) + labels[:, None]
    ours, slow = shape_of(points, labels), slow_shape(points, labels)
    assert (ours.spread, ours.rank, ours.sorted) == pytest.approx((slow.spread, slow.rank, slow.sorted))
    assert (ours.first, ours.directions) == (pytest.approx(slow.first), slow.directions)


def test_the_rank_of_a_cross_is_its_number_of_arms_and_that_of_a_line_is_one() -> None:
    for dims in (2, 3, 7):
        cross = np.vstack([np.eye(dims), -np.eye(dims)])
        assert shape_of(cross, np.zeros(2 * dims)).rank == pytest.approx(dims)
    line = np.outer(np.arange(5.0), [3.0, 4.0])
    shape = shape_of(line, np.zeros(5))
    assert shape.rank == pytest.approx(1.0) and shape.spread == pytest.approx(5 * math.sqrt(2))


def test_a_single_point_has_no_spread_and_no_rank_even_to_within_rounding() -> None:
    point = np.full((20, 2), 0.1, np.float32)
    point[3, 0] = np.nextafter(np.float32(0.1), np.float32(1))
    assert shape_of(point, np.zeros(20)) == Shape(0.0, 0.0, 0.0)


def test_a_run_that_has_shrunk_to_a_point_has_no_rank_from_there_on() -> None:
    generator = np.random.default_rng(3)
    wide, labels = generator.normal(size=(50, 3)), np.arange(50) % 5
    shapes = shapes_of([wide, 0.5 * wide, 0.09 * wide, 2 * wide], labels)
    assert [math.isnan(shape.rank) for shape in shapes] == [False, False, True, False]
    assert shapes[2].spread == pytest.approx(0.09 * shapes[0].spread)
    assert math.isnan(found(0.0009 * SPREAD_OUT, 0.25, 0.25).shape.rank)
    assert not math.isnan(found(SPREAD_OUT, 0.25, 0.02).shape.rank)


def test_points_that_are_not_finite_have_no_shape() -> None:
    shape = shape_of(np.array([[0.0, 1.0], [np.inf, 0.0]]), np.zeros(2))
    assert math.isnan(shape.spread) and math.isnan(shape.rank)
