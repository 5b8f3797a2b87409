"""The one-way imports of the design: core knows no pages, the pages' process knows no torch."""

import ast
import importlib.machinery
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

# Bottom to top: a module imports only from its own row and from rows above it in this list.
# A package (losses) represents all of its modules.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("environment", "data", "losses", "miners", "embedding"),
    ("density", "encoders", "figures"),
    ("clustering", "config"),
    ("batches", "runs"),
    ("pictures", "training"),
    ("drawings", "lessons"),
    ("charts", "take_home", "shipping"),
    ("service", "__main__"),
)
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}
# arrays in, arrays out: independent of networks, runs and pages
ARRAYS_ONLY = {
    "clustering",
    "density",
    "embedding",
    "figures",
    "lessons.batch_matrix",
    "lessons.hard_negatives",
    "lessons.square_or_root",
    "drawings.preprocessing",
    "drawings.ink",
    "drawings.few_shot",
}
TORCH = {"torch", "torchvision"}


def imports_of(file: Path) -> Iterator[str]:
    """Every module that a file imports, at any level; `from a import b` may mean the module a.b."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide what is imported"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_of(tree: Path, folder: str) -> Iterator[tuple[str, str, list[str]]]:
    """(file, dotted name, imports) of each Python file below a folder of the project."""
    for file in sorted((tree / folder).rglob("*.py")):
        path = file.relative_to(tree)
        yield path.as_posix(), ".".join(path.with_suffix("").parts), list(imports_of(file))


def top(module: str) -> str:
    return module.split(".")[0]


def core_module(name: str) -> str:
    """core.losses.base -> losses; core itself -> nothing."""
    names = name.split(".")
    return names[1] if names[0] == "core" and len(names) > 1 else ""


def takes_arrays(module: str) -> bool:
    """Whether a name such as core.embedding.voronoi.cells is in one of the modules that take only arrays."""
    names = module.split(".")[1:]
    return any(".".join(names[:depth]) in ARRAYS_ONLY for depth in range(1, len(names) + 1))


def breaches(tree: Path) -> list[str]:
    return [*core_breaches(tree), *page_breaches(tree), *streamlit_breaches(tree)]


def core_breaches(tree: Path) -> Iterator[str]:
    for file, name, imported in modules_of(tree, "core"):
        own = core_module(name)
        if own != "__init__" and own not in LEVEL:
            yield f"{file}: {own} has no place in LAYERS (tests/test_imports.py)"
            continue
        for module in imported:
            if top(module) in ("streamlit", "pages", "streamlit_app", "tests", "benchmarks"):
                yield f"{file}: core imports {module}"
            if takes_arrays(name) and top(module) in TORCH:
                yield f"{file}: {name} takes arrays, and imports {module}"
            other = core_module(module)
            if other not in LEVEL:
                continue
            if takes_arrays(name) and not takes_arrays(module):
                yield f"{file}: {name} takes arrays, and imports {module}"
            if LEVEL[other] > LEVEL.get(own, -1):
                yield f"{file}: {own} imports {module}, which is above it"


def page_breaches(tree: Path) -> Iterator[str]:
    for file, name, imported in modules_of(tree, "pages"):
        section = name.split(".")[1]
        if "." not in name.removeprefix("pages.") and section != "__init__":
            yield f"{file}: lies directly in pages/, where Streamlit takes it for an old-style page"
        for module in imported:
            if top(module) in TORCH:
                yield f"{file}: a page imports {module}"
            if top(module) in ("streamlit_app", "tests", "benchmarks"):
                yield f"{file}: a page imports {module}"
            if top(module) == "pages" and not (module == "pages.ui" or module.startswith("pages.ui.")):
                yield f"{file}: imports {module}; pages share by pages/ui only"


def streamlit_breaches(tree: Path) -> Iterator[str]:
    """Only the entry point, the pages and the tests import Streamlit (core: see above)."""
    files = [*tree.glob("*.py"), *(tree / "benchmarks").rglob("*.py")]
    for file in sorted(files):
        path = file.relative_to(tree).as_posix()
        if path == "streamlit_app.py":
            continue
        for module in imports_of(file):
            if module.startswith("streamlit.proto") and path.startswith("benchmarks/"):
                continue  # visitors without a browser use its protocol
            if top(module) in ("streamlit", "pages"):
                yield f"{path}: imports {module}"


def needed_by_pages(tree: Path) -> list[str]:
    """The modules of core that the Streamlit process imports, from the pages or the entry point."""
    imported = [module for _, _, modules in modules_of(tree, "pages") for module in modules]
    imported += imports_of(tree / "streamlit_app.py")
    return sorted({file_of(tree, module) for module in imported if top(module) == "core"} - {"core"})


def file_of(tree: Path, imported: str) -> str:
    """core.pictures.frames.pack -> core.pictures.frames: the module, or package, that a name is imported from."""
    names = imported.split(".")
    while names and not (tree / "/".join(names)).is_dir() and not (tree / f"{'/'.join(names)}.py").is_file():
        names.pop()
    return ".".join(names)


LOADS_TORCH = """
import importlib, sys
sys.path.insert(0, ".")
for name in sys.argv[1:]:
    for loaded in [module for module in sys.modules if module.split(".")[0] == "core"]:
        del sys.modules[loaded]  # each from scratch, as if it were the only one
    importlib.import_module(name)
    if {"torch", "torchvision"} & set(sys.modules):
        print(name)
        break
