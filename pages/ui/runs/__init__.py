"""Showing a run, following it while it is trained, and choosing which one is on the page."""
