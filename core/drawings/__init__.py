"""The visitor's own digit: from ink to an MNIST-like image, and its place in the embedding."""
