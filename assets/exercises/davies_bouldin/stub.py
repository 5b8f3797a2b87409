import math


def davies_bouldin(points, assignments):
    """Mean similarity of the clusters to their rivals."""
    # 1. the points of each cluster
    # 2. the centroid and the WCD of each
    # 3. for each the largest (WCD_i + WCD_j) / BCD_ij
    # 4. the mean of these
