"""The settings of a run, each declared once: see `RunConfig`. Imports no torch."""

from core.config.parameter import Parameter
from core.config.presets import ABOUT_PRESETS, PRESETS
from core.config.run_config import PARAMETERS, TRAINING_VERSION, RunConfig, parse_field, written

__all__ = [
    "ABOUT_PRESETS",
    "PARAMETERS",
    "PRESETS",
    "TRAINING_VERSION",
    "Parameter",
    "RunConfig",
    "parse_field",
    "written",
]
