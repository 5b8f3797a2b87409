"""The panels of the Learn pages."""
