"""The miners: each file defines `mine`, which chooses triplets of a batch."""
