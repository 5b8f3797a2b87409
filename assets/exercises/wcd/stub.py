import math


def wcd(points):
    """Mean distance of a cluster's points to their centroid."""
    # 1. the centroid: the mean of the points, coordinate by coordinate
    # 2. the distance of each point to the centroid
    # 3. the mean of these distances
