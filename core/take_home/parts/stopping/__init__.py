"""What early stopping goes by: each file defines `validation_loss`."""
