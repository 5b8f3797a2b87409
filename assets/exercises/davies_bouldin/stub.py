import math


def davies_bouldin(points, assignments):
    """Mean over the clusters of the similarity to the most similar other cluster."""
    # 1. the points of each cluster
    # 2. the centroid and the WCD of each
    # 3. for each cluster the largest (WCD_i + WCD_j) / BCD_ij over the others
    # 4. the mean of these
