"""The Take it home page."""
