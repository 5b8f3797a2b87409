"""Each typical mistake in an exercise fails the check that is meant for it, with its own message."""

import pytest

from core.lessons.exercises import EXERCISES
from tests.core.lessons.conftest import Run

# exercise, what is replaced in the solution, by what, the check that fails, its message
MISTAKES = [
    ("wcd", ") / len(points)\n", ")\n", 0, "That is the sum of the distances"),
    ("wcd", "math.dist(point, centroid)", "math.dist(point, centroid) ** 2", 0, "squared distances"),
    ("wcd", "math.dist(point, centroid)", "math.dist(point, [0, 0])", 0, "to the origin"),
    ("wcd", "math.dist(point, centroid)", "math.dist(point, points[0])", 1, "to the first point"),
    (
        "wcd",
        "math.dist(point, centroid)",
        "sum(abs(a - b) for a, b in zip(point, centroid))",
        1,
        "adds 4 and 3",
    ),
    (
        "wcd",
        "    return sum(math.dist(point, centroid) for point in points) / len(points)",
        "    return math.sqrt(sum(math.dist(point, centroid) ** 2 for point in points) / len(points))",
        2,
        "root of the mean square",
    ),
    ("wcd", "math.dist(point, centroid)", "math.dist(point[:2], centroid[:2])", 3, "third coordinate"),
    ("bcd", "return math.dist(centroid(first), centroid(second))", "return 5", 1, "(1, 1), of three points"),
    (
        "bcd",
        "math.dist(centroid(first), centroid(second))",
        "math.dist(first[0], second[0])",
        0,
        "first points",
    ),
    ("bcd", "centroid(second))", "centroid(second)) ** 2", 0, "squared distance: take the root"),
    ("bcd", " / len(points)", "", 0, "sums of the points"),
    (
        "bcd",
        "math.dist(centroid(first), centroid(second))",
        "sum(math.dist(a, b) for a in first for b in second) / len(first) / len(second)",
        0,
        "mean over all pairs",
    ),
    ("contrastive_loss", "m - h", "h - m", 1, "should be 0, yours is 12. Is the sign wrong?"),
    ("contrastive_loss", "max(0, m - h)", "(m - h)", 1, "should be 0, yours is -12."),
    ("contrastive_loss", "max(0, m - h)", "max(0, m - h ** 0.5)", 2, "compared with h, the squared distance"),
    ("contrastive_loss", "max(0, m - h)", "max(0, m - h ** 0.5) ** 2", 2, "Hadsell"),
    ("contrastive_loss", "max(0, m - h)", "max(0, 1 - h)", 2, "the m that was passed"),
    ("contrastive_loss", "same * h / 2", "same * h", 0, "The half is missing."),
    ("contrastive_loss", "max(0, m - h) / 2", "max(0, m - h)", 2, "The half is missing."),
    ("contrastive_loss", "for p, q in zip(a, b))", "for p, q in zip(a, b)) ** 0.5", 0, "h is its square"),
    (
        "contrastive_loss",
        "same * h / 2 + (1 - same) *",
        "(1 - same) * h / 2 + same *",
        0,
        "Are they swapped?",
    ),
    ("contrastive_loss", "    return total / len(y)", "        return total", 3, "return inside the loop"),
    ("contrastive_loss", "total / len(y)", "total", 3, "That is the sum"),
    ("contrastive_loss", "total += same", "total = same", 3, "only the last pair"),
    ("contrastive_loss", "zip(a, b)", "zip(a[:2], b[:2])", 4, "third coordinate"),
    ("triplet_loss", "math.dist(a, p) ** 2", "math.dist(a, p)", 0, "here it is squared"),
    ("triplet_loss", "max(0, m - math.dist(a, n))", "(m - math.dist(a, n))", 0, "Outside the margin"),
    ("triplet_loss", "m - math.dist(a, n)", "math.dist(a, n) - m", 0, "Outside the margin"),
    (
        "triplet_loss",
        "total += pull + push",
        "total += max(0, math.dist(a, p) - math.dist(a, n) + m)",
        0,
        "the triplet margin loss",
    ),
    ("triplet_loss", "math.dist(a, n)) ** 2", "math.dist(a, n) ** 2) ** 2", 2, "not with its square"),
    ("triplet_loss", "math.dist(a, n)) ** 2", "math.dist(a, n))", 2, "The push is squared, too."),
    (
        "triplet_loss",
        "zip(anchors, positives, negatives)",
        "zip(anchors, negatives, positives)",
        0,
        "swapped",
    ),
    ("triplet_loss", "total / len(anchors)", "total", 4, "That is the sum"),
    ("davies_bouldin", "sum(max(", "sum(min(", 2, "smallest similarity"),
    ("davies_bouldin", "for i in range(n)) / n", "for i in range(n))", 0, "divide by their number"),
    (
        "davies_bouldin",
        "for i in range(n)) / n",
        "for i in range(n)) / len(points)",
        0,
        "clusters, not points",
    ),
    ("davies_bouldin", "(widths[i] + widths[j])", "widths[i]", 0, "both clusters in the numerator"),
    (
        "davies_bouldin",
        "sum(max(similarity(i, j) for j in range(n) if j != i) for i in range(n)) / n",
        "max(similarity(i, j) for i in range(n) for j in range(n) if j != i)",
        2,
        "largest of all",
    ),
    (
        "davies_bouldin",
        "max(similarity(i, j) for j in range(n) if j != i)",
        "sum(similarity(i, j) for j in range(n) if j != i) / (n - 1)",
        2,
        "mean over all rivals",
    ),
    (
        "davies_bouldin",
        "zip(points, assignments)",
        "zip(points, sorted(assignments))",
        1,
        "grouped by position",
    ),
    ("davies_bouldin", " if j != i", "", 0, "ZeroDivisionError in line 26"),
]


@pytest.mark.parametrize(("name", "right", "wrong", "fails", "message"), MISTAKES)
def test_a_typical_mistake_fails_the_check_meant_for_it(
    run: Run, name: str, right: str, wrong: str, fails: int, message: str
) -> None:
    assert EXERCISES[name].solution.count(right) == 1
    outcome = run(name, EXERCISES[name].solution.replace(right, wrong))
    assert outcome.passed == list(range(fails)), outcome.sentence
    assert message in outcome.sentence
