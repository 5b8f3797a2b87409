"""Showing a run, following its training, and choosing the run on the page."""
