"""Early stopping: each file defines `validation_loss`."""
