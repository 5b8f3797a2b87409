"""The figures: do the KMeans clusters agree with the classes? Do the nearest neighbours?"""

import math

import torch
from sklearn import cluster, metrics, neighbors

from core.take_home.parts.encoder import encoder
from core.take_home.parts.images import load
from core.take_home.parts.settings import DIGITS

train_images, train_labels = load(train=True)  # all of them
test_images, test_labels = load(train=False)
with torch.no_grad():
    train, test = encoder(train_images).numpy(), encoder(test_images).numpy()
kmeans = cluster.KMeans(n_clusters=DIGITS, n_init=10, random_state=0).fit(train)
clusters, test_clusters = kmeans.labels_, kmeans.predict(test)
knn = neighbors.KNeighborsClassifier(n_neighbors=5).fit(train, train_labels)  # of ties, the first
print(f"rand_index {metrics.rand_score(train_labels, clusters):.6f}")
print(f"adjusted_rand_index {metrics.adjusted_rand_score(train_labels, clusters):.6f}")
print(f"normalized_mutual_info {metrics.normalized_mutual_info_score(train_labels, clusters):.6f}")
# Davies-Bouldin needs two clusters; a collapsed embedding has only cluster 0.
print(f"davies_bouldin {metrics.davies_bouldin_score(train, clusters) if clusters.any() else math.nan:.6f}")
print(f"test_adjusted_rand_index {metrics.adjusted_rand_score(test_labels, test_clusters):.6f}")
print(f"knn_accuracy {knn.score(test, test_labels):.6f}")
