"""The miners: each file defines `mine`, which selects triplets from a batch."""
