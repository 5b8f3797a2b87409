def contrastive_loss(x1, x2, y, m):
    """Mean over the pairs of y h/2 + (1 - y) max(0, m - h)/2, with h the squared distance."""
    # for each pair: h, then the formula
    # at the end: the mean over the pairs
