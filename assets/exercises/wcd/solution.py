import math


def wcd(points):
    """Mean distance of a cluster's points to their centroid."""
    centroid = [sum(column) / len(points) for column in zip(*points)]
    return sum(math.dist(point, centroid) for point in points) / len(points)
