"""Masked sums of exponentials."""


def log_sum_exp(values, mask):
    """The logarithm of the sum of exp(values) over the last dimension, where `mask` is true."""
    return values.masked_fill(~mask, -1e9).logsumexp(dim=-1)
