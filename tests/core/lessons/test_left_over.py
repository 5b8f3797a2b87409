"""The test images in a cluster of another class, against a plain loop."""

from collections import Counter

import numpy as np

from core.lessons.left_over import left_over
from core.runs import Embedding


def test_each_test_image_in_a_cluster_of_another_class_is_listed_once_the_frequent_cases_first() -> None:
    generator = np.random.default_rng(0)
    labels, tested = generator.integers(0, 4, 500), generator.integers(0, 4, 80)
    # class 3 shares the cluster of class 1, whose images are more; cluster 4 has no training image
    labels = np.where((labels == 3) & (generator.random(500) < 0.5), 1, labels)
    clusters = np.where(labels == 3, 1, labels)
    test_clusters = np.where(generator.random(80) < 0.7, np.where(tested == 3, 1, tested), 0)
    none = np.zeros((0, 2), np.float32)
    arrays = (array.astype(np.uint8) for array in (labels, tested, clusters, test_clusters))
    found = left_over(Embedding(none, none, *arrays))
    expected: Counter[tuple[int, int]] = Counter()
    for label, cluster in zip(tested.tolist(), test_clusters.tolist(), strict=True):
        if label != cluster:  # each cluster is called after its class
            expected[label, cluster] += 1
    assert found.tested == 80 and found.count == expected.total() > 0
    assert {(each.label, each.among): len(each.images) for each in found.mistaken} == expected
    counts = [len(each.images) for each in found.mistaken]
    assert counts == sorted(counts, reverse=True)
    for each in found.mistaken:
        assert (tested[each.images] == each.label).all() and (test_clusters[each.images] == each.among).all()