"""


def first_to_load_torch(modules: list[str], folder: Path) -> str:
    """Import the modules one by one in a subprocess; return the first after which torch is loaded."""
    command = [sys.executable, "-c", LOADS_TORCH, *modules]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_imports_go_one_way() -> None:
    assert breaches(PROJECT) == []


def test_what_the_pages_import_and_what_takes_arrays_loads_without_torch() -> None:
    needed = needed_by_pages(PROJECT)
    assert {"core.config", "core.service.shared_engine", "core.losses", "core.charts.run_charts"} <= set(
        needed
    )
    without = {*ARRAYS_ONLY, "encoders.activations", "pictures.frames", "data", "runs", "service.engine"}
    modules = {*needed, *(f"core.{module}" for module in without)}
    assert first_to_load_torch(sorted(modules), PROJECT) == ""


# ---- the rules themselves: each must be able to fail


def write(tree: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")


GOOD = {
    "streamlit_app.py": "import streamlit as st\n",
    "core/data/datasets.py": "def fetch():\n    from core.data.download import fetch\n",
    "core/config/run_config.py": "from core.data import Split\nfrom core import settings\n",
    "core/losses/contrastive.py": "from core.losses.base import hinge\n",
    "pages/lab/train.py": "import streamlit as st\nfrom pages.ui import state\nfrom core import config\n",
    "pages/ui/train/panel.py": "import pages.ui.state\n",
}


def test_a_tree_that_keeps_the_rules_has_no_breach(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert breaches(tmp_path) == []
    assert needed_by_pages(tmp_path) == ["core.config"]


@pytest.mark.parametrize(
    ("path", "text", "breach"),
    [
        ("core/config/run_config.py", "import streamlit\n", "core imports streamlit"),
        (
            "core/config/run_config.py",
            "def late():\n    from pages.ui import state\n",
            "core imports pages.ui.state",
        ),
        (
            "core/config/run_config.py",
            "from core.service import engine\n",
            "config imports core.service.engine, which is above",
        ),
        ("core/losses/base.py", "import core.config\n", "losses imports core.config, which is above"),
        (
            "core/runs/run.py",
            "if True:\n    from core.service.worker import run\n",
            "runs imports core.service.worker.run",
        ),
        (
            "core/__init__.py",
            "from core.service.engine import Engine\n",
            "__init__ imports core.service.engine.Engine",
        ),
        (
            "core/embedding/density.py",
            "def late():\n    import torch.nn\n",
            "core.embedding.density takes arrays, and imports torch.nn",
        ),
        (
            "core/figures/rand.py",
            "from core.data import load\n",
            "core.figures.rand takes arrays, and imports core.data.load",
        ),
        ("core/novelty.py", "", "novelty has no place in LAYERS"),
        ("pages/lab/clusters.py", "from pages.lab.train import x\n", "imports pages.lab.train.x"),
        ("pages/ui/train/panel.py", "from pages.lab import train\n", "imports pages.lab.train"),
        ("pages/lab/draw.py", "import torch\n", "a page imports torch"),
        ("pages/home.py", "", "lies directly in pages/"),
        ("benchmarks/step.py", "from streamlit import write\n", "imports streamlit.write"),
        ("helper.py", "import streamlit.runtime\n", "imports streamlit.runtime"),
    ],
)
def test_a_breach_is_found_and_named(tmp_path: Path, path: str, text: str, breach: str) -> None:
    write(tmp_path, {**GOOD, path: text})
    found = breaches(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(path)
    assert breach in found[0]


def test_no_module_of_the_pages_hides_another_from_the_workers() -> None:
    """Streamlit puts the script's own folder first on the path, and the worker processes inherit it: a
    numbers.py there would shadow Python's."""
    own = PROJECT / "pages" / "ui"
    elsewhere = [folder for folder in sys.path if Path(folder).resolve() != own]
    names = {path.stem for path in own.iterdir()} - {"__pycache__"}
    assert "app" in names and names.isdisjoint(sys.stdlib_module_names)
    assert [name for name in names if importlib.machinery.PathFinder.find_spec(name, elsewhere)] == []


def test_a_module_that_loads_torch_indirectly_is_found(tmp_path: Path) -> None:
    files = {"before.py": "", "outer.py": "import inner\n", "inner.py": "import torch\n", "torch.py": ""}
    write(tmp_path, files)
    assert first_to_load_torch(["before", "outer", "inner"], tmp_path) == "outer"
