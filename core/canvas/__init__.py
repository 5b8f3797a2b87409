"""What the canvas shows: frames, views, overlays, and the replay of a finished run."""
