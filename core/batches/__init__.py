"""The input of a training step: which images, which views of them, and which labels."""
