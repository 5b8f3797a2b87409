import math


def centroid(points):
    """The mean of the points, coordinate by coordinate."""
    return [sum(column) / len(points) for column in zip(*points)]


def bcd(first, second):
    """Distance between the centroids of two clusters."""
    return math.dist(centroid(first), centroid(second))
