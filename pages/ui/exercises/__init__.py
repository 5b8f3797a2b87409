"""The parts of the Exercises page."""
