"""The panels of the Draw page."""
