"""The losses in textbook form: `pair_loss`, `triplet_loss`, or `loss_of` a whole batch."""
