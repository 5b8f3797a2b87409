def contrastive_loss(x1, x2, y, m):
    """Mean loss over the pairs; h is the squared distance."""
    total = 0
    for a, b, same in zip(x1, x2, y):
        h = sum((p - q) ** 2 for p, q in zip(a, b))
        total += same * h / 2 + (1 - same) * max(0, m - h) / 2
    return total / len(y)
