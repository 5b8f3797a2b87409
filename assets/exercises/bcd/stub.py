import math


def bcd(first, second):
    """Distance between the centroids of two clusters."""
    # 1. the centroid of each cluster
    # 2. the distance between these two points
