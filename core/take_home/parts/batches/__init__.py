"""The batches: each file defines `batches`, the rows of one epoch."""
