"""The declarations: complete for a widget, and light to import."""

import subprocess
import sys

from core.config import PARAMETERS, RunConfig


def test_each_parameter_declares_everything_a_widget_needs() -> None:
    for name, parameter in PARAMETERS.items():
        default = RunConfig.__dataclass_fields__[name].default
        assert parameter.label and parameter.help.endswith(".")
        assert parameter.check(default) == default
        assert parameter.parse(parameter.text(default)) == default
        assert bool(parameter.options) == (parameter.kind == "choice")


def test_the_config_is_read_without_torch_torchvision_or_streamlit() -> None:
    code = (
        "import sys, core.config\n"
        "heavy = {'torch', 'torchvision', 'streamlit', 'sklearn', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
