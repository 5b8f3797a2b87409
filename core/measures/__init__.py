"""What is measured of an embedding: figures with their meaning, KMeans, scores, neighbours, verification."""
