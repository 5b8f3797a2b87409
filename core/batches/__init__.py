"""What a training step is fed: which images, which views of them, and with which labels."""
