"""What the tests in this folder need from the machine."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache


@cache
def what_is_missing() -> str:
    """Why these tests cannot run here, as a sentence; "" if they can."""
    if sys.platform != "linux":
        return "it needs Linux"
    if os.geteuid() != 0:
        return "it needs root, to mount a small disk and to start nginx"
    if shutil.which("nginx") is None:
        return "nginx is not installed"
    if importlib.util.find_spec("distributed") is None:
        return "the package distributed is not installed"
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, text=True)
        if mounted.returncode != 0:
            return f"no tmpfs can be mounted here ({mounted.stderr.strip()})"
        subprocess.run(["umount", folder], check=True)
    return ""
