from checking import Check, Slip

FUNCTION = "davies_bouldin"
PARAMETERS = "points, assignments"
ANSWER = "one number, the index"

CHECKS = (
    Check(
        "Two clusters, narrow and far apart",
        ([[0, 0], [2, 0], [10, 0], [12, 0]], [0, 0, 1, 1]),
        0.2,
        "Both clusters have WCD 1 and their BCD is 10, so S is 2/10 for both and the index {expected}; "
        "yours is {got}.",
        (
            Slip(0.4, "That is the sum over the clusters: divide by their number."),
            Slip(
                0.1,
                "S has the WCD of both clusters in the numerator, and the mean is over clusters, not points.",
            ),
            Slip(0.02, "The BCD is the distance between the centroids, not its square."),
            Slip(5, "That is the BCD over the WCDs: the fraction is upside down."),
        ),
    ),
    Check(
        "Points in any order, clusters with any number",
        ([[0, 0], [10, 0], [2, 0], [12, 0]], [7, 3, 7, 3]),
        0.2,
        "These are the same clusters as before, numbered 7 and 3 and shuffled, so the index should still be "
        "{expected}; yours is {got}.",
        (
            Slip(5, "The points were grouped by position; assignments says which cluster each belongs to."),
            Slip(0, "No cluster was found: the numbers need not be 0 and 1. Which ones are there?"),
        ),
    ),
    Check(
        "Three clusters: only the most similar rival counts",
        ([[-1, 0], [1, 0], [3, 0], [5, 0], [17, 0], [23, 0]], [0, 0, 1, 1, 2, 2]),
        1.25 / 3,
        "The similarities are 0.5 (clusters 0 and 1), 0.2 (0 and 2) and 0.25 (1 and 2). The largest for each "
        "cluster are 0.5, 0.5 and 0.25, their mean is {expected}; yours is {got}.",
        (
            Slip(
                0.65 / 3,
                "That takes the smallest similarity of each cluster: its rival is the most similar one.",
            ),
            Slip(0.95 / 3, "That is the mean over all rivals: only the most similar one counts."),
            Slip(
                0.5,
                "That is the largest of all: each cluster has its own rival, and the index is their mean.",
            ),
            Slip(1.25, "That is the sum over the clusters: divide by their number."),
            Slip(1.25 / 6, "That is divided by the number of points; it is the number of clusters."),
        ),
    ),
    Check(
        "Clusters of different sizes, in three dimensions",
        (
            [[0, 0, 0], [2, 4, 4], [10, 2, 2], [1, 2, 11], [1, 8, 11], [9, 2, 11], [9, 8, 11]],
            [2, 2, 5, 9, 9, 9, 9],
        ),
        (8 / 106**0.5 + 5 / 115**0.5 + 8 / 106**0.5) / 3,
        "The WCDs are 3, 0 and 5, the centroids (1, 2, 2), (10, 2, 2) and (5, 5, 11). "
        "The index should be {expected}; yours is {got}.",
    ),
    Check(
        "Clusters of one point each: the best value",
        ([[0, 0], [5, 5], [9, 1]], [0, 1, 2]),
        0,
        "Every cluster is a single point, so all WCDs are 0 and the index {expected}; yours is {got}.",
    ),
)
