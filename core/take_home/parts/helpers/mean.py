"""A mean that is never NaN."""


def mean(values):
    """The mean; 0, not NaN, if there are no values."""
    return values.sum() / max(len(values), 1)
