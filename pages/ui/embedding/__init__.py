"""The parts of the Embedding page."""
