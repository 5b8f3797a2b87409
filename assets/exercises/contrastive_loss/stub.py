def contrastive_loss(x1, x2, y, m):
    """Mean loss over the pairs; h is the squared distance."""
    # for each pair: h, then the formula
    # at the end: the mean over the pairs
