"""Predict, and the exercises' editor."""
