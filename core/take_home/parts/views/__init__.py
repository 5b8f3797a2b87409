"""Views instead of labels: each file defines `show`, which creates the views of a batch."""
