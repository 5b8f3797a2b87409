"""The margin in a picture: a distance between two points, and how many lie within it of the origin."""

import numpy as np
import pytest

from core.config import RunConfig
from core.lessons.margin import margin_in_picture, share_within
from core.runs import shipped_run


def test_the_share_within_the_margin_is_counted_and_belongs_to_the_place_of_the_origin() -> None:
    points = np.array([[0.0, 0.0], [0.6, 0.8], [1.1, 0.0], [0.0, -3.0], [np.nan, 0.0]], dtype=np.float32)
    assert share_within(points, 1.0 + 1e-6) == pytest.approx(2 / 5)
    # the loss of differences is the same everywhere, the share is not
    assert share_within(points + 10, 1.0) == 0


def test_the_shipped_run_does_not_lie_in_the_circle_of_the_margin() -> None:
    run = shipped_run()
    points = run.embedding().train
    inside = sum(x * x + y * y <= 1 for x, y in points.astype(float)) / len(points)
    assert 0.3 < inside < 0.7
    words = margin_in_picture(run.config(), points)
    assert words and f"{inside:.0%} of the training images lie within 1 of the origin" in words


@pytest.mark.parametrize(
    ("loss", "words"),
    [("contrastive", "the margin, 0.36"), ("contrastive_squared", "the square root of the margin, 0.6"),
     ("pair_hinge_triplet", "the margin, 0.36"), ("triplet_margin", None), ("nt_xent", None), ("circle", None)],
)  # fmt: skip
def test_only_a_loss_whose_margin_is_a_distance_between_two_images_has_a_ruler(
    loss: str, words: str | None
) -> None:
    said = margin_in_picture(RunConfig(loss=loss, margin=0.36), np.zeros((3, 2), np.float32))
    assert said is None if words is None else said is not None and f"The ruler is {words}:" in said
