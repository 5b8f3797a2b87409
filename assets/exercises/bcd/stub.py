import math


def bcd(first, second):
    """Distance of the centroids of two clusters."""
    # 1. the centroid of each cluster
    # 2. the distance of these two points
