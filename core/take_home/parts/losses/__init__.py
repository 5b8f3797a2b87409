"""The losses in their textbook form: `pair_loss`, `triplet_loss`, or `loss_of` a whole batch."""
