import math


def triplet_loss(anchors, positives, negatives, m):
    """Mean over the triplets of d(a, p)² + max(0, m - d(a, n))²."""
    total = 0
    for a, p, n in zip(anchors, positives, negatives):
        pull = math.dist(a, p) ** 2
        push = max(0, m - math.dist(a, n)) ** 2
        total += pull + push
    return total / len(anchors)
