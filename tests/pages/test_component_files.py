"""The joined scripts of components: checks that the linter cannot do on single files."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pages.ui.components.component_files import ASSETS, IMPORT, component_files, joined

COMPONENTS = sorted(html.stem for html in ASSETS.glob("*/*.html") if html.with_suffix(".js").is_file())
COMPONENTS.remove("first_picture")  # uses the canvas's script
OXLINT = shutil.which("oxlint", path=str(Path(sys.executable).parent)) or "oxlint"


def problems(script: str, folder: Path) -> str:
    """oxlint's findings: names declared twice, which it reports as a syntax error, and undeclared names."""
    (folder / "script.js").write_text(script, "utf-8")
    (folder / "rules.json").write_text('{"env": {"builtin": true, "browser": true}}')
    rules = ["--config", "rules.json", "--allow", "all", "--deny", "no-undef"]
    answer = subprocess.run(
        [OXLINT, *rules, "script.js"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return answer.stdout if answer.returncode else ""


def modules(folder: Path, **texts: str) -> Path:
    """Files NAME.js with these texts; returns the first."""
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text)
    return folder / f"{next(iter(texts))}.js"


def test_the_components_are_those_of_the_app() -> None:
    assert COMPONENTS == ["canvas", "curve", "editor", "heatmap", "kept_runs", "link", "plane"]


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_joined_script_declares_every_name_once(name: str, tmp_path: Path) -> None:
    assert problems(component_files(name)["js"], tmp_path) == ""


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_joined_script_imports_nothing_and_exports_one_function(name: str) -> None:
    script = component_files(name)["js"]
    assert re.findall(r"^(?:import|export)\b.*", script, re.MULTILINE) == [
        line for line in script.splitlines() if line.startswith("export default ")
    ]
    assert script.count("\nexport default ") == 1


def test_no_import_gives_a_name_another_name() -> None:
    for file in ASSETS.glob("*/*.js"):
        for found in IMPORT.finditer(file.read_text("utf-8")):
            assert " as " not in found[0], f"{file.name}: joined scripts share one scope"


def test_every_export_is_imported_somewhere() -> None:
    files = [*ASSETS.glob("*.js"), *ASSETS.glob("*/*.js")]
    imported = {
        ((file.parent / found[1]).resolve(), name)
        for file in files
        for found in IMPORT.finditer(file.read_text("utf-8"))
        for name in re.findall(r"\w+", found[0].partition("}")[0].removeprefix("import"))
    }
    exported = {
        (file.resolve(), name)
        for file in files
        for name in re.findall(
            r"^export (?:async )?(?:function|class|const) (\w+)", file.read_text("utf-8"), re.MULTILINE
        )
    }
    assert exported and exported - imported == set()


def test_a_name_in_two_modules_is_found(tmp_path: Path) -> None:
    entry = modules(
        tmp_path,
        a='import { b } from "./b.js";\n\nconst STEP = b;\nexport default STEP;\n',
        b="const STEP = 1, REST = 2;\nexport function b() {\n  return STEP + REST;\n}\n",
    )
    assert "`STEP` has already been declared" in problems(joined(entry), tmp_path)


def test_each_file_comes_once_and_after_those_it_imports(tmp_path: Path) -> None:
    entry = modules(
        tmp_path,
        a='import { b } from "./b.js";\nimport {\n  c,\n} from "./c.js";\n\nexport default b + c;\n',
        b='import { c } from "./c.js";\n\nexport const b = c;\n',
        c="export const c = 1;\n",
    )
    assert " ".join(joined(entry).split()) == "const c = 1; const b = c; export default b + c;"


def test_circular_imports_are_refused_with_their_names(tmp_path: Path) -> None:
    entry = modules(
        tmp_path,
        a='import { b } from "./b.js";\n',
        b='import { c } from "./c.js";\nexport const b = c;\n',
        c='import { b } from "./b.js";\nexport const c = b;\n',
    )
    with pytest.raises(ValueError, match=r"in a circle: a\.js -> b\.js -> c\.js -> b\.js"):
        joined(entry)


def test_an_import_of_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    entry = modules(tmp_path, a='import { b } from "./elsewhere.js";\n')
    with pytest.raises(FileNotFoundError, match=r"a\.js -> elsewhere\.js"):
        joined(entry)
