"""Used by several parts: included before the first of them."""
