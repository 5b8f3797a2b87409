"""The panels of the Clusters page."""
