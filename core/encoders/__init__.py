"""The network: activations, the encoder in PyTorch, and its forward pass in NumPy for the pages."""
