from checking import Check, Slip

FUNCTION = "bcd"
PARAMETERS = "first, second"
ANSWER = "one number, the distance between the two centroids"

CHECKS = (
    Check(
        "The centroids are 3 and 4 apart",
        ([[0, 0], [2, 0]], [[4, 4], [4, 4]]),
        5,
        "From the centroid (1, 0) to the centroid (4, 4) it is 3 to the right and 4 up, so {expected}; yours is {got}.",
        (
            Slip(25, "That is the squared distance: take the root."),
            Slip(7, "That adds 3 and 4; the Euclidean distance is the root of 3² + 4²."),
            Slip(10, "Those are the sums of the points: a centroid is their mean."),
            Slip(32**0.5, "That is the distance between the first points of the two clusters."),
            Slip(20**0.5, "That is the distance between the two closest points."),
            Slip(
                (32**0.5 + 20**0.5) / 2,
                "That is the mean over all pairs of points; compute the centroids first.",
            ),
        ),
    ),
    Check(
        "Clusters of different sizes",
        ([[0, 0], [3, 0], [0, 3]], [[7, 9]]),
        10,
        "The centroids are (1, 1), of three points, and (7, 9), of one: {expected} apart; yours is {got}.",
        (
            Slip(
                ((7 / 3 - 1) ** 2 + 2**2) ** 0.5,
                "The sums of both clusters are divided by the size of the first; divide each by its own size.",
            ),
            Slip(100, "That is the squared distance: take the root."),
        ),
    ),
    Check(
        "Points in three dimensions",
        ([[0, 0, 0]], [[2, 3, 6]]),
        7,
        "From (0, 0, 0) to (2, 3, 6) it is the root of 4 + 9 + 36, so {expected}; yours is {got}.",
        (Slip(13**0.5, "The third coordinate is missing: go over all coordinates of a point."),),
    ),
    Check(
        "Two clusters around the same place",
        ([[-1, 0], [1, 0]], [[0, -2], [0, 2]]),
        0,
        "Both centroids are (0, 0), so the distance is {expected}, however far apart the points are; yours is {got}.",
    ),
)
