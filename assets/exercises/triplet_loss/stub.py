import math


def triplet_loss(anchors, positives, negatives, m):
    """Mean over the triplets of d(a, p)² + max(0, m - d(a, n))²."""
    # for each triplet: the two distances, then the formula
    # at the end: the mean over the triplets
