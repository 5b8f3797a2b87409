"""What a loss on pairs or triplets is taken over: each file defines `loss_of` a batch."""
