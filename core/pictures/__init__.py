"""The data for the canvas: the frames of a run, its replay, and overlays."""
