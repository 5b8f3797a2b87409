"""The panels of the Embedding page."""
