"""Views instead of labels: each file defines `show`, which makes the views of a batch."""
