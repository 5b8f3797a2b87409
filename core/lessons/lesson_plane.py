"""The points of the Losses lesson: their initial positions, and the triplet that the lesson explains."""

from dataclasses import dataclass

import numpy as np

from core.lessons.forces import Labels, Points

HALF_WIDTH = 1.6  # both axes go from -1.6 to 1.6
EDGE = 1.5  # points stay within it, so that they are fully visible
LABELS: Labels = np.array([0, 0, 0, 1, 1, 2, 2])
# Placed by hand, close enough that every loss has something to pull and to push.
START: Points = np.array(
    [[-0.75, 0.35], [0.25, 0.6], [-0.3, -0.2], [0.1, 0.15], [0.7, -0.35], [-0.45, -0.65], [0.3, -0.75]]
)
ONE_PLACE: Points = np.tile([0.3, 0.2], (len(LABELS), 1))
# Across the direction to the origin, so that it counts for losses on directions as well.
NUDGE = np.array([-0.06, 0.08])


@dataclass(frozen=True)
class Triplet:
    """Indices of an anchor, its farthest positive and its nearest negative, and the two distances."""

    anchor: int
    positive: int
    negative: int
    d_ap: float
    d_an: float


def hardest_triplet(points: Points, labels: Labels, anchor: int, *, on_circle: bool = False) -> Triplet:
    """The hardest triplet of `anchor`: its farthest positive and nearest negative; the first ones on a tie.

    on_circle: the loss uses directions only, so distances are between the normalised points.
    Raises ValueError if the anchor has no positive or no negative.
    """
    placed = on_unit_sphere(points) if on_circle else points
    distance = np.linalg.norm(placed - placed[anchor], axis=1)
    same = labels == labels[anchor]
    if same.sum() < 2 or same.all():
        raise ValueError("A triplet needs another point of the anchor's class and one of another class.")
    others = np.arange(len(labels)) != anchor
    positive = int(np.argmax(np.where(same & others, distance, -np.inf)))
    negative = int(np.argmin(np.where(same, np.inf, distance)))
    return Triplet(anchor, positive, negative, float(distance[positive]), float(distance[negative]))


def on_unit_sphere(points: Points) -> Points:
    """Each point divided by its length; the origin, which has no direction, is kept."""
    length = np.linalg.norm(points, axis=1, keepdims=True)
    directions: Points = np.divide(points, length, out=points.copy(), where=length > 0)
    return directions


def nudged(points: Points, place: int) -> Points:
    """The points with one of them moved by NUDGE."""
    moved = points.copy()
    moved[place] += NUDGE
    return moved


def within(points: Points) -> Points:
    """The points, clipped to EDGE."""
    return np.clip(points, -EDGE, EDGE)
