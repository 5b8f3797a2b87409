import math


def centroid(points):
    """The mean of the points, coordinate by coordinate."""
    return [sum(column) / len(points) for column in zip(*points)]


def wcd(points):
    """Mean distance of a cluster's points to their centroid."""
    middle = centroid(points)
    return sum(math.dist(point, middle) for point in points) / len(points)


def davies_bouldin(points, assignments):
    """Mean similarity of the clusters to their rivals."""
    clusters = {}
    for point, number in zip(points, assignments):
        clusters.setdefault(number, []).append(point)
    groups = list(clusters.values())
    n = len(groups)
    centroids = [centroid(group) for group in groups]
    widths = [wcd(group) for group in groups]

    def similarity(i, j):
        return (widths[i] + widths[j]) / math.dist(centroids[i], centroids[j])

    return sum(max(similarity(i, j) for j in range(n) if j != i) for i in range(n)) / n
