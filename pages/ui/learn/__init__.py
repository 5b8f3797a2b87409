"""The parts of the Learn pages."""
