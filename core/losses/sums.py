"""Masked sums of exponentials, as in the losses on similarities.

exp overflows easily, so the largest exponent is always factored out. For an empty row of the mask the
logarithm of the sum would be minus infinity; here it is the large negative `NOTHING`, so that values
and gradients stay finite.
"""

from array_api_compat import array_namespace

from core.losses.base import Array

NOTHING = -1e30  # finite in single precision, and its exponential is 0


def log_sum_exp(values: Array, mask: Array) -> Array:
    """Logarithm [...] of the sum of exp(values) [..., n] where `mask` [..., n] is true."""
    xp = array_namespace(values)
    kept = xp.where(mask, values, xp.full_like(values, NOTHING))
    top = xp.max(kept, axis=-1, keepdims=True)
    summed = xp.log(xp.sum(xp.exp(kept - top), axis=-1)) + top[..., 0]
    return xp.where(xp.any(mask, axis=-1), summed, xp.full_like(summed, NOTHING))


def log_one_plus(logarithm: Array) -> Array:
    """log(1 + exp(logarithm)), elementwise: softplus."""
    xp = array_namespace(logarithm)
    return xp.logaddexp(logarithm, xp.zeros_like(logarithm))
