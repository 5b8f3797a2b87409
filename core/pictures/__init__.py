"""What the canvas is sent: the frames of a run, its replay, and what is drawn over the points."""
