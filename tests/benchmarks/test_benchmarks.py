"""The benchmarks: their output and their baselines. No time is asserted."""

import json
import random
from collections.abc import Callable

import pytest
import torch

from benchmarks import __main__ as command
from benchmarks import step, tutorial
from benchmarks.row import Row, table

NAMES = [
    "time_to_rand",
    "tutorial_recipe",
    "step_overhead",
    "step_metric_learning",
    "density",
    "clusters",
    "clusters_wide",
    "canvas",
    "quality",
    "snapshots",
    "parallel",
    "random_rand",
    "losses",
    "take_home",
    "load_same",
    "load_different",
    "load_browsers",
    "costs",
    "stop",
    "many_tabs",
    "memory",
    "mixed_use",
    "hostile",
]


def test_every_figure_has_a_benchmark() -> None:
    assert sorted(command.BENCHMARKS) == sorted(NAMES)


@pytest.mark.parametrize(
    ("row", "goal", "met"),
    [
        (Row("a", "b", "s", 1.0, 61.0, 61.0, low=60), ">= 60", True),
        (Row("a", "b", "s", 1.0, 59.0, 59.0, low=60), ">= 60", False),
        (Row("a", "b", "s", 1.3, 1.0, 0.3, high=0.2), "<= 0.2", False),
        (Row("a", "b", "", 0.94, low=0.939), ">= 0.939", True),
        (Row("a", "b", "", -0.03, 0.0, low=-0.02, high=0.02), "-0.02 to 0.02", False),
        (Row("a", "b", "", float("nan"), low=0.0), ">= 0", False),
        (Row("a", "b", "", float("nan"), high=0.0), "<= 0", False),
    ],
)
def test_a_goal_is_about_the_ratio_or_about_ours(row: Row, goal: str, met: bool) -> None:
    assert (row.goal, row.met) == (goal, met)


def test_the_table_has_a_line_for_each_row_and_marks_missed_goals() -> None:
    lines = table(
        [Row("one", "x", "s", 1.0, 2.0, 2.0, low=1), Row("two", "y", "", 0.5, low=0.9)]
    ).splitlines()
    assert len(lines) == 3
    assert lines[1].split() == ["one", "x", "1", "s", "2", "s", "2", ">=", "1", "yes"]
    assert lines[2].split() == ["two", "y", "0.5", "-", "-", ">=", "0.9", "NO"]


def test_json_is_one_array_of_the_requested_rows(capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["random_rand", "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["random_rand", "random_rand"]
    for row in rows:
        assert set(row) == {"name", "what", "ours", "theirs", "ratio", "unit", "goal", "met", "context"}
        assert set(row["context"]) == {"threads", "torch", "cpu_count"}
        assert row["met"] is True
    assert rows[0]["ours"] == pytest.approx(0.82, abs=0.005)


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["speed"])
    assert "there is no benchmark 'speed'; there are: random_rand" in capsys.readouterr().err


@pytest.fixture(scope="module")
def first_images() -> tutorial.MNIST:
    mnist = tutorial.mnist_in_torchvision()
    mnist.data, mnist.targets = mnist.data[:300], mnist.targets[:300]
    return mnist


def test_the_tutorials_pairs_have_correct_labels(first_images: tutorial.MNIST) -> None:
    random.seed(0)
    label_of = {image.numpy().tobytes(): int(label) for image, label in first_images}
    pairs = tutorial.Pairs(first_images)
    equal = []
    for index in range(len(pairs)):
        image, partner, same = pairs[index]
        assert (label_of[image.numpy().tobytes()] == label_of[partner.numpy().tobytes()]) == bool(same)
        equal.append(same)
    assert 0.4 < sum(equal) / len(equal) < 0.6


def test_the_tutorials_loss_matches_its_formula() -> None:
    first, second = torch.randn(20, 2), torch.randn(20, 2)
    y = torch.randint(0, 2, (20,)).double()
    total = 0.0
    for a, b, alike in zip(first.tolist(), second.tolist(), y.tolist(), strict=True):
        h = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
        total += h / 2 if alike else max(0.0, 1 - h) / 2
    assert float(tutorial.pair_loss(first, second, y)) == pytest.approx(total / 20, rel=1e-5)


def test_the_tutorials_training_changes_every_layer_except_the_last_bias(
    first_images: tutorial.MNIST,
) -> None:
    torch.manual_seed(0)
    once = tutorial.train(first_images, epochs=1)
    torch.manual_seed(0)
    untrained = tutorial.train(first_images, epochs=0)
    assert [tuple(layer.weight.shape) for layer in once if isinstance(layer, torch.nn.Linear)] == [
        (256, 784),
        (128, 256),
        (32, 128),
        (2, 32),
    ]
    changed = [
        not torch.equal(after, before)
        for after, before in zip(once.parameters(), untrained.parameters(), strict=True)
    ]
    assert changed == [True] * 7 + [False]


def _value_and_gradient(loss: step.LossOf) -> tuple[float, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    embeddings = torch.randn(60, 2, generator=generator, requires_grad=True)
    labels = torch.randint(0, 10, (60,), generator=generator)
    value = loss(embeddings, labels, step.Batch(labels.numpy(), tuples=None))
    value.backward()  # type: ignore[no-untyped-call]
    assert embeddings.grad is not None
    return value.item(), embeddings.grad


def test_the_gradient_with_metric_learning_points_in_a_similar_direction() -> None:
    """Their loss weighs positives and negatives differently, so only the direction is similar."""
    _, ours = _value_and_gradient(step._ours)
    _, theirs = _value_and_gradient(step._metric_learning())
    assert float(torch.nn.functional.cosine_similarity(ours.flatten(), theirs.flatten(), dim=0)) > 0.5


@pytest.mark.parametrize("rounds", [2])
def test_all_parts_of_a_step_are_measured(rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "ROUNDS", rounds)
    monkeypatch.setattr(step, "BLOCK", 2)
    measure: Callable[[], step.Steps] = step.steps.__wrapped__
    found = measure()
    assert {kind: parts.shape for kind, parts in found.parts.items()} == {
        kind: (rounds, len(step.PARTS)) for kind in ("none", "ours", "metric_learning")
    }
    assert found.ratio("ours", "ours") == 1.0
