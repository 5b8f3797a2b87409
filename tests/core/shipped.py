"""The shipped run's embedding, for tests of figures on real data; only to be read."""

from functools import cache

from core import settings
from core.config import PRESETS
from core.runs import Embedding, Run


@cache
def shipped_embedding() -> Embedding:
    """60,000 training points and 10,000 test points in the plane, with digits and clusters."""
    return Run(settings.shipped_runs_folder() / PRESETS["fast"].key).embedding()
