"""What a step looks at: each file defines `batches`, the rows of one epoch."""
