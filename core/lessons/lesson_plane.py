"""The points of the Losses lesson: where they start, and which pair and triplet the lesson talks about."""

from dataclasses import dataclass

import numpy as np

from core.lessons.forces import Labels, Points

HALF_WIDTH = 1.6  # the plane goes from -1.6 to 1.6 either way
EDGE = 1.5  # a point does not go farther out, so that all of it is seen
LABELS: Labels = np.array([0, 0, 0, 1, 1, 2, 2])
# By hand: close enough together that every loss has something to pull and to push.
START: Points = np.array(
    [[-0.75, 0.35], [0.25, 0.6], [-0.3, -0.2], [0.1, 0.15], [0.7, -0.35], [-0.45, -0.65], [0.3, -0.75]]
)
ONE_PLACE: Points = np.tile([0.3, 0.2], (len(LABELS), 1))


@dataclass(frozen=True)
class Triplet:
    """Places of an anchor, of its farthest positive and of its nearest negative, and the two distances."""

    anchor: int
    positive: int
    negative: int
    d_ap: float
    d_an: float


def hardest_triplet(points: Points, labels: Labels, anchor: int, *, on_circle: bool = False) -> Triplet:
    """The triplet of `anchor` that is hardest to please; of equal ones the first.

    on_circle: the loss looks at directions only, so distances are those of the points of length 1.
    Raises ValueError where the anchor has no positive or no negative.
    """
    seen = on_unit_sphere(points) if on_circle else points
    distance = np.linalg.norm(seen - seen[anchor], axis=1)
    same = labels == labels[anchor]
    if same.sum() < 2 or same.all():
        raise ValueError("A triplet needs another point of the anchor's class and one of another class.")
    others = np.arange(len(labels)) != anchor
    positive = int(np.argmax(np.where(same & others, distance, -np.inf)))
    negative = int(np.argmin(np.where(same, np.inf, distance)))
    return Triplet(anchor, positive, negative, float(distance[positive]), float(distance[negative]))


def on_unit_sphere(points: Points) -> Points:
    """Each point divided by its length; the origin, which has no direction, stays."""
    length = np.linalg.norm(points, axis=1, keepdims=True)
    directions: Points = np.divide(points, length, out=points.copy(), where=length > 0)
    return directions


def within(points: Points) -> Points:
    """The points, moved back to EDGE where they lie beyond it."""
    return np.clip(points, -EDGE, EDGE)
