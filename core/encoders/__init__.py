"""The network: activations, the PyTorch encoder, and its forward pass in NumPy for the pages."""
