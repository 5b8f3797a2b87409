"""A digit of the visitor's own: from ink to an image as MNIST has them, and where it lands."""
