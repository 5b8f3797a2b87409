"""The shipped run's embedding, for tests of figures on real data; only to be read."""

from functools import cache

from core.runs import Embedding, shipped_run


@cache
def shipped_embedding() -> Embedding:
    """60,000 training points and 10,000 test points in the plane, with digits and clusters."""
    return shipped_run().embedding()
