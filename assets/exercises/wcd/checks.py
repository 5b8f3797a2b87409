from checking import Check, Slip

FUNCTION = "wcd"
PARAMETERS = "points"
ANSWER = "one number, the mean distance to the centroid"

CHECKS = (
    Check(
        "Two points, equally far from their centroid",
        ([[1, 0], [7, 0]],),
        3,
        "The centroid of (1, 0) and (7, 0) is (4, 0). Both are 3 away from it, so their mean distance is "
        "{expected}; yours is {got}.",
        (
            Slip(6, "That is the sum of the distances, not their mean."),
            Slip(9, "That is the mean of the squared distances: take the root of each first."),
            Slip(4, "That is the mean distance to the origin, not to the centroid."),
        ),
    ),
    Check(
        "A rectangle, away from the origin",
        ([[10, 10], [10, 16], [18, 10], [18, 16]],),
        5,
        "The centroid is (14, 13), and each corner is 4 to the side and 3 above or below it, so {expected} away; "
        "yours is {got}.",
        (
            Slip(6, "That is the mean distance to the first point, not to the centroid."),
            Slip(7, "That adds 4 and 3; the Euclidean distance is the root of 4² + 3²."),
            Slip(20 / 3, "That divides by n - 1; here it is n, the number of points."),
            Slip(20, "That is the sum of the distances, not their mean."),
            Slip(25, "That is the mean of the squared distances: take the root of each first."),
        ),
    ),
    Check(
        "The mean of the distances, where they differ",
        ([[0, 0], [0, 0], [0, 0], [8, 0]],),
        3,
        "The distances to the centroid (2, 0) are 2, 2, 2 and 6; their mean is {expected}, yours is {got}.",
        (
            Slip(
                12**0.5,
                "That is the root of the mean square: take the root of each distance before the mean.",
            ),
            Slip(6, "That is the largest distance, not the mean."),
            Slip(2, "That is the median, or the distance of a single point; all points count."),
        ),
    ),
    Check(
        "Points in three dimensions",
        ([[0, 0, 0], [2, 4, 4]],),
        3,
        "The centroid of (0, 0, 0) and (2, 4, 4) is (1, 2, 2), which is {expected} away from both; yours is {got}.",
        (Slip(5**0.5, "The third coordinate is missing: go over all coordinates of a point."),),
    ),
    Check(
        "A single point is its own centroid",
        ([[5, -3]],),
        0,
        "A single point is its own centroid, so the WCD is {expected}; yours is {got}.",
    ),
)
